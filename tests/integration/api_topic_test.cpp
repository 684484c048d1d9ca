// Goal: what callers send to topics reaches whoever subscribed, in spite of failures and restarts,
// and nobody else. Method: the whole hub with a receiver; what callers see is in
// clients/open_connectors/notification_test.py.

#include "integration/api_fixture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ApiTopicTest : public ApiTest {
  protected:
    void SetUp() override { startHub(); }

    std::int64_t subscribe(const std::string& topic) {
        const auto made = json(
            200,
            "POST",
            "/notifications/subscriptions",
            fmt::format(
                R"({{"channel":"webhook","topics":["{}"],"config":{{"url":"{}"}}}})",
                topic,
                receiver_.url()
            )
        );
        return made["id"].GetInt64();
    }
    std::string send(const std::string& topic, const std::string& message) {
        const auto made = json(
            200,
            "POST",
            "/notifications",
            fmt::format(R"({{"topic":"{}","message":"{}"}})", topic, message)
        );
        return text(made, "id");
    }
    bool isActive(std::int64_t id) {
        return json(200, "GET", fmt::format("/notifications/subscriptions/{}", id))["active"]
            .GetBool();
    }
    std::size_t waiting() {
        const auto count = hub_->store().topics().sendingCount();
        return count ? *count : SIZE_MAX;
    }
    bool waitForRequests(std::size_t count) {
        return eventually([&] { return receiver_.requests().size() >= count; });
    }
    void refuse(int status, int times) {
        http::Response refusal;
        refusal.status = status;
        receiver_.answerNext(refusal, times);
    }
};

TEST_F(ApiTopicTest, AFailureIsTriedAgain) {
    subscribe("builds");
    refuse(500, 2);
    const std::string id = send("builds", "done");
    ASSERT_TRUE(waitForRequests(3));
    for (const auto& request : receiver_.requests()) {
        EXPECT_EQ(request.headers.get("Elements-Webhook-Id"), id);
        EXPECT_FALSE(request.headers.get("Elements-Webhook-Signature"));
        EXPECT_FALSE(request.headers.get("webhook-signature"));
        EXPECT_THAT(request.body, HasSubstr("\"done\""));
    }
    EXPECT_TRUE(eventually([&] { return waiting() == 0; }));
    EXPECT_EQ(metric("ferry_topic_notifications_total{result=\"delivered\"}"), 1);
    EXPECT_EQ(metric("ferry_topic_notifications_total{result=\"failed\"}"), 2);
}

TEST_F(ApiTopicTest, WhatIsOutOfAttemptsIsGivenUpAndTold) {
    const std::int64_t id = subscribe("builds");
    refuse(500, 10);
    send("builds", "lost");
    ASSERT_TRUE(waitForLog("a notification is given up"));
    EXPECT_TRUE(eventually([&] { return waiting() == 0; }));
    EXPECT_TRUE(isActive(id));
    const std::string next = send("builds", "next");
    EXPECT_TRUE(waitForRequests(11));
    const auto refused = json(404, "GET", "/notifications/" + next + "/delivery");
    EXPECT_THAT(text(refused, "message"), HasSubstr("is of a topic that callers named"));
}

TEST_F(ApiTopicTest, AReceiverThatWantsNoMoreGetsNoMore) {
    const std::int64_t id = subscribe("builds");
    refuse(410, 1);
    send("builds", "one");
    EXPECT_TRUE(eventually([&] { return !isActive(id); }));
    send("builds", "two");
    EXPECT_EQ(waiting(), 0U);
    EXPECT_EQ(subscribe("builds"), id);
    EXPECT_TRUE(isActive(id));
    send("builds", "three");
    ASSERT_TRUE(waitForRequests(2));
    EXPECT_THAT(receiver_.requests()[1].body, HasSubstr("three"));
}

