// Goal: events and deliveries over REST say what happened, and bring it about again.
// Method: the whole hub with a fake Dropbox and a receiver that refuses, asked over HTTP; every
// answer is held against the OpenAPI document.

#include "base/encoding.h"
#include "base/time_text.h"
#include "integration/api_fixture.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr const char* kDeliveries = "/notifications/subscriptions/deliveries";

class EventApiTest : public ApiTest {
  protected:
    static http::Response status(int code) {
        http::Response response;
        response.status = code;
        return response;
    }
    std::string idOf(const std::string& name) { return std::to_string(instance(name)->id.value); }
    /// Target with a where.
    static std::string where(const std::string& text, const std::string& more = "") {
        return std::string(kDeliveries) + "?where=" + percentEncode(text) + more;
    }
    std::vector<std::string> statuses(const std::string& where_text) {
        std::vector<std::string> found;
        const auto list = json(200, "GET", where(where_text));
        for (const auto& delivery : list.GetArray())
            found.push_back(text(delivery, "status"));
        return found;
    }
    /// The events of a list as "NOTIFIED CREATED /a.txt".
    std::vector<std::string> listed(const std::string& target) {
        std::vector<std::string> lines;
        const auto list = json(200, "GET", target);
        for (const auto& event : list.GetArray()) {
            lines.push_back(
                text(event, "status") + " " + text(event["event"], "eventType") + " " +
                text(event["event"]["object"], "path")
            );
        }
        return lines;
    }
    /// All events of the list, of which there is at least one.
    bool waitForStatus(const std::string& target, const std::string& wanted) {
        return eventually([&] {
            const auto lines = listed(target);
            return !lines.empty() && std::ranges::all_of(lines, [&](const std::string& line) {
                return line.starts_with(wanted);
            });
        });
    }
    std::string redeliveryOf(std::size_t request) {
        const auto requests = receiver_.requests();
        const auto value = requests.at(request).headers.get("Ferry-Redelivery");
        return value ? std::string(*value) : "";
    }
};

TEST_F(EventApiTest, ListsTheEventsOfAnInstanceWithTheirStatus) {
    startWith("marketing");
    const std::string events = "/instances/" + idOf("marketing") + "/events";
    EXPECT_THAT(listed(events), IsEmpty()) << "200 and no 404";
    put("/a.txt");
    put("/b.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    ASSERT_TRUE(eventually([&] {
        const auto lines = listed(events);
        return lines.size() == 2 && lines[0].starts_with("NOTIFIED") &&
               lines[1].starts_with("NOTIFIED");
    }));

    EXPECT_THAT(listed(events), ElementsAre("NOTIFIED CREATED /b.txt", "NOTIFIED CREATED /a.txt"));
    EXPECT_THAT(listed("/instances/events"), SizeIs(2));
    EXPECT_THAT(listed("/instances/events?from=2999-01-01T00:00:00Z"), IsEmpty());
    EXPECT_THAT(listed("/instances/events?from=2001-01-01T00:00:00Z"), SizeIs(2));
    json(400, "GET", "/instances/events?from=yesterday");
    EXPECT_THAT(listed("/instances/events?eventTypes=DELETED,moved"), IsEmpty());
    EXPECT_THAT(listed("/instances/events?objectTypes=folder"), IsEmpty());
    EXPECT_THAT(listed("/instances/events?to=2020-01-01"), IsEmpty());
    EXPECT_THAT(listed("/instances/events?from=2020-01-01"), SizeIs(2));
    json(400, "GET", "/instances/events?from=2026-01-02&to=2026-01-01");
    json(400, "GET", "/instances/events?eventTypes=RENAMED");
    json(404, "GET", "/instances/999/events");

    const Answer first = call("GET", "/instances/events?pageSize=1");
    ASSERT_EQ(first.headers.at("elements-returned-count"), "1");
    const std::string next = first.headers.at("elements-next-page-token");
    EXPECT_THAT(
        listed("/instances/events?pageSize=1&nextPage=" + next),
        ElementsAre("NOTIFIED CREATED /a.txt")
    );
}

