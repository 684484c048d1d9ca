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

  private:
    std::unique_ptr<OpenapiCheck> openapi_;
};

/// The text of a member; "" if there is none.
std::string text(const rapidjson::Value& object, const char* name);
/// The JSON text of a value.
std::string dump(const rapidjson::Value& value);

}  // namespace ferry::test
