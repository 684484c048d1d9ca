// Where an instance stands in its provider's feed, and what may be done about it.

#include "api/answers.h"
#include "api/areas.h"
#include "api/element_json.h"
#include "api/element_lookup.h"

#include <fmt/format.h>

namespace ferry::api {
namespace {

using store::CursorRequest;

constexpr const char* kCursor = R"json({
    "type": "object",
    "required": ["instanceId", "phase", "cursor", "generation", "eventCount", "failures"],
    "properties": {
        "instanceId": {"type": "integer"},
        "phase": {
            "enum": ["baseline", "live", "resync", "skip", "compare"],
            "description": "live: goes on from the cursor; the others list everything"
        },
        "cursor": {"type": "string", "description": "the provider's; empty at the start of a listing"},
        "generation": {"type": "integer", "description": "counts full listings"},
        "eventCount": {"type": "integer", "description": "events so far, those that wait included"},
        "request": {
            "enum": ["now", "reset"],
            "description": "was asked for, and is begun with by the next drain"
        },
        "lastDrainDate": {"type": "string", "format": "date-time"},
        "nextDrainDate": {
            "type": "string", "format": "date-time", "description": "not while the instance is stopped"
        },
        "failures": {"type": "integer", "description": "drains in a row that failed"}
    },
    "additionalProperties": false
})json";

constexpr const char* kPollerRecord = R"json({
    "type": "object",
    "required": ["instanceId", "elementKey", "objects", "nextPollDate", "failures"],
    "properties": {
        "instanceId": {"type": "integer"},
        "elementKey": {"type": "string"},
        "objects": {"$ref": "#/components/schemas/ObjectNames"},
        "lastPollDate": {"type": "string", "format": "date-time"},
        "nextPollDate": {
            "type": "string", "format": "date-time",
            "description": "at the latest; a webhook brings it forward"
        },
        "failures": {"type": "integer", "description": "in a row"}
    },
    "additionalProperties": false
})json";

Result<http::Response> answerCursor(const ApiParts& parts, InstanceId id) {
    FERRY_TRY_ASSIGN(const auto status, parts.store.cursors().status(id));
    if (!status) {
        return fail(ErrorCode::NotFound, fmt::format("there is no instance {}", id.value));
    }
    const SyncPosition& position = status->position;
    JsonWriter json;
    json.beginObject()
        .field("instanceId", id.value)
        .field("phase", syncPhaseName(position.phase))
        .field("cursor", position.cursor)
        .field("generation", std::int64_t{position.generation})
        .field("eventCount", static_cast<std::int64_t>(position.event_sequence));
    if (status->request) {
        json.field("request", *status->request == CursorRequest::Skip ? "now" : "reset");
    }
    if (status->drained_at) json.field("lastDrainDate", formatRfc3339(*status->drained_at));
    if (status->due_at) json.field("nextDrainDate", formatRfc3339(*status->due_at));
    json.field("failures", std::int64_t{status->failures}).endObject();
    return jsonAnswer(json);
}

Result<http::Response> request(const ApiParts& parts, const Call& call, CursorRequest wanted) {
    const InstanceId id = call.theInstance().id;
    FERRY_TRY(parts.store.cursors().request(id, wanted, parts.clock.now()));
    parts.interrupt_drain(id);
    return answerCursor(parts, id);
}

Route cursorRoute(std::string method, std::string path, std::string operation) {
    Route route;
    route.method = std::move(method);
    route.path = std::move(path);
    route.operation_id = std::move(operation);
    route.area = "cursors";
    route.subject = Subject::Instance;
    route.parameters = {instanceId()};
    route.answers = {{200, "The cursor", schemaOf("Cursor")}};
    return route;
}

/// One: the feed of an account tells of all kinds of objects together.
Result<http::Response> answerPollerRecords(const ApiParts& parts, const Call& call) {
    const Instance& instance = call.theInstance();
    FERRY_TRY_ASSIGN(const auto status, parts.store.cursors().status(instance.id));
    FERRY_TRY_ASSIGN(const auto connector, findElement(parts, instance.connector_key));
    JsonWriter json;
    json.beginArray();
    if (status && status->due_at) {
        json.beginObject()
            .field("instanceId", instance.id.value)
            .field("elementKey", instance.connector_key);
        json.key("objects");
        writeObjectNames(json, *connector);
        if (status->drained_at) json.field("lastPollDate", formatRfc3339(*status->drained_at));
        json.field("nextPollDate", formatRfc3339(*status->due_at))
            .field("failures", std::int64_t{status->failures})
            .endObject();
    }
    json.endArray();
    return jsonAnswer(json);
}

}  // namespace

void addCursorRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("Cursor", kCursor);
    table.define("PollerRecord", kPollerRecord);

    Route read = cursorRoute("GET", "/instances/{id}/cursor", "getCursor");
    read.summary = "Where the instance stands in its provider's feed";
    read.handler = [&parts](const Call& call) {
        return answerCursor(parts, call.theInstance().id);
    };
    table.add(std::move(read));

    Route pollers;
    pollers.method = "GET";
    pollers.path = "/instances/event-poller-records";
    pollers.operation_id = "listPollerRecords";
    pollers.summary =
        "When the provider is asked for changes: one record, none of a stopped instance";
    pollers.area = "cursors";
    pollers.subject = Subject::Instance;
    pollers.answers = {{200, "The records", listOf("PollerRecord")}};
    pollers.handler = [&parts](const Call& call) { return answerPollerRecords(parts, call); };
    table.add(std::move(pollers));

    Route now = cursorRoute("POST", "/instances/{id}/cursor/now", "setCursorToNow");
    now.summary = "Takes what is there now as known: what happened so far gives no events";
    now.role = Role::Write;
    now.handler = [&parts](const Call& call) { return request(parts, call, CursorRequest::Skip); };
    table.add(std::move(now));

    Route reset = cursorRoute("POST", "/instances/{id}/cursor/reset", "resetCursor");
    reset.summary = "Lists everything again: what differs from what is known gives events";
    reset.role = Role::Write;
    reset.handler = [&parts](const Call& call) {
        return request(parts, call, CursorRequest::Resync);
    };
    table.add(std::move(reset));
}

}  // namespace ferry::api
