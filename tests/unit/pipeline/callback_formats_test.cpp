// Goal: callbacks in the formats of Standard Webhooks and CloudEvents are what their specifications
// say. Method: whole requests compared with the expected text; the verifiers of others are run in
// tests/clients.

#include "pipeline/callback_cloudevents.h"
#include "pipeline/callback_request.h"
#include "pipeline/event_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace ferry::pipeline {
namespace {

using testing::ElementsAre;

RecordedEvent movedFile() {
    Event event;
    event.id = "AXBooiL_qrZEur0mJV08";
    event.type = EventType::Moved;
    event.object.object_id = "id:7";
    event.object.path = "/b/Pl\u00e4n \"1\" 100%.txt";
    event.object.name = "x";
    event.previous_path = "/a/x";
    event.occurred_at = fromEpochMilliseconds(1'582'303'421'000);
    event.raw = R"({".tag":"file"})";
    RecordedEvent recorded =
        recordEvent(event, "dropbox", "documents", MoveReporting::Moved, event.occurred_at).front();
    recorded.number = EventNumber(42);
    return recorded;
}

const std::string kData =
    R"({"instanceId":7,"instanceName":"marketing","instanceTags":["eu"],)"
    R"("elementKey":"dropbox","hubKey":"documents","objectType":"file","objectId":"id:7",)"
    R"("eventType":"MOVED","date":"2020-02-21T16:43:41Z","id":"AXBooiL_qrZEur0mJV08",)"
    R"("object":{"id":"id:7","refId":"id:7","name":"x","path":"/b/Plän \"1\" 100%.txt",)"
    R"("previousPath":"/a/x","directory":false},"raw":{".tag":"file"}})";
const std::string kAttributes =
    R"("specversion":"1.0","id":"AXBooiL_qrZEur0mJV08","source":"/hubs/h1/instances/7",)"
    R"("type":"com.dropbox.file.moved","time":"2020-02-21T16:43:41Z",)"
    R"("sequence":"0000000000000000042","subject":"/b/Plän \"1\" 100%.txt",)"
    R"("partitionkey":"id:7",)"
    R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-a44a8c30509124f6-01")";
const std::string kEvent =
    "{" + kAttributes + R"(,"datacontenttype":"application/json","data":)" + kData + "}";

class CallbackFormats : public testing::Test {
  protected:
    CallbackFormats() {
        delivery_.id = DeliveryId(3);
        delivery_.trace =
            *parseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        settings_.id = InstanceId(7);
        settings_.name = "marketing";
        settings_.connector_key = "dropbox";
        settings_.tags = {"eu"};
        settings_.callback_url = "https://app.example.com/events";
        options_.hub.hub_id = "h1";
    }
    http::OutboundRequest request(CallbackFormat format) {
        settings_.format = format;
        return makeCallbackRequest(delivery_, settings_, events_, TimePoint(), options_);
    }
    std::string header(const http::OutboundRequest& request, std::string_view name) {
        return std::string(request.headers.get(name).value_or("none"));
    }

    Delivery delivery_;
    InstanceSettings settings_;
    std::vector<RecordedEvent> events_{movedFile()};
    CallbackRequestOptions options_;
};

TEST_F(CallbackFormats, StandardWebhooksHaveTypeTimestampAndData) {
    const auto made = request(CallbackFormat::StandardWebhooks);

    EXPECT_EQ(
        made.body,
        R"({"type":"file.moved","timestamp":"2020-02-21T16:43:41Z","data":)" + kData + "}"
    );
    EXPECT_EQ(header(made, "Content-Type"), "application/json");
}

TEST_F(CallbackFormats, StructuredCloudEventsAreOneObject) {
    const auto made = request(CallbackFormat::CloudEventsStructured);

    EXPECT_EQ(made.body, kEvent);
    EXPECT_EQ(header(made, "Content-Type"), "application/cloudevents+json");
    EXPECT_EQ(header(made, "ce-id"), "none");
}

TEST_F(CallbackFormats, BatchedCloudEventsAreAListOfThePage) {
    events_.push_back(movedFile());
    const auto made = request(CallbackFormat::CloudEventsBatched);

    EXPECT_EQ(made.body, "[" + kEvent + "," + kEvent + "]");
    EXPECT_EQ(header(made, "Content-Type"), "application/cloudevents-batch+json");
}

TEST_F(CallbackFormats, EachAttemptIsInTheTraceOfItsDeliveryWithASpanOfItsOwn) {
    const auto first = header(request(CallbackFormat::OpenConnectors), "traceparent");
    EXPECT_EQ(first.substr(0, 36), "00-0af7651916cd43dd8448eb211c80319c-");
    EXPECT_EQ(first.substr(52), "-01");
    EXPECT_TRUE(parseTraceparent(first));
    ++delivery_.attempt_count;
    const auto second = header(request(CallbackFormat::OpenConnectors), "traceparent");
    EXPECT_EQ(second.substr(0, 36), first.substr(0, 36));
    EXPECT_NE(second, first);
}