TEST_F(EventApiTest, GivesOneEventWithItsDeliveriesAndAttempts) {
    startWith("marketing");
    http::Response refusal = status(500);
    refusal.body = "no\x1b[2J";
    receiver_.answerNext(refusal);
    put("/a.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    ASSERT_TRUE(waitForStatus("/instances/events", "NOTIFIED"));
    const std::string id = receiver_.events().front().id;

    const auto event = json(200, "GET", "/instances/" + idOf("marketing") + "/events/" + id);

    EXPECT_EQ(text(event, "id"), id);
    EXPECT_THAT(text(event, "providerData"), HasSubstr("a.txt"));
    ASSERT_EQ(event["deliveries"].Size(), 1U);
    const auto& delivery = event["deliveries"][0];
    EXPECT_EQ(text(delivery, "status"), "delivered");
    ASSERT_EQ(delivery["attempts"].Size(), 2U);
    EXPECT_EQ(delivery["attempts"][0]["httpStatus"].GetInt(), 200);
    EXPECT_EQ(delivery["attempts"][1]["httpStatus"].GetInt(), 500);
    EXPECT_EQ(text(delivery["attempts"][0], "errorClass"), "");
    EXPECT_EQ(text(delivery["attempts"][1], "errorClass"), "status");
    EXPECT_EQ(text(delivery["attempts"][1], "answer"), "no\x1b[2J");
    EXPECT_TRUE(delivery["attempts"][1].HasMember("nextAttemptDate"));
    EXPECT_FALSE(delivery["attempts"][0].HasMember("nextAttemptDate"));
    EXPECT_EQ(event["eventElementInstances"][0]["notificationId"].GetInt64(), 1);
    EXPECT_EQ(dump(json(200, "GET", "/instances/events/" + id)), dump(event));
    json(404, "GET", "/instances/events/AXBooiL_qrZEur0mJV08");
    json(404, "GET", "/instances/" + idOf("marketing") + "/events/nothing");
    const auto one = json(200, "GET", "/notifications/1/delivery");
    EXPECT_EQ(one["attempts"].Size(), 2U);
    const auto dispositions = json(200, "GET", "/instances/events/dispositions");
    EXPECT_EQ(text(dispositions[0]["notificationData"][0], "message"), "Event delivered");
}

TEST_F(EventApiTest, DeliversOneEventAgain) {
    startWith("marketing");
    put("/a.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    const std::string id = receiver_.events().front().id;
    const std::string target = "/instances/" + idOf("marketing") + "/events/" + id + "/redeliver";

    const auto delivery = json(200, "POST", target);

    EXPECT_EQ(text(delivery, "redelivery"), "request");
    ASSERT_TRUE(receiver_.waitForRequests(2));
    EXPECT_EQ(redeliveryOf(0), "");
    EXPECT_EQ(redeliveryOf(1), "request");
    EXPECT_THAT(receiver_.requests()[1].body, HasSubstr(id));
    EXPECT_TRUE(isSigned(receiver_.requests()[1], signature_key_));
    json(404, "POST", "/instances/" + idOf("marketing") + "/events/nothing/redeliver");
}

TEST_F(EventApiTest, AQueuedDeliveryIsListedUntilAPutBringsItAgain) {
    startWith("marketing");
    receiver_.answerNext(status(410));
    put("/a.txt");
    ASSERT_TRUE(eventually([&] { return !statuses("status='queued'").empty(); }));
    EXPECT_THAT(listed("/instances/events"), ElementsAre("DISPATCHED CREATED /a.txt"));
    const std::string queued =
        fmt::format("channel='webhook' and status='queued' and config.url='{}'", receiver_.url());
    EXPECT_THAT(statuses(queued), ElementsAre("queued"));
    EXPECT_THAT(statuses("status='queued' and config.url='http://elsewhere/'"), IsEmpty());
    const auto full = json(200, "GET", where(queued, "&hydrate=true"));
    EXPECT_EQ(text(full[0]["notification"]["message"]["events"][0], "eventType"), "CREATED");
    EXPECT_EQ(text(full[0]["subscription"]["config"], "url"), receiver_.url());
    json(400, "PUT", kDeliveries);
    json(400, "PUT", where("status='dead'"));

    const auto again = json(200, "PUT", where(queued));

    ASSERT_EQ(again.Size(), 1U);
    EXPECT_EQ(text(again[0], "status"), "created");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_EQ(redeliveryOf(1), "request");
    EXPECT_EQ(receiver_.requests()[1].body, receiver_.requests()[0].body);
    ASSERT_TRUE(waitForStatus("/instances/events", "NOTIFIED"));
    EXPECT_THAT(statuses(queued), IsEmpty());
    EXPECT_THAT(statuses("status='delivered'"), ElementsAre("delivered"));
}

TEST_F(EventApiTest, ASingleDeliveryIsFoundAndMadeAgain) {
    startWith("marketing");
    put("/a.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    ASSERT_TRUE(eventually([&] { return statuses("status='delivered'").size() == 1; }));
    const std::int64_t number = json(200, "GET", kDeliveries)[0]["subscriptionId"].GetInt64();
    const std::string one = fmt::format("/notifications/1/subscriptions/{}/deliveries", number);

    EXPECT_EQ(text(json(200, "GET", one)[0], "status"), "delivered");
    EXPECT_EQ(json(200, "GET", one)[0]["attemptCount"].GetInt(), 1);
    EXPECT_EQ(json(200, "GET", "/notifications/1/subscriptions/deliveries").Size(), 1U);
    json(404, "GET", "/notifications/9/subscriptions/deliveries");
    json(404, "GET", "/notifications/1/subscriptions/999/deliveries");
    json(404, "GET", "/notifications/x/subscriptions/deliveries");
    json(200, "PUT", one);
    EXPECT_TRUE(receiver_.waitForRequests(2));
}

TEST_F(EventApiTest, AttemptsAreCountedSinceADeliveryWasMadeToWait) {
    startWith("marketing", {{"event.notification.retry.schedule", "10ms, 1h"}});
    const auto waitFor = [&](const std::string& status, int attempts) {
        return eventually([&] {
            const auto list = json(200, "GET", where("status='" + status + "'"));
            return list.Size() == 1 && list[0]["attemptCount"].GetInt() == attempts;
        });
    };
    receiver_.answerNext(status(500), 2);
    put("/a.txt");
    ASSERT_TRUE(waitFor("retry", 2));

    const auto again = json(200, "PUT", where("status='retry'"));
    EXPECT_EQ(again[0]["attemptCount"].GetInt(), 0);
    ASSERT_TRUE(waitFor("delivered", 1));
    EXPECT_EQ(json(200, "GET", "/notifications/1/delivery")["attempts"].Size(), 3U);
}

TEST_F(EventApiTest, CountsEventsByTimeAndInstance) {
    startWith("marketing");
    put("/a.txt");
    put("/b.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    ASSERT_TRUE(eventually([&] { return statuses("status='created'").empty(); }));
    const std::string to = formatRfc3339(clock_.wallNow() + Milliseconds(1'000));
    const std::string from = formatRfc3339(*parseRfc3339(to) - Milliseconds(3'600'000));
    const std::string range = "?from=" + from + "&to=" + to;

    const auto minutes =
        json(200, "GET", "/instances/events/analytics" + range + "&interval=minute");
    EXPECT_EQ(minutes.Size(), 61U);
    std::int64_t sum = 0;
    for (const auto& bucket : minutes.GetArray())
        sum += bucket["count"].GetInt64();
    EXPECT_EQ(sum, 2);
    const auto years =
        json(200, "GET", "/instances/events/analytics/instances" + range + "&interval=year");
    const auto& last = years[years.Size() - 1];
    EXPECT_EQ(last["total"].GetInt(), 2);
    EXPECT_EQ(last["records"][0]["instanceId"].GetInt64(), instance("marketing")->id.value);
    EXPECT_EQ(last["records"][0]["success"].GetInt(), 2);
    EXPECT_EQ(last["records"][0]["failed"].GetInt(), 0);
    const auto accounts =
        json(200, "GET", "/instances/events/analytics/accounts" + range + "&interval=year");
    EXPECT_EQ(accounts[accounts.Size() - 1]["records"][0]["accountId"].GetInt(), 1);

    const std::string analytics = "/instances/events/analytics";
    json(400, "GET", analytics + "?from=" + to + "&to=" + from);
    json(400, "GET", analytics + "?from=2026-01-01&to=2026-01-02&interval=second");
    json(400, "GET", analytics + "?interval=fortnight");
    json(403, "GET", analytics + "?accountIds%5B%5D=2");
    json(200, "GET", analytics + "?accountIds%5B%5D=1");
}

TEST_F(EventApiTest, ReplaysWhatIsMeantAndCancels) {
    startWith("marketing");
    put("/a.txt");
    put("/b.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    // What still waits for its own delivery is not replayed; the answer is recorded after it came.
    ASSERT_TRUE(waitForStatus("/instances/events", "NOTIFIED"));
    const std::size_t before = receiver_.requests().size();
    const std::string replays = "/instances/events/replays";
    const auto stateOf = [&](const rapidjson::Document& replay) {
        const std::string target = replays + "/" + std::to_string(replay["id"].GetInt64());
        eventually([&] { return text(json(200, "GET", target), "state") != "running"; });
        return json(200, "GET", target);
    };

    const auto dry = stateOf(json(200, "POST", replays, R"({"from": 0, "dryRun": true})"));
    EXPECT_EQ(dry["progress"]["eventsMatched"].GetInt(), 2);
    EXPECT_EQ(receiver_.requests().size(), before) << "it counts and sends nothing";
    const auto none =
        stateOf(json(200, "POST", replays, R"({"from": 0, "eventTypes": ["DELETED"]})"));
    EXPECT_EQ(none["progress"]["eventsMatched"].GetInt(), 0);
    const auto all = stateOf(json(200, "POST", replays, R"({"from": 0})"));
    EXPECT_EQ(text(all, "state"), "done");
    EXPECT_EQ(all["progress"]["eventsInRange"].GetInt(), 2);
    EXPECT_EQ(all["progress"]["eventsExamined"].GetInt(), 2);
    ASSERT_TRUE(eventually([&] { return receiver_.requests().size() > before; }));
    EXPECT_EQ(redeliveryOf(before), fmt::format("replay {}", all["id"].GetInt64()));
    EXPECT_THAT(receiver_.requests()[before].body, HasSubstr(receiver_.events().front().id));
    EXPECT_EQ(json(200, "GET", replays).Size(), 3U);
    json(409, "DELETE", replays + "/1");

    const auto slow = json(200, "POST", replays, R"({"from": 0, "rate": 1})");
    const std::string target = replays + "/" + std::to_string(slow["id"].GetInt64());
    EXPECT_EQ(text(json(200, "DELETE", target), "state"), "cancelled");
    json(400, "POST", replays, R"({"from": 0, "instanceIds": [999]})");
    json(400, "POST", replays, R"({"from": 0, "instanceIds": []})");
    json(400, "POST", replays, "{}");
    json(404, "GET", replays + "/999");
}

}  // namespace
}  // namespace ferry::test
