// Goal: a subscription is read, and of one that is none everything wrong is said at once.

#include "api/subscription_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
    EXPECT_EQ(body->instance, (Topic{InstanceId(7), "dropbox"}));
    EXPECT_THAT(body->topics, IsEmpty());
    EXPECT_EQ(body->url, "https://app.example/hook");
}

TEST(SubscriptionBody, HasTopicsOfAnyNames) {
    const auto body = readSubscriptionBody(
        R"({"channel": "webhook", "topics": ["b", "\u00e4 instance-7-dropbox-events"],
            "config": {"url": "https://app.example/hook"}})"
    );
    ASSERT_TRUE(body);
    EXPECT_FALSE(body->instance);
    EXPECT_THAT(body->topics, ElementsAre("b", "\xC3\xA4 instance-7-dropbox-events"));
}

TEST(SubscriptionBody, EverythingWrongIsSaidAtOnce) {
    EXPECT_THAT(
        problemsOf("{}"),
        AllOf(HasSubstr("'channel'"), HasSubstr("'topics'"), HasSubstr("'config'"))
    );
    EXPECT_THAT(
        problemsOf(R"({"channel": "email", "topics": [""], "config": {"url": ""}})"),
        AllOf(HasSubstr("webhook"), HasSubstr("a topic is missing"), HasSubstr("'config.url'"))
    );
    EXPECT_THAT(
        problemsOf(
            R"({"channel": "webhook", "config": {"url": "https://x"},
                "topics": ["instance-7-dropbox-events", "instance-8-dropbox-events"]})"
        ),
        AllOf(HasSubstr("instance-7"), HasSubstr("instance-8"), HasSubstr("subscribed to alone"))
    );
    EXPECT_THAT(
        problemsOf(
            R"({"channel": "webhook", "config": {"url": "https://x"},
                "topics": ["Instance-7-Dropbox-EVENTS"]})"
        ),
        HasSubstr("topic of an instance")
    );
    EXPECT_THAT(
        problemsOf(R"({"channel": "webhook", "config": {"url": "nowhere"}, "topics": ["a"]})"),
        HasSubstr("'config.url' is no URL")
    );
    EXPECT_THAT(problemsOf("[]"), HasSubstr("object"));
}

}  // namespace
}  // namespace ferry::api