TEST_F(CallbackFormats, ADeliveryWithoutATraceHasOneThatStaysTheSame) {
    delivery_.trace = TraceContext();
    const auto first = header(request(CallbackFormat::CloudEventsBinary), "traceparent");
    ++delivery_.attempt_count;
    const auto again = request(CallbackFormat::CloudEventsBinary);
    EXPECT_TRUE(parseTraceparent(first));
    EXPECT_EQ(header(again, "traceparent").substr(0, 36), first.substr(0, 36));
    EXPECT_EQ(header(again, "ce-traceparent").substr(0, 36), first.substr(0, 36));
    delivery_.id = DeliveryId(4);
    const auto other = header(request(CallbackFormat::CloudEventsBinary), "traceparent");
    EXPECT_NE(other.substr(0, 36), first.substr(0, 36));
}

TEST_F(CallbackFormats, BinaryCloudEventsHaveTheirAttributesInHeaders) {
    const auto made = request(CallbackFormat::CloudEventsBinary);

    EXPECT_EQ(made.body, kData);
    EXPECT_EQ(header(made, "Content-Type"), "application/json");
    EXPECT_EQ(header(made, "ce-specversion"), "1.0");
    EXPECT_EQ(header(made, "ce-id"), "AXBooiL_qrZEur0mJV08");
    EXPECT_EQ(header(made, "ce-source"), "/hubs/h1/instances/7");
    EXPECT_EQ(header(made, "ce-type"), "com.dropbox.file.moved");
    EXPECT_EQ(header(made, "ce-time"), "2020-02-21T16:43:41Z");
    EXPECT_EQ(header(made, "ce-subject"), "/b/Pl%C3%A4n%20%221%22%20100%25.txt");
    EXPECT_EQ(header(made, "ce-datacontenttype"), "none");
}

TEST_F(CallbackFormats, SourceAndIdStayTheSameInAnotherDelivery) {
    const std::string first = request(CallbackFormat::CloudEventsStructured).body;
    delivery_.id = DeliveryId(99);
    delivery_.origin = DeliveryOrigin::Replay;

    // All but the span of the delivery, which stands last of the attributes.
    const std::string again = request(CallbackFormat::CloudEventsStructured).body;
    const std::size_t end = first.find(",\"traceparent\"");
    EXPECT_EQ(again.substr(0, end), first.substr(0, end));
}

TEST_F(CallbackFormats, LeaveOutWhatAnEventDoesNotHave) {
    RecordedEvent& event = events_.front();
    event.raw.clear();
    event.body = "{}";
    event.recorded_at = fromEpochMilliseconds(1'000);
    const auto made = request(CallbackFormat::CloudEventsStructured);

    rapidjson::Document body;
    body.Parse(made.body.c_str());
    ASSERT_FALSE(body.HasParseError()) << made.body;
    EXPECT_FALSE(body.HasMember("subject"));
    EXPECT_FALSE(body.HasMember("partitionkey"));
    EXPECT_STREQ(body["time"].GetString(), "1970-01-01T00:00:01Z");
    EXPECT_EQ(body["data"].MemberCount(), 3U);
}

TEST_F(CallbackFormats, SubjectsHoldNoCharacterThatAnAttributeMustNotHave) {
    struct Case {
        std::string path;
        std::string subject;
    };
    const Case cases[] = {
        {"/a\nb\x7f", "/a\uFFFDb\uFFFD"},
        {"/\u0085\u009f\u00a0", "/\uFFFD\uFFFD\u00a0"},
        {"/\uFDCF\uFDD0\uFDEF\uFDF0", "/\uFDCF\uFFFD\uFFFD\uFDF0"},
        {"/\uFFFD\uFFFE\uFFFF", "/\uFFFD\uFFFD\uFFFD"},
        {"/\U0001F600\U0001FFFD\U0001FFFE\U0010FFFF", "/\U0001F600\U0001FFFD\uFFFD\uFFFD"},
    };
    for (const Case& one : cases) {
        JsonWriter json;
        json.beginObject().key("object").beginObject().field("path", one.path);
        json.endObject().endObject();
        events_.front().body = json.take();
        const CallbackPage page{delivery_, settings_, events_, options_.hub};
        std::string subject;
        for (const auto& [name, value] : cloudEventAttributes(page, events_.front()))
            if (name == "subject") subject = value;
        EXPECT_EQ(subject, one.subject);
    }
}

TEST_F(CallbackFormats, AreFoundByTheValuesOfTheConfiguration) {
    for (const CallbackFormatEntry& entry : callbackFormats())
        EXPECT_EQ(findCallbackFormat(entry.name, entry.mode), entry.format);
    EXPECT_EQ(findCallbackFormat("cloudevents", ""), CallbackFormat::CloudEventsBatched);
    EXPECT_EQ(findCallbackFormat("standard-webhooks", "binary"), CallbackFormat::StandardWebhooks);
    EXPECT_EQ(findCallbackFormat("", "binary"), CallbackFormat::OpenConnectors);
}

TEST(CloudEventHeader, EncodesWhatTheBindingSays) {
    EXPECT_EQ(encodeCloudEventHeader("Euro \u20ac \U0001F600"), "Euro%20%E2%82%AC%20%F0%9F%98%80");
    EXPECT_EQ(encodeCloudEventHeader("!#$&'~:/?[]@\\"), "!#$&'~:/?[]@\\");
    EXPECT_EQ(encodeCloudEventHeader("\"%\n"), "%22%25%0A");
}

}  // namespace
}  // namespace ferry::pipeline
