#pragma once
// Holds what a hub answers against the OpenAPI document that it serves.

#include "integration/hub_fixture.h"

#include <rapidjson/document.h>

#include <string>
#include <string_view>

namespace ferry::test {

class OpenapiCheck {
  public:
    /// `document` is the text of openapi.json.
    explicit OpenapiCheck(const std::string& document);

    /// What is wrong with an answer to a request below /elements/api-v2: a status that the
    /// operation does not name, another content type, a body that its schema does not allow, no
    /// request id. Empty: nothing. `target` is as it was sent, query and all.
    std::string problemOf(std::string_view method, std::string_view target, const Answer& answer)
        const;

  private:
    const rapidjson::Value* findPath(std::string_view path) const;
    std::string problemOfBody(const rapidjson::Value& content, const Answer& answer) const;
    std::string problemOfSchema(const rapidjson::Value& schema, const std::string& body) const;
    void expand(rapidjson::Value& value, rapidjson::Document::AllocatorType& allocator) const;

    rapidjson::Document document_;
};

}  // namespace ferry::test