TEST_F(ApiTopicTest, WhatIsOnItsWayOutlivesTheHub) {
    subscribe("builds");
    http::Response refusal;
    refusal.status = 503;
    refusal.headers.add("Retry-After", "1");
    receiver_.answerNext(refusal, 1);
    send("builds", "late");
    ASSERT_TRUE(waitForRequests(1));
    stopHub();
    startHub();
    EXPECT_TRUE(waitForRequests(2));
    EXPECT_TRUE(eventually([&] { return waiting() == 0; }));
}

TEST_F(ApiTopicTest, AnEndedSubscriptionTakesWhatIsOnItsWayAlong) {
    const std::int64_t id = subscribe("builds");
    http::Response refusal;
    refusal.status = 503;
    refusal.headers.add("Retry-After", "3600");
    receiver_.answerNext(refusal, 1);
    send("builds", "late");
    ASSERT_TRUE(waitForRequests(1));
    json(200, "DELETE", fmt::format("/notifications/subscriptions/{}", id));
    EXPECT_EQ(waiting(), 0U);
}

TEST_F(ApiTopicTest, TheLastPageOfSubscriptionsIsKnownToBeTheLast) {
    const auto pagesOf = [this](int size) {
        std::vector<std::string> pages;
        std::string next;
        do {
            const std::string target = "/notifications/subscriptions?pageSize=";
            const Answer page = call("GET", target + std::to_string(size) + next);
            pages.push_back(page.headers.at("elements-returned-count"));
            const auto token = page.headers.find("elements-next-page-token");
            next = token == page.headers.end() ? "" : "&nextPage=" + token->second;
        } while (!next.empty() && pages.size() < 10);
        return fmt::format("{}", fmt::join(pages, " "));
    };
    EXPECT_EQ(pagesOf(1), "0");
    make("alice", notify());
    EXPECT_EQ(pagesOf(1), "1");
    make("quiet");
    EXPECT_EQ(pagesOf(1), "1");
    subscribe("builds");
    EXPECT_EQ(pagesOf(1), "1 1");
    EXPECT_EQ(pagesOf(2), "2");
    make("bob", notify());
    subscribe("releases");
    EXPECT_EQ(pagesOf(1), "1 1 1 1");
    EXPECT_EQ(pagesOf(2), "2 2");
    EXPECT_EQ(pagesOf(3), "3 1");
    EXPECT_EQ(pagesOf(4), "4");
}

TEST_F(ApiTopicTest, AUrlIsNoWayIntoTheHubsNetwork) {
    const auto refused = json(
        400,
        "POST",
        "/notifications/subscriptions",
        R"({"channel":"webhook","topics":["builds"],"config":{"url":"http://169.254.169.254/x"}})"
    );
    EXPECT_THAT(
        text(refused, "message"), HasSubstr("169.254.169.254/32 to delivery.allow_networks")
    );

    // What was good when it was subscribed is asked again when it is sent.
    subscribe("builds");
    stopHub();
    config_.delivery.allow_networks.clear();
    startHub();
    send("builds", "hello");
    EXPECT_TRUE(waitForLog("a notification is given up"));
    EXPECT_THAT(logText(), HasSubstr("127.0.0.1"));
}

TEST_F(ApiTopicTest, UrlsAreSealedAtRest) {
    subscribe("builds");
    for (const auto& one : std::filesystem::directory_iterator(folder_.path() / "data")) {
        if (!one.path().filename().string().starts_with("ferry.db")) continue;
        std::ifstream file(one.path(), std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(file), {});
        EXPECT_THAT(bytes, Not(HasSubstr(receiver_.url()))) << one.path();
    }
}

TEST_F(ApiTopicTest, AKeyThatMayOnlyReadSendsNothing) {
    const std::string reader = addReader();
    ASSERT_TRUE(eventually([&] { return call("GET", "/instances", {}, reader).status == 200; }));
    const Answer refused = call("POST", "/notifications", R"({"topic":"a","message":"b"})", reader);
    EXPECT_EQ(refused.status, 403);
}

}  // namespace
}  // namespace ferry::test
