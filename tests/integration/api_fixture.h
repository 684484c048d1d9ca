#pragma once
// Callers of a hub's REST API. Every answer is held against the hub's OpenAPI document.

#include "integration/hub_fixture.h"
#include "integration/openapi_check.h"

#include <rapidjson/document.h>

#include <memory>
#include <string>
#include <string_view>

namespace ferry::test {

inline constexpr std::string_view kUserSecret = "the-user-secret-of-the-tests";
inline constexpr std::string_view kOrganizationSecret = "the-organization-secret";

class ApiTest : public HubTest {
  protected:
    ApiTest();

    /// "User ..., Organization ..." of the key in ferry.yaml, which may write.
    static std::string platform();
    /// The same with an Element token.
    static std::string platformWith(const std::string& element);
    /// "User ..., Element ...".
    static std::string connector(const std::string& element);

    /// Sends a request to `target` below /elements/api-v2. `authorization` "" sends none.
    Answer call(
        std::string_view method,
        std::string_view target,
        std::string_view body = {},
        const std::string& authorization = platform()
    );
    /// The same; gives the answer as JSON and expects the status.
    rapidjson::Document json(
        int status,
        std::string_view method,
        std::string_view target,
        std::string_view body = {},
        const std::string& authorization = platform()
    );

    /// Adds a key that may only read, as `ferry keys` does; its header is good after half a second.
    std::string addReader();

    /// The configuration that the vendor's page shows, with `more` behind it.
    std::string configuration(const std::string& more = {}) const;
    /// What switches events on, for `more`.
    std::string notify() const;
    /// `"name":"value"`.
    static std::string member(std::string_view name, std::string_view value);
    /// What a browser would bring back from the consent page of a URL that the caller has made by
    /// itself; alice's account if none is named.
    std::string code(const std::string& account = {});
    /// A body for POST /instances with such a code.
    std::string body(const std::string& name, const std::string& more = {});
    /// Makes a running instance: gives "/instances/7", and sets token_.
    std::string make(const std::string& name, const std::string& more = {});

    std::string token_;

  private:
    std::unique_ptr<OpenapiCheck> openapi_;
};

/// The text of a member; "" if there is none.
std::string text(const rapidjson::Value& object, const char* name);
/// The JSON text of a value.
std::string dump(const rapidjson::Value& value);

}  // namespace ferry::test
