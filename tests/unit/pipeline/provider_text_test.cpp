// Goal: what a provider says reaches callers word for word, and no secret goes with it. Method:
// answers that repeat what the request had, in each place where it stands.

#include "pipeline/provider_text.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

http::OutboundResponse refusal(std::string body, int status = 400) {
    http::OutboundResponse response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

TEST(ProviderText, IsTheBodyOfARefusal) {
    const ProviderText text;
    EXPECT_EQ(
        text.of(refusal(R"({"error": "no such \u0007 code"})")),
        R"({"error": "no such \u0007 code"})"
    );
    EXPECT_EQ(text.of(refusal("busy", 503)), "busy");
    EXPECT_EQ(text.of(refusal("all is well", 200)), "");
    EXPECT_EQ(text.of(refusal("\xFF")), "");
    EXPECT_EQ(text.of(refusal(std::string(5'000, 'x'))), "");
    auto page = refusal("<html>");
    page.headers.add("Content-Type", "text/html; charset=utf-8");
    EXPECT_EQ(text.of(page), "<html>");
}

TEST(ProviderText, RepeatsNoSecretOfTheRequest) {
    http::OutboundRequest request;
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.headers.add("Authorization", "Bearer token-of-the-account");
    request.body =
        "grant_type=authorization_code&client_secret=a%2Fsecret%20text&"
        "refresh_token=refresh-me-again&code_verifier=0123456789";
    const ProviderText text(request);
    for (const char* secret :
         {"token-of-the-account", "a/secret text", "refresh-me-again", "0123456789"}) {
        EXPECT_EQ(text.of(refusal(std::string("wrong: ") + secret)), "") << secret;
    }
    EXPECT_EQ(text.of(refusal("wrong authorization_code")), "wrong authorization_code");
    http::OutboundRequest basic;
    basic.headers.add(
        "Authorization", "Basic a2V5OnNlY3JldC1vZi10aGUtYXBw"
    );  // key:secret-of-the-app
    EXPECT_EQ(ProviderText(basic).of(refusal("secret-of-the-app")), "");
}

}  // namespace
}  // namespace ferry::pipeline
