// Goal: scripts of the named sites may call and read answers, those of no other site may, and
// nothing changes for callers that are no scripts. Method: a handler behind the class, asked as
// browsers ask.

#include "http/cors.h"

#include "http/problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::http {
namespace {

using testing::HasSubstr;

constexpr const char* kSite = "https://app.example";

/// One path, which takes GET and PATCH, and one that takes OPTIONS itself.
Response pathHandler(const Request& request) {
    if (request.path == "/own") {
        Response own;
        own.body = "own";
        return own;
    }
    if (request.method != "OPTIONS") {
        Response answer;
        answer.headers.add("Retry-After", "7");
        answer.headers.add("Dropbox-Api-Result", "{}");
        return answer;
    }
    Response refusal = problem(405, request.request_id, "no");
    refusal.headers.add("Allow", "GET, PATCH");
    return refusal;
}

Request asked(
    const std::string& method, std::initializer_list<std::pair<const char*, const char*>> headers
) {
    Request request;
    request.method = method;
    request.path = "/path";
    request.request_id = "id";
    for (const auto& [name, value] : headers)
        request.headers.add(name, value);
    return request;
}

Response answer(const Request& request, std::vector<std::string> origins = {kSite}) {
    return Cors(std::move(origins), {"Elements-Request-Id", "Retry-After"})
        .wrap(pathHandler)(request);
}

std::string header(const Response& response, std::string_view name) {
    return std::string(response.headers.get(name).value_or("(none)"));
}

TEST(Cors, AScriptOfANamedSiteMayReadTheAnswer) {
    const Response response = answer(asked("GET", {{"Origin", kSite}}));
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), kSite);
    EXPECT_EQ(
        header(response, "Access-Control-Expose-Headers"),
        "Elements-Request-Id, Retry-After, Dropbox-Api-Result"
    );
    EXPECT_EQ(header(response, "Vary"), "Origin");
    EXPECT_EQ(header(response, "Access-Control-Allow-Credentials"), "(none)");
}

TEST(Cors, NoOtherScriptMay) {
    for (const char* origin :
         {"https://other.example",
          "http://app.example",
          "https://app.example:444",
          "https://app.example.evil.example",
          "https://APP.example",
          "null",
          ""}) {
        const Response response = answer(asked("GET", {{"Origin", origin}}));
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "(none)") << origin;
        EXPECT_EQ(header(response, "Vary"), "Origin");
    }
    // A cache has to know, too, that another answer would be given to a script.
    EXPECT_EQ(header(answer(asked("GET", {})), "Vary"), "Origin");
}

TEST(Cors, APreflightIsToldWhatThePathTakes) {
    const Response response = answer(asked(
        "OPTIONS",
        {{"Origin", kSite},
         {"Access-Control-Request-Method", "PATCH"},
         {"Access-Control-Request-Headers", "authorization,content-type"}}
    ));
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), kSite);
    EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "GET, PATCH");
    EXPECT_EQ(header(response, "Access-Control-Allow-Headers"), "authorization,content-type");
    EXPECT_EQ(header(response, "Access-Control-Max-Age"), "600");
    EXPECT_THAT(header(response, "Vary"), HasSubstr("Access-Control-Request-Headers"));
}

TEST(Cors, NothingButNamesIsSentBack) {
    for (const std::string& names : {std::string("a\r\nSet-Cookie: x"), std::string(2'001, 'a')}) {
        const Response response = answer(asked(
            "OPTIONS",
            {{"Origin", kSite},
             {"Access-Control-Request-Method", "GET"},
             {"Access-Control-Request-Headers", names.c_str()}}
        ));
        EXPECT_EQ(response.status, 204);
        EXPECT_EQ(header(response, "Access-Control-Allow-Headers"), "(none)");
    }
}

TEST(Cors, APreflightOfAnotherSiteIsRefusedWithTheReason) {
    const Response response = answer(asked(
        "OPTIONS", {{"Origin", "https://other.example"}, {"Access-Control-Request-Method", "GET"}}
    ));
    EXPECT_EQ(response.status, 403);
    EXPECT_THAT(response.body, HasSubstr("https://other.example"));
    EXPECT_THAT(response.body, HasSubstr("api.cors_origins"));
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "(none)");
}

TEST(Cors, WhatIsNoPreflightIsLeftToThePath) {
    EXPECT_EQ(answer(asked("OPTIONS", {})).status, 405);
    EXPECT_EQ(answer(asked("OPTIONS", {{"Origin", kSite}})).status, 405);
    Request own = asked("OPTIONS", {{"Origin", kSite}, {"Access-Control-Request-Method", "GET"}});
    own.path = "/own";
    EXPECT_EQ(answer(own).body, "own");
}

TEST(Cors, WithoutSitesNothingChanges) {
    const Response response = answer(asked("GET", {{"Origin", kSite}}), {});
    EXPECT_EQ(header(response, "Vary"), "(none)");
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "(none)");
    const Request preflight =
        asked("OPTIONS", {{"Origin", kSite}, {"Access-Control-Request-Method", "GET"}});
    EXPECT_EQ(answer(preflight, {}).status, 405);
}

}  // namespace
}  // namespace ferry::http
