// Goal: a subscription is read, and of one that is none everything wrong is said at once.

#include "api/subscription_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kGood =
    R"({"channel": "webhook", "topics": ["instance-7-dropbox-events"],
        "config": {"url": "https://app.example/hook"}, "active": true})";

std::string problemsOf(const char* body) {
    const auto read = readSubscriptionBody(body);
    if (read) return "";
    EXPECT_EQ(read.error().code, ErrorCode::InvalidArgument);
    return read.error().message;
}

TEST(SubscriptionBody, IsReadAsTheOriginalHasIt) {
    const auto body = readSubscriptionBody(kGood);
    ASSERT_TRUE(body);
    EXPECT_EQ(body->topic, (Topic{InstanceId(7), "dropbox"}));
    EXPECT_EQ(body->url, "https://app.example/hook");
}

TEST(SubscriptionBody, EverythingWrongIsSaidAtOnce) {
    EXPECT_THAT(
        problemsOf("{}"),
        AllOf(HasSubstr("'channel'"), HasSubstr("'topics'"), HasSubstr("'config'"))
    );
    EXPECT_THAT(
        problemsOf(R"({"channel": "email", "topics": ["a-topic"], "config": {"url": ""}})"),
        AllOf(HasSubstr("webhook"), HasSubstr("'a-topic' is no topic"), HasSubstr("'config.url'"))
    );
    EXPECT_THAT(
        problemsOf(
            R"({"channel": "webhook", "config": {"url": "https://x"},
                "topics": ["instance-7-dropbox-events", "instance-8-dropbox-events"]})"
        ),
        HasSubstr("one topic")
    );
    EXPECT_THAT(problemsOf("[]"), HasSubstr("object"));
}

}  // namespace
}  // namespace ferry::api
