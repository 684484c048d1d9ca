#include "integration/api_fixture.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace ferry::test {

ApiTest::ApiTest() {
    config_.api.user_secret = Secret(std::string(kUserSecret));
    config_.api.organization_secret = Secret(std::string(kOrganizationSecret));
}

std::string ApiTest::platform() {
    return fmt::format("User {}, Organization {}", kUserSecret, kOrganizationSecret);
}

std::string ApiTest::platformWith(const std::string& element) {
    return fmt::format("{}, Element {}", platform(), element);
}

std::string ApiTest::connector(const std::string& element) {
    return fmt::format("User {}, Element {}", kUserSecret, element);
}

Answer ApiTest::call(
    std::string_view method,
    std::string_view target,
    std::string_view body,
    const std::string& authorization
) {
    const std::string whole = "/elements/api-v2" + std::string(target);
    std::vector<std::pair<std::string, std::string>> headers;
    if (!authorization.empty()) headers.emplace_back("Authorization", authorization);
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    const Answer answer = ask(hub_->port(), method, whole, headers, body);
    if (!openapi_) {
        const Answer document = ask(hub_->port(), "GET", "/elements/api-v2/openapi.json");
        openapi_ = std::make_unique<OpenapiCheck>(document.body);
    }
    const std::string problem = openapi_->problemOf(method, whole, answer);
    EXPECT_EQ(problem, "") << method << " " << whole << " gave " << answer.status << " "
                           << answer.body.substr(0, 2'000);
    return answer;
}

rapidjson::Document ApiTest::json(
    int status,
    std::string_view method,
    std::string_view target,
    std::string_view body,
    const std::string& authorization
) {
    const Answer answer = call(method, target, body, authorization);
    EXPECT_EQ(answer.status, status) << method << " " << target << " gave " << answer.body;
    rapidjson::Document document;
    document.Parse(answer.body.data(), answer.body.size());
    EXPECT_FALSE(document.HasParseError()) << answer.body;
    return document;
}

std::string text(const rapidjson::Value& object, const char* name) {
    if (!object.IsObject()) return {};
    const auto member = object.FindMember(name);
    return member == object.MemberEnd() || !member->value.IsString() ? std::string()
                                                                     : member->value.GetString();
}

std::string dump(const rapidjson::Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return buffer.GetString();
}

}  // namespace ferry::test
