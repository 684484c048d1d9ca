// Prints one callback as the hub sends it, as JSON {headers, body}, for verifiers that are not
// ours, and the public keys that the hub publishes.
// Usage: signed_callback <signature key> <Unix seconds of the attempt> [FORMAT [MODE]] [--hub-key]

#include "base/json_writer.h"
#include "pipeline/callback_public_keys.h"
#include "pipeline/callback_request.h"
#include "pipeline/event_body.h"

#include <charconv>
#include <cstdio>

using namespace ferry;
using namespace ferry::pipeline;

namespace {

Event createdFile() {
    Event event;
    event.id = "AXBooiL_qrZEur0mJV08";
    event.object.object_id = "id:a4ayc_80_OEAAAAAAAAAXw";
    // What is signed is bytes, not characters; and users name files as they like.
    event.object.path = "/Prüfung/日本 \"1\"\n\x1B[2J\xC2\x9B\u202Etxt.gpj";
    event.object.name = "日本 \"1\".txt";
    event.object.size = 7212;
    event.occurred_at = fromEpochMilliseconds(1'582'303'421'000);
    event.raw = R"({".tag": "file", "size": 7212})";
    return event;
}

std::vector<RecordedEvent> eventsFor(CallbackFormat format) {
    auto events = recordEvent(createdFile(), "dropbox", "documents", MoveReporting::Moved, {});
    Event other = createdFile();
    other.id = "AXBooiL_qrZEur0mJV09";
    const auto more = recordEvent(other, "dropbox", "documents", MoveReporting::Moved, {});
    if (format == CallbackFormat::CloudEventsBatched) events.push_back(more.front());
    for (std::size_t i = 0; i < events.size(); ++i)
        events[i].number = EventNumber(static_cast<std::int64_t>(i) + 99);
    return events;
}

void print(const http::OutboundRequest& request, const std::string& keys) {
    JsonWriter json;
    json.beginObject().key("headers").beginObject();
    for (const auto& [name, value] : request.headers.fields())
        json.field(name, value);
    json.endObject().field("body", request.body).key("publicKeys");
    json.raw(keys.empty() ? "null" : keys).endObject();
    std::puts(json.take().c_str());
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const bool has_hub_key = !arguments.empty() && arguments.back() == "--hub-key";
    if (has_hub_key) arguments.pop_back();
    if (arguments.size() < 2 || arguments.size() > 4) return 2;
    arguments.resize(4);
    const std::string_view seconds_text = arguments[1];
    std::int64_t seconds = 0;
    const char* end = seconds_text.data() + seconds_text.size();
    if (std::from_chars(seconds_text.data(), end, seconds).ptr != end) return 2;

    InstanceSettings settings;
    settings.id = InstanceId(7);
    settings.name = "marketing";
    settings.connector_key = "dropbox";
    settings.callback_url = "https://app.example.com/events";
    settings.signing_keys = readSigningKeys(arguments[0]);
    if (has_hub_key) {
        const auto key = SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
        settings.signing_keys.push_back(hubSigningKey(*key, settings.name));
    }
    settings.format = findCallbackFormat(arguments[2], arguments[3]);
    Delivery delivery;
    delivery.id = DeliveryId(42);
    delivery.instance = settings.id;
    CallbackRequestOptions options;
    options.hub.hub_id = "hub";
    const TimePoint time(std::chrono::seconds{seconds});
    const auto request =
        makeCallbackRequest(delivery, settings, eventsFor(settings.format), time, options);
    print(request, renderPublicKeys(settings.signing_keys, time));
}
