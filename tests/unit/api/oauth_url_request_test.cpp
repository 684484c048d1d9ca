// Goal: a request for the URL of a consent page means what it says in a query and in JSON, an
// instance fills in what it leaves open, and what is wrong is named without being quoted.
// Method: tables of queries and bodies.

#include "api/oauth_url_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Result<OauthUrlRequest> query(std::string text) {
    http::Request request;
    request.query = std::move(text);
    return readOauthUrlQuery(request);
}

std::string messageOf(const Result<OauthUrlRequest>& result) {
    EXPECT_FALSE(result);
    if (result) return {};
    EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
    return result.error().message;
}

OauthUrlRequest whole() {
    return {"key", "https://app.example/auth?x=1", "a.read b.read", "st/ate +1"};
}

pipeline::InstanceSettings instance() {
    pipeline::InstanceSettings settings;
    settings.configuration = {
        {"oauth.api.key", "its-key"},
        {"oauth.callback.url", "https://its.example/auth"},
        {"oauth.scope", "its.scope"}
    };
    return settings;
}

void expectWhole(const Result<OauthUrlRequest>& read) {
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->app_key, whole().app_key);
    EXPECT_EQ(read->callback_url, whole().callback_url);
    EXPECT_EQ(read->scope, whole().scope);
    EXPECT_EQ(read->state, whole().state);
}

TEST(OauthUrlRequest, TakesAllNamesOfAQueryAndOfABody) {
    expectWhole(
        query("apiKey=key&apiSecret=s&callbackUrl=https%3A%2F%2Fapp.example%2Fauth%3Fx%3D1"
              "&scope=a.read+b.read&state=st%2Fate%20%2B1&siteAddress=x&requestToken=y&unknown=z")
    );
    expectWhole(readOauthUrlBody(
        R"({"apiKey":"key","apiSecret":"s","callbackUrl":"https://app.example/auth?x=1",)"
        R"("scope":"a.read b.read","state":"st/ate +1","siteAddress":null,"requestToken":"y",)"
        R"("isOAuthProxy":true,"oauthProxyName":"p","unknown":[]})"
    ));
}

TEST(OauthUrlRequest, NamesWhatIsWrongAndQuotesNothing) {
    EXPECT_THAT(
        messageOf(query("apiKey=" + std::string(600, 'k') + "&state=" + std::string(3'000, 's'))),
        AllOf(
            HasSubstr("'apiKey' is longer than 512 bytes"),
            HasSubstr("'state' is longer than 2048 bytes"),
            Not(HasSubstr("kkk"))
        )
    );
    EXPECT_THAT(messageOf(query("apiKey=k&state=%ff")), HasSubstr("'state' is not UTF-8"));
    EXPECT_THAT(messageOf(query("apiKey=k&state=%zz")), HasSubstr("not percent-encoded"));
    EXPECT_THAT(
        messageOf(readOauthUrlBody(R"({"apiKey":7,"state":["hunter2"]})")),
        AllOf(
            HasSubstr("'apiKey' is a number"),
            HasSubstr("'state' is a list, and must be a text"),
            Not(HasSubstr("hunter2"))
        )
    );
    EXPECT_THAT(messageOf(readOauthUrlBody("")), HasSubstr("the body is empty"));
    EXPECT_THAT(messageOf(readOauthUrlBody("[]")), HasSubstr("must be a JSON object"));
}

TEST(OauthUrlRequest, AnInstanceFillsInWhatIsLeftOpen) {
    const auto its = instance();
    const auto all = completed({}, &its, "dropbox");
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(all->app_key, "its-key");
    EXPECT_EQ(all->callback_url, "https://its.example/auth");
    EXPECT_EQ(all->scope, "its.scope");
    EXPECT_EQ(all->state, "dropbox");
    expectWhole(completed(whole(), &its, "dropbox"));
    expectWhole(completed(whole(), nullptr, "dropbox"));
}

TEST(OauthUrlRequest, NamesEverythingThatIsMissing) {
    EXPECT_THAT(
        messageOf(completed({}, nullptr, "dropbox")),
        HasSubstr("'apiKey' and 'callbackUrl' are missing")
    );
    EXPECT_THAT(
        messageOf(completed({"key", "", "", ""}, nullptr, "dropbox")),
        HasSubstr("'callbackUrl' is missing")
    );
    pipeline::InstanceSettings without;
    without.configuration = {{"oauth.callback.url", "https://its.example/auth"}};
    EXPECT_THAT(messageOf(completed({}, &without, "dropbox")), HasSubstr("'apiKey' is missing"));
}

TEST(OauthUrlRequest, TheCallbackIsAnAbsoluteUrl) {
    for (const char* url :
         {"/auth",
          "app.example/auth",
          "ftp://app.example/",
          "javascript:alert(1)",
          "https://",
          "https://user@app.example/",
          "https://app.example/a b",
          "https://app.example/#part",
          "https://app.example/\r\nX: y"}) {
        EXPECT_THAT(
            messageOf(completed({"key", url, "", ""}, nullptr, "dropbox")),
            HasSubstr("'callbackUrl' ")
        ) << url;
    }
    EXPECT_TRUE(completed({"key", "http://localhost:1/", "", ""}, nullptr, "dropbox"));
}

}  // namespace
}  // namespace ferry::api
