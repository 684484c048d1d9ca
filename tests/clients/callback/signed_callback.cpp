// Prints one callback as the hub sends it, as JSON {headers, body}, for verifiers that are not
// ours. Usage: signed_callback <signature key> <Unix seconds of the attempt>

#include "base/json_writer.h"
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

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::string_view seconds_text = argv[2];
    std::int64_t seconds = 0;
    const char* end = seconds_text.data() + seconds_text.size();
    if (std::from_chars(seconds_text.data(), end, seconds).ptr != end) return 2;

    InstanceSettings settings;
    settings.id = InstanceId(7);
    settings.name = "marketing";
    settings.connector_key = "dropbox";
    settings.callback_url = "https://app.example.com/events";
    settings.signing_keys = readSigningKeys(argv[1]);
    Delivery delivery;
    delivery.id = DeliveryId(42);
    delivery.instance = settings.id;
    const auto events = recordEvent(
        createdFile(), "dropbox", "documents", MoveReporting::Moved, delivery.created_at
    );
    const http::OutboundRequest request = makeCallbackRequest(
        delivery, settings, events, TimePoint(std::chrono::seconds(seconds)), {}
    );

    JsonWriter json;
    json.beginObject().key("headers").beginObject();
    for (const auto& [name, value] : request.headers.fields())
        json.field(name, value);
    json.endObject().field("body", request.body).endObject();
    return std::puts(json.take().c_str()) < 0 ? 1 : 0;
}
