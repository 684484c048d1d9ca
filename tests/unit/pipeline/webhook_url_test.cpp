// Goal: providers that sign the URL of their webhooks are understood behind a proxy. Method: the
// functions themselves.

#include "pipeline/webhook_url.h"

#include "base/once_in_a_while.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

http::Request requestTo(const std::string& path, const std::string& host) {
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.raw_path = path;
    request.query = "a=1";
    request.body = "{}";
    request.headers.add("X-Signature", "s");
    if (!host.empty()) request.headers.add("host", host);
    return request;
}

TEST(WebhookUrl, NamesTheInstanceThatItIsOf) {
    EXPECT_EQ(
        webhookUrl("https://hub.example", "dropbox", std::nullopt),
        "https://hub.example/elements/api-v2/events/dropbox"
    );
    EXPECT_EQ(
        webhookUrl("https://hub.example/ferry", "acme", InstanceId(1)),
        "https://hub.example/ferry/elements/api-v2/events/acme/MQ=="
    );
}

TEST(WebhookUrl, WhatAProxyHasChangedIsAsTheProviderSentIt) {
    const auto sent =
        asProviderSent(requestTo("/e/x", "upstream:8080"), "https://hub.example:8443/ferry");
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->headers.get("Host"), "hub.example:8443");
    EXPECT_EQ(sent->headers.get("X-Signature"), "s");
    EXPECT_EQ(sent->headers.fields().size(), 2U);
    EXPECT_EQ(sent->raw_path, "/ferry/e/x");
    EXPECT_EQ(sent->path, "/ferry/e/x");
    EXPECT_EQ(sent->query, "a=1");
    EXPECT_EQ(sent->body, "{}");
    EXPECT_EQ(asProviderSent(requestTo("/ferry/e", ""), "https://h/ferry")->raw_path, "/ferry/e");
}

TEST(WebhookUrl, WhatCameAsItWasSentIsNotCopied) {
    EXPECT_FALSE(asProviderSent(requestTo("/e/x", "hub.example"), "https://hub.example"));
    EXPECT_FALSE(asProviderSent(requestTo("/f/e", "hub.example"), "https://hub.example/f"));
    EXPECT_FALSE(asProviderSent(requestTo("/e/x", "hub.example"), ""));
}

TEST(OnceInAWhile, WhatGoesWrongWithOneHidesNothingOfAnother) {
    OnceInAWhile lines(Milliseconds(1000));
    const TimePoint now{};
    EXPECT_TRUE(lines.mayPass("a", now));
    EXPECT_TRUE(lines.mayPass("b", now));
    EXPECT_FALSE(lines.mayPass("a", now + Milliseconds(999)));
    EXPECT_TRUE(lines.mayPass("a", now + Milliseconds(1000)));
    EXPECT_FALSE(lines.mayPass("a", now + Milliseconds(1500)));
}

}  // namespace
}  // namespace ferry::pipeline
