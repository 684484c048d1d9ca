// Goal: callbacks are made as their instance configures them, and one that is switched off gets
// everything once it is on again. Method: the whole hub with a receiver that is scripted to fail.

#include "integration/api_fixture.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kQueued = "/notifications/subscriptions/deliveries?where=status%3D'queued'";

class CallbackSettingsTest : public ApiTest {
  protected:
    static http::Response status(int code) {
        http::Response response;
        response.status = code;
        return response;
    }
    bool isSwitchedOff() {
        const auto off = hub_->store().deliveries().switchedOff();
        EXPECT_TRUE(off);
        return off && !off->empty();
    }
    std::int64_t countOf(DeliveryState state) {
        const auto counts = hub_->store().deliveries().countByState();
        EXPECT_TRUE(counts);
        return counts && counts->contains(state) ? counts->at(state) : 0;
    }
    /// Told events in the order in which they came.
    std::vector<std::string> inOrder() {
        std::vector<std::string> lines;
        for (const ReceivedEvent& event : receiver_.events())
            lines.push_back(told(event));
        return lines;
    }
};

TEST_F(CallbackSettingsTest, CarryHeadersAndAuthorization) {
    startWith(
        "marketing",
        {{"event.notification.callback.headers", "X-Tenant: 7"},
         {"event.notification.basic.username", "Aladdin"},
         {"event.notification.basic.password", "open sesame"}}
    );
    put("/new.txt");

    ASSERT_TRUE(receiver_.waitForEvents(1));
    const http::Request request = receiver_.requests().front();
    EXPECT_EQ(request.headers.get("X-Tenant"), "7");
    EXPECT_EQ(request.headers.get("Authorization"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    EXPECT_TRUE(isSigned(request, signature_key_));
    EXPECT_THAT(logText(), testing::Not(HasSubstr("sesame")));
}

TEST_F(CallbackSettingsTest, WhatTheFilterHoldsBackIsLoggedAndNotDelivered) {
    startWith("marketing", {{"event.notification.filter.paths", "/In/**"}});
    put("/out.txt");
    put("/In/a.txt");
    put("/In/deep/b.txt");

    ASSERT_TRUE(receiver_.waitForEvents(4));  // two files and their folders
    ASSERT_TRUE(eventually([&] { return loggedEvents().size() == 5; }));
    EXPECT_THAT(receiver_.toldEvents(), testing::Not(testing::Contains("CREATED /out.txt")));
    EXPECT_THAT(loggedEvents(), testing::Contains("CREATED /out.txt"));
}

TEST_F(CallbackSettingsTest, ACallbackThatIsGoneWaitsUntilItIsAskedFor) {
    startWith("marketing");
    receiver_.answerNext(status(410));
    put("/one.txt");
    ASSERT_TRUE(eventually([&] { return isSwitchedOff(); }));
    EXPECT_THAT(logText(), HasSubstr("a callback is switched off"));
    put("/two.txt");
    ASSERT_TRUE(eventually([&] { return loggedEvents().size() == 2; }));
    stopHub();
    hub_.reset();
    startHub();
    ASSERT_TRUE(waitUntilLive("marketing"));
    EXPECT_TRUE(isSwitchedOff()) << "also after a restart";
    EXPECT_EQ(receiver_.requests().size(), 1U);

    json(200, "PUT", kQueued);
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /one.txt", "CREATED /two.txt"));
    EXPECT_FALSE(isSwitchedOff());
}

TEST_F(CallbackSettingsTest, EnablingAnInstanceOfAFileSwitchesItsCallbackOn) {
    startWith("marketing");
    receiver_.answerNext(status(410));
    put("/one.txt");
    ASSERT_TRUE(eventually([&] { return isSwitchedOff(); }));
    put("/two.txt");
    ASSERT_TRUE(eventually([&] { return loggedEvents().size() == 2; }));

    json(200, "PUT", fmt::format("/instances/{}/enabled", instance("marketing")->id.value));
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /two.txt"));
    EXPECT_FALSE(isSwitchedOff());
}

TEST_F(CallbackSettingsTest, ThePolicyQueueKeepsWhatFollows) {
    startWith(
        "marketing",
        {{"event.notification.retry.policy", "queue"},
         {"event.notification.retry.schedule", "10ms"}}
    );
    receiver_.answerNext(status(500), 2);
    put("/one.txt");
    ASSERT_TRUE(eventually([&] { return isSwitchedOff(); }));
    put("/two.txt");
    ASSERT_TRUE(eventually([&] { return loggedEvents().size() == 2; }));
    EXPECT_THAT(receiver_.toldEvents(), IsEmpty());

    json(200, "PUT", fmt::format("/instances/{}/enabled", instance("marketing")->id.value));
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_THAT(inOrder(), ElementsAre("CREATED /one.txt", "CREATED /two.txt"));
}

TEST_F(CallbackSettingsTest, ThePolicyOfTheAccountIsForInstancesWithoutOne) {
    const std::string key = "notification.webhook.failure.policy";
    const std::string path = "/accounts/settings";
    startWith("marketing", {{"event.notification.retry.schedule", "10ms"}});
    EXPECT_EQ(json(200, "GET", path)[key.c_str()], "retry");
    json(200, "PATCH", path, fmt::format(R"({{"{}":"queue"}})", key));
    stopHub();
    startHub();
    EXPECT_EQ(json(200, "GET", "/accounts/1/settings")[key.c_str()], "queue") << "it is kept";

    receiver_.answerNext(status(500), 2);
    put("/one.txt");
    EXPECT_TRUE(eventually([&] { return isSwitchedOff(); }));

    for (const char* bad : {R"({"x":1})", "{}", R"({"notification.webhook.failure.policy":"no"})"})
        json(400, "PATCH", path, bad);
    json(403, "PATCH", "/accounts/2/settings", fmt::format(R"({{"{}":"retry"}})", key));
    EXPECT_EQ(json(200, "GET", path)[key.c_str()], "queue");
}

TEST_F(CallbackSettingsTest, AChangeOfTheAccountsPolicyNeedsNoRestart) {
    const std::string key = "notification.webhook.failure.policy";
    startWith("marketing", {{"event.notification.retry.schedule", "10ms"}});
    json(200, "PATCH", "/accounts/settings", fmt::format(R"({{"{}":"queue"}})", key));
    receiver_.answerNext(status(500), 2);
    put("/one.txt");
    ASSERT_TRUE(eventually([&] { return isSwitchedOff(); }));

    json(200, "POST", "/accounts/settings", fmt::format(R"({{"{}":"retry"}})", key));
    json(200, "PUT", fmt::format("/instances/{}/enabled", instance("marketing")->id.value));
    ASSERT_TRUE(receiver_.waitForEvents(1));
    receiver_.answerNext(status(500), 2);
    put("/two.txt");
    ASSERT_TRUE(eventually([&] { return countOf(DeliveryState::Dead) == 1; }));
    EXPECT_FALSE(isSwitchedOff());
}

TEST_F(CallbackSettingsTest, AnInstanceIsNotOverruledByTheAccount) {
    startWith(
        "marketing",
        {{"event.notification.retry.policy", "retry"},
         {"event.notification.retry.schedule", "10ms"}}
    );
    json(200, "PATCH", "/accounts/settings", R"({"notification.webhook.failure.policy":"queue"})");
    receiver_.answerNext(status(500), 2);
    put("/one.txt");
    ASSERT_TRUE(eventually([&] { return countOf(DeliveryState::Dead) == 1; }));
    EXPECT_FALSE(isSwitchedOff());
    put("/two.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /two.txt"));
}

TEST_F(CallbackSettingsTest, OnlyAKeyThatMayWriteChangesTheAccount) {
    startHub();
    const std::string reader = addReader();
    ASSERT_TRUE(eventually([&] { return call("GET", "/elements", {}, reader).status == 200; }));
    const std::string body = R"({"notification.webhook.failure.policy":"queue"})";
    for (const char* path : {"/accounts/settings", "/accounts/1/settings"}) {
        json(200, "GET", path, {}, reader);
        for (const char* method : {"PATCH", "POST"}) {
            const auto refused = json(403, method, path, body, reader);
            EXPECT_THAT(text(refused, "message"), HasSubstr("may only read"));
            json(401, method, path, body, "");
        }
    }
    const auto kept = json(200, "GET", "/accounts/settings");
    EXPECT_EQ(text(kept, "notification.webhook.failure.policy"), "retry");
}

TEST_F(CallbackSettingsTest, OrderedCallbacksWaitForTheOneBefore) {
    startWith(
        "marketing",
        {{"event.notification.ordering", "instance"},
         {"event.notification.retry.schedule", "300ms, 300ms"}}
    );
    receiver_.answerNext(status(500), 2);
    for (int i = 0; i < 4; ++i) {
        put(fmt::format("/{}.txt", i));
        ASSERT_TRUE(eventually([&] { return loggedEvents().size() == std::size_t(i) + 1; }));
    }
    ASSERT_TRUE(receiver_.waitForEvents(4));
    EXPECT_THAT(
        inOrder(),
        ElementsAre("CREATED /0.txt", "CREATED /1.txt", "CREATED /2.txt", "CREATED /3.txt")
    );
}

TEST_F(CallbackSettingsTest, OrderedByObjectOneThatFailsHoldsUpItselfAlone) {
    startWith(
        "marketing",
        {{"event.notification.ordering", "object"},
         {"event.notification.retry.schedule", "500ms, 500ms, 500ms, 500ms"}}
    );
    receiver_.refuseEventsOf("/bad.txt", 3);
    put("/bad.txt", "1");
    ASSERT_TRUE(eventually([&] { return loggedEvents().size() == 1; }));
    for (int i = 0; i < 20; ++i)
        put(fmt::format("/{}.txt", i));
    put("/bad.txt", "2");
    ASSERT_TRUE(eventually([&] { return loggedEvents().size() == 22; }));
    put("/bad.txt", "3");
    for (int i = 0; i < 20; ++i)
        put(fmt::format("/{}.txt", i), "2");

    ASSERT_TRUE(receiver_.waitForEvents(43));
    const std::vector<std::string> lines = inOrder();
    const auto placeOf = [&](const std::string& line) {
        return std::find(lines.begin(), lines.end(), line) - lines.begin();
    };
    for (int i = 0; i < 20; ++i) {
        EXPECT_LT(
            placeOf(fmt::format("CREATED /{}.txt", i)), placeOf(fmt::format("UPDATED /{}.txt", i))
        );
    }
    // Of twenty others 1.3 share its lane at the mean; ids differ from run to run.
    const auto bad = placeOf("CREATED /bad.txt");
    EXPECT_GE(bad, 10) << "the others went on";
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "UPDATED /bad.txt"), 2);
    EXPECT_LT(bad, placeOf("UPDATED /bad.txt"));
}

TEST_F(CallbackSettingsTest, TheRateIsKept) {
    startWith("marketing", {{"event.notification.rate.limit", "5/s"}});
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 6; ++i) {
        put(fmt::format("/{}.txt", i));
        ASSERT_TRUE(eventually([&] { return loggedEvents().size() == std::size_t(i) + 1; }));
    }
    ASSERT_TRUE(receiver_.waitForEvents(6));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    const std::size_t callbacks = receiver_.requests().size();
    EXPECT_GE(taken.count(), (static_cast<double>(callbacks) - 1) / 5);
}

TEST_F(CallbackSettingsTest, AHubThatStartsGoesOnWithTheRate) {
    startWith("marketing", {{"event.notification.rate.limit", "20/m"}});
    const auto begin = std::chrono::steady_clock::now();
    put("/a.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    stopHub();
    startHub();
    put("/b.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(taken.count(), 2.9) << "one in three seconds, the one before the stop included";
}

}  // namespace
}  // namespace ferry::test
