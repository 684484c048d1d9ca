// Goal: callbacks have the open-connectors body to the letter, the same bytes at every attempt.
// Method: a whole body compared with the expected text, then the parts that vary, one by one.

#include "pipeline/callback_body.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

RecordedEvent event(std::int64_t number, std::string raw) {
    RecordedEvent out;
    out.number = EventNumber(number);
    out.id = "event" + std::to_string(number);
    out.body = R"({"id":"event)" + std::to_string(number) + R"("})";
    out.raw = std::move(raw);
    return out;
}

class CallbackBody : public testing::Test {
  protected:
    CallbackBody() {
        delivery_.id = DeliveryId(69182068);
        delivery_.instance = InstanceId(8948659);
        delivery_.created_at = TimePoint(Milliseconds(1'582'303'421'000));
        settings_.id = delivery_.instance;
        settings_.name = "alice \"dropbox\"";
        settings_.connector_key = "dropbox";
        settings_.tags = {"tenant-7", "eu"};
        hub_ = {643, 280, 2374, "notifications@hub.example"};
        events_ = {event(1, R"({".tag":"file"})"), event(2, "")};
    }
    std::string render() const { return renderCallbackBody({delivery_, settings_, events_, hub_}); }
    std::string rawPart() const {
        const std::string body = render();
        const auto begin = body.find(R"("raw":)") + 6;
        return body.substr(begin, body.find(R"(,"events":)") - begin);
    }

    Delivery delivery_;
    InstanceSettings settings_;
    HubIdentity hub_;
    std::vector<RecordedEvent> events_;
};

TEST_F(CallbackBody, IsTheOpenConnectorsBody) {
    const std::string event_id = callbackEventId(delivery_, events_);

    EXPECT_EQ(
        render(),
        R"({"id":"69182068","topic":"instance-8948659-dropbox-events","severity":"medium",)"
        R"("action":"create","createdDate":"Fri Feb 21 16:43:41 UTC 2020",)"
        R"("user":"notifications@hub.example","message":{"elementKey":"dropbox",)"
        R"("accountId":643,"companyId":280,"userId":2374,"eventId":")" +
            event_id +
            R"(","instanceId":8948659,"instance_id":8948659,)"
            R"("instanceName":"alice \"dropbox\"","instanceTags":["tenant-7","eu"],)"
            R"("raw":{"records":[{".tag":"file"}]},)"
            R"("events":[{"id":"event1"},{"id":"event2"}]}})"
    );
}

TEST_F(CallbackBody, DoesNotDependOnTheAttempt) {
    const std::string first = render();

    delivery_.attempt_count = 7;
    delivery_.last_error = "the callback answered 503";
    delivery_.last_status = 503;
    delivery_.next_attempt_at = TimePoint(Milliseconds(99));

    EXPECT_EQ(render(), first);
}

TEST_F(CallbackBody, HasAnEmptyListOfTagsIfThereAreNone) {
    settings_.tags.clear();

    EXPECT_NE(render().find(R"("instanceTags":[],)"), std::string::npos);
}

TEST_F(CallbackBody, ShowsTheRecordsOfOtherEventsWhereTheyGoWithIt) {
    const std::vector<RecordedEvent> records{
        event(0, R"({"n":0})"), events_[0], events_[1], event(3, R"({"n":3})")};

    const std::string body = renderCallbackBody({delivery_, settings_, events_, hub_, records});

    EXPECT_NE(
        body.find(
            R"("raw":{"records":[{"n":0},{".tag":"file"},{"n":3}]},"events":[{"id":"event1"},)"
        ),
        std::string::npos
    ) << body;
}

TEST_F(CallbackBody, RepeatsNoRecordThatSeveralEventsComeFrom) {
    events_ = {event(1, "{}"), event(2, "{}"), event(3, "[1]"), event(4, ""), event(5, "{}")};

    EXPECT_EQ(rawPart(), R"({"records":[{},[1],{}]})");
}

TEST_F(CallbackBody, HasNoRecordsIfItsEventsHaveNone) {
    events_ = {event(1, "")};

    EXPECT_EQ(rawPart(), R"({"records":[]})");
}

TEST_F(CallbackBody, KeepsTheBytesOfRecords) {
    events_ = {event(1, R"({ "size" : 1.0e2, "size": 12345678901234567890 })")};

    EXPECT_EQ(rawPart(), R"({"records":[{ "size" : 1.0e2, "size": 12345678901234567890 }]})");
}

TEST_F(CallbackBody, EventIdTellsDeliveriesApart) {
    const std::string id = callbackEventId(delivery_, events_);
    EXPECT_EQ(id.size(), 20U);
    EXPECT_EQ(id.find_first_of("+/=."), std::string::npos);

    Delivery next = delivery_;
    next.id = DeliveryId(69182069);
    Delivery of_another_hub = delivery_;
    of_another_hub.created_at += Milliseconds(1);
    EXPECT_NE(callbackEventId(next, events_), id);
    EXPECT_NE(callbackEventId(of_another_hub, events_), id);
    EXPECT_EQ(callbackEventId(delivery_, events_), id);
}

}  // namespace
}  // namespace ferry::pipeline
