// Goal: what callbacks do, wrong or right, loses no event, and the hub can tell what went wrong.
// Method: the whole hub with a receiver that is scripted to fail, to redirect, or not to be
// reachable.

#include "integration/hub_fixture.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class CallbackTest : public HubTest {
  protected:
    /// The newest delivery of the instance.
    std::optional<Delivery> newestDelivery(const std::string& name) {
        const auto page = hub_->store().deliveries().page(instance(name)->id, DeliveryId(), 1);
        EXPECT_TRUE(page);
        return page && !page->empty() ? std::optional(page->front()) : std::nullopt;
    }
    bool waitForError(const std::string& name) {
        return eventually([&] {
            const auto delivery = newestDelivery(name);
            return delivery && !delivery->last_error.empty();
        });
    }
    static http::Response status(int code) {
        http::Response response;
        response.status = code;
        return response;
    }
};

TEST_F(CallbackTest, IsTriedAgainUntilItSucceeds) {
    startWith("marketing");
    receiver_.answerNext(status(500), 3);
    put("/new.txt");

    ASSERT_TRUE(receiver_.waitForEvents(1));
    const auto requests = receiver_.requests();
    ASSERT_EQ(requests.size(), 4U);
    for (const auto& request : requests) {
        EXPECT_EQ(request.body, requests.front().body) << "each attempt brings the same";
        EXPECT_TRUE(isSigned(request, signature_key_));
    }
    ASSERT_TRUE(eventually([&] {
        return newestDelivery("marketing")->state == DeliveryState::Delivered;
    }));
    EXPECT_EQ(newestDelivery("marketing")->attempt_count, 4U);
    EXPECT_EQ(newestDelivery("marketing")->last_error, "");
}

TEST_F(CallbackTest, RetryAfterIsHonoured) {
    startWith("marketing");
    http::Response busy = status(503);
    busy.headers.add("Retry-After", "2");
    receiver_.answerNext(busy);
    put("/new.txt");
    ASSERT_TRUE(receiver_.waitForRequests(1));
    const auto first = std::chrono::steady_clock::now();

    ASSERT_TRUE(receiver_.waitForEvents(1));
    const auto waited = std::chrono::steady_clock::now() - first;
    EXPECT_GE(waited, std::chrono::milliseconds(1'900)) << "the schedule alone would say 20 ms";
    EXPECT_EQ(receiver_.requests().size(), 2U);
}

TEST_F(CallbackTest, RedirectsAreNotFollowed) {
    startWith("marketing");
    http::Response redirect = status(302);
    redirect.headers.add("Location", receiver_.url("/elsewhere"));
    receiver_.answerNext(redirect);
    put("/new.txt");

    ASSERT_TRUE(receiver_.waitForEvents(1));
    for (const auto& request : receiver_.requests())
        EXPECT_EQ(request.path, "/events");
    const auto attempts = hub_->store().deliveries().attempts(
        instance("marketing")->id, newestDelivery("marketing")->id, 10
    );
    ASSERT_TRUE(attempts);
    ASSERT_GE(attempts->size(), 1U);
    EXPECT_EQ(attempts->back().status, 302);
    EXPECT_THAT(
        attempts->back().error,
        AllOf(HasSubstr("not followed"), HasSubstr("event.notification.callback.url"))
    );
}

TEST_F(CallbackTest, PrivateAddressesAreRefusedAndSaySo) {
    config_.delivery.allow_networks.clear();
    startWith("marketing");
    put("/new.txt");

    ASSERT_TRUE(waitForError("marketing"));
    EXPECT_THAT(
        newestDelivery("marketing")->last_error,
        AllOf(HasSubstr("127.0.0.1"), HasSubstr("delivery.allow_networks"))
    );
    EXPECT_EQ(receiver_.requests().size(), 0U) << "not one byte goes there";
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /new.txt"));
}

TEST_F(CallbackTest, AReceiverThatIsDownGetsEverythingLater) {
    auto down = std::make_unique<CallbackReceiver>();
    const std::uint16_t port = down->port();
    down.reset();
    startWith(
        "marketing",
        {{"event.notification.callback.url", fmt::format("http://127.0.0.1:{}/events", port)}}
    );
    put("/one.txt");
    ASSERT_TRUE(waitForError("marketing"));
    EXPECT_THAT(newestDelivery("marketing")->last_error, HasSubstr("no connection"));

    // The operator corrects the address: what waits goes to the new one.
    declare("marketing");
    EXPECT_EQ(reload().applied.changed, 1U);
    put("/two.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /one.txt", "CREATED /two.txt"));
}

TEST_F(CallbackTest, SwitchingEventsOffAndOnKeepsTheAuthorizationAndLosesNothing) {
    startWith("marketing");
    declare("marketing", {{"event.notification.enabled", "false"}});
    EXPECT_EQ(reload().applied.to_authorize.size(), 0U);
    EXPECT_EQ(state("marketing"), InstanceState::Running);
    put("/silent.txt");
    ASSERT_TRUE(eventually([&] { return loggedEvents().size() == 1; }));

    declare("marketing");
    EXPECT_EQ(reload().applied.to_authorize.size(), 0U);
    put("/told.txt");
    ASSERT_TRUE(eventually([&] {
        const auto events = receiver_.toldEvents();
        return std::find(events.begin(), events.end(), "CREATED /told.txt") != events.end();
    }));
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /silent.txt", "CREATED /told.txt"));
}

TEST_F(CallbackTest, MoreThanTwentyEventsComeInSeveralCallbacks) {
    startWith("marketing");
    ASSERT_TRUE(fake_->addManyFiles(account_, "/many", 50));
    ASSERT_TRUE(receiver_.waitForEvents(51));
    for (const auto& request : receiver_.requests()) {
        std::size_t count = 0;
        for (std::size_t at = 0; (at = request.body.find("\"eventType\"", at)) != std::string::npos;
             ++at)
            ++count;
        EXPECT_LE(count, 20U);
    }
    EXPECT_EQ(loggedEvents().size(), receiver_.events().size());
}

}  // namespace
}  // namespace ferry::test
