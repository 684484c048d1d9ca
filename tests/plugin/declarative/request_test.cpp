// Goal: a request is sent as the connector words it, or not at all. Method: templates as the hub
// writes them, with values and without, and what the SDK hands to the host.

#include "json.h"
#include "request_template.h"
#include "text.h"

#include <ferry/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

namespace ferry::declarative {
namespace {

using testing::HasSubstr;

/// Words with the values that they are given; digits alone are a number.
class Words final : public Sources {
  public:
    Value word(std::string_view name, Scratch&) const override {
        const auto found = values.find(name);
        if (found == values.end()) return {};
        const bool is_number = found->second.find_first_not_of("0123456789") == std::string::npos;
        return {is_number ? Value::Kind::Number : Value::Kind::Text, found->second};
    }
    std::map<std::string, std::string, std::less<>> values;
};

struct Sent {
    std::string url;
    std::map<std::string, std::string> headers;
    std::string body;
};

class Requests : public testing::Test {
  protected:
    Sent make(std::string_view more) {
        JsonDocument settings;
        EXPECT_TRUE(settings.parse(R"({"url":"https://a.test/")" + std::string(more) + "}"));
        const sdk::Request request = RequestTemplate(settings.root()).make(words_);
        Sent sent;
        ferry_sink sink{};
        sink.ctx = &sent;
        sink.http_request = [](const ferry_sink* to, const ferry_http_request* from) noexcept {
            auto& into = *static_cast<Sent*>(to->ctx);
            into.url = sdk::toView(from->url);
            into.body = sdk::toView(from->body);
            const sdk::FieldsView headers(from->headers);
            for (std::size_t i = 0; i < headers.size(); ++i)
                EXPECT_TRUE(into.headers.emplace(headers.name(i), headers.value(i)).second);
            return ferry_status{FERRY_OK};
        };
        request.emit(&sink);
        return sent;
    }
    std::string problem(std::string_view more) {
        try {
            make(more);
        } catch (const sdk::Error& error) {
            EXPECT_EQ(error.status(), FERRY_ERROR_INVALID);
            return error.message();
        }
        return {};
    }
    Words words_;
};

TEST_F(Requests, TheTextOfABodyIsSentWholeOrNotAtAll) {
    constexpr std::string_view kBody =
        R"(,"body":{"join":["{\"after\": \"",{"name":"page"},"\"}"]})";
    words_.values = {{"page", "a\"b"}};
    EXPECT_EQ(make(kBody).body, R"({"after": "a\"b"})");
    words_.values.clear();
    EXPECT_EQ(problem(kBody), "a request: its body lacks the value of 'page'");
    EXPECT_EQ(
        problem(R"(,"body":{"join":[{"config":"api.key"},{"path":["a","b"]}]})"),
        "a request: its body lacks the value of 'config:api.key'"
    );
}

TEST_F(Requests, ABodyThatIsAMappingLeavesOutWhatHasNoValue) {
    constexpr std::string_view kBody =
        R"(,"json":{"object":{"query":{"text":"a \"b\""},"size":{"plain":"100"},)"
        R"("deep":{"object":{"after":{"text":{"join":[{"name":"page"}]}},"yes":{"plain":"true"}}},)"
        R"("list":{"list":[{"text":{"join":[{"name":"offset"}]}},{"plain":"null"},)"
        R"({"text":{"join":["p-",{"name":"page"}]}}]}}})";
    const Sent without = make(kBody);
    EXPECT_EQ(without.body, R"({"query":"a \"b\"","size":100,"deep":{"yes":true},"list":[null]})");
    EXPECT_EQ(without.headers.at("Content-Type"), "application/json");
    words_.values = {{"page", "x\n\"y"}, {"offset", "200"}};
    EXPECT_EQ(
        make(kBody).body,
        R"({"query":"a \"b\"","size":100,"deep":{"after":"x\n\"y","yes":true},)"
        R"("list":[200,null,"p-x\n\"y"]})"
    ) << "a number stays one, and a text can't leave its quotes";
}

TEST_F(Requests, AFormHasEncodedValuesAndLeavesOutWhatHasNone) {
    words_.values = {{"a", "1&b=\xC3\xBC x"}};
    const Sent sent =
        make(R"(,"form":{"to":{"join":[{"name":"a"}]},"page":{"join":[{"name":"page"}]},"k[]":"v"})"
        );
    EXPECT_EQ(sent.body, "to=1%26b%3D%C3%BC%20x&k%5B%5D=v");
    EXPECT_EQ(sent.headers.at("Content-Type"), "application/x-www-form-urlencoded");
}

TEST_F(Requests, AnotherTypeOfBodyIsSaidOnce) {
    constexpr std::string_view kType = R"(,"headers":{"content-type":"application/vnd.api+json"})";
    EXPECT_EQ(
        make(std::string(kType) + R"(,"json":{"object":{}})").headers.at("Content-Type"),
        "application/vnd.api+json"
    );
    EXPECT_EQ(make(kType).headers.at("Content-Type"), "application/vnd.api+json");
}

TEST_F(Requests, BasicAuthenticationHasAHeaderOfItsOwn) {
    constexpr std::string_view kBasic =
        R"(,"basic":{"user":{"join":[{"name":"user"}]},"password":{"join":[{"name":"pass"}]}})";
    words_.values = {{"user", "Aladdin"}, {"pass", "open sesame"}};
    EXPECT_EQ(make(kBasic).headers.at("Authorization"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    EXPECT_EQ(
        make(R"(,"basic":{"user":{"join":[{"name":"user"}]}})").headers.at("Authorization"),
        "Basic " + base64("Aladdin:")
    );
    words_.values.erase("pass");
    EXPECT_EQ(problem(kBasic), "a request: its password lacks the value of 'pass'");
    EXPECT_THAT(problem(R"(,"basic":{})"), HasSubstr("'basic' has no 'user'"));
}

TEST_F(Requests, PartsOfABodyThatAreNoneAreRefused) {
    for (const char* part :
         {"7",
          "{}",
          R"({"object":[]})",
          R"({"list":{}})",
          R"({"plain":7})",
          R"({"other":"x"})",
          R"({"text":7})",
          R"({"plain":"1","text":"x"})"})
        EXPECT_THROW(make(R"(,"json":)" + std::string(part)), sdk::Error) << part;
    std::string deep = R"({"plain":"1"})";
    for (int i = 0; i < 40; ++i)
        deep = R"({"list":[)" + deep + "]}";
    EXPECT_THROW(make(R"(,"json":)" + deep), sdk::Error);
}

TEST(DeclarativeText, EncodesBase64) {
    const std::pair<const char*, const char*> texts[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"\xFF\xFE\xFD", "//79"}};
    for (const auto& [text, encoded] : texts)
        EXPECT_EQ(base64(text), encoded) << text;
}

}  // namespace
}  // namespace ferry::declarative
