#include "integration/api_fixture.h"

#include "app/api_key_file.h"
#include "base/encoding.h"
#include "store/sqlite/sqlite_api_key_store.h"

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

std::string ApiTest::addReader() {
    auto keys = store::sqlite::SqliteApiKeyStore::open(app::apiKeyFile(config_));
    EXPECT_TRUE(keys);
    EXPECT_TRUE((*keys)->add({"reader", ApiRole::Read, sha256("fk_reader"), clock_.now()}));
    return "Bearer fk_reader";
}

std::string ApiTest::member(std::string_view name, std::string_view value) {
    return fmt::format("\"{}\":\"{}\"", name, value);
}

std::string ApiTest::configuration(const std::string& more) const {
    return fmt::format(
        R"({{"authentication.type":"oauth2","oauth.api.key":"{}","oauth.api.secret":"{}",)"
        R"("oauth.callback.url":"{}","document.tagging":false{}{}}})",
        app_.key,
        app_.secret,
        kRedirectUri,
        more.empty() ? "" : ",",
        more
    );
}

std::string ApiTest::notify() const {
    return R"("event.notification.enabled":true,)" +
           member("event.notification.callback.url", receiver_.url()) + "," +
           member("event.notification.signature.key", signature_key_);
}

std::string ApiTest::code(const std::string& account) {
    const Answer answer =
        ask(portOf(fake_->url()),
            "POST",
            "/oauth2/authorize",
            {{"Content-Type", "application/x-www-form-urlencoded"}},
            fmt::format(
                "client_id={}&redirect_uri={}&response_type=code&token_access_type=offline"
                "&account_id={}&decision=allow",
                app_.key,
                percentEncode(kRedirectUri),
                percentEncode(account.empty() ? account_ : account)
            ));
    EXPECT_EQ(answer.status, 302) << answer.body;
    const std::string& location = answer.headers.at("location");
    return location.substr(location.find("code=") + 5);
}

std::string ApiTest::body(const std::string& name, const std::string& more) {
    return fmt::format(
        R"({{"element":{{"key":"dropbox"}},"providerData":{{"code":"{}"}},"name":"{}",)"
        R"("tags":["tenant-7"],"configuration":{}}})",
        code(),
        name,
        configuration(more)
    );
}

std::string ApiTest::make(const std::string& name, const std::string& more) {
    const auto made = json(200, "POST", "/instances", body(name, more));
    EXPECT_EQ(text(made, "state"), "running");
    token_ = text(made, "token");
    return fmt::format("/instances/{}", made["id"].GetInt64());
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
