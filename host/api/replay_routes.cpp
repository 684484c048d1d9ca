// Replays over REST: begun, watched and cancelled.

#include "api/answers.h"
#include "api/areas.h"
#include "api/delivery_query.h"
#include "api/paging.h"
#include "api/replay_begin.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::api {
namespace {

constexpr const char* kReplay = R"json({
    "type": "object",
    "required": ["id", "state", "dryRun", "from", "to", "eventTypes", "objectTypes", "instanceIds",
                 "rate", "progress", "createdDate", "updatedDate"],
    "properties": {
        "id": {"type": "integer"},
        "state": {"enum": ["running", "done", "cancelled"]},
        "dryRun": {"type": "boolean", "description": "counts and delivers nothing"},
        "from": {"type": "string", "format": "date-time"},
        "to": {"type": "string", "format": "date-time"},
        "eventTypes": {"type": "array", "items": {"type": "string"}},
        "objectTypes": {"type": "array", "items": {"type": "string"}},
        "instanceIds": {"type": "array", "items": {"type": "integer"}},
        "rate": {"type": "integer", "description": "events a second at most"},
        "progress": {
            "type": "object",
            "required": ["instances", "instancesSkipped", "eventsExamined", "eventsMatched",
                         "deliveries", "eventsInRange"],
            "properties": {
                "instances": {"type": "integer", "description": "begun with"},
                "instancesSkipped": {"type": "integer", "description": "take no callbacks now"},
                "eventsExamined": {"type": "integer"},
                "eventsMatched": {"type": "integer", "description": "delivered again, or would be"},
                "deliveries": {"type": "integer", "description": "made for them, or would be"},
                "eventsInRange": {
                    "type": "integer",
                    "description": "of the instances of the replay; at most, while it runs"
                }
            },
            "additionalProperties": false
        },
        "createdDate": {"type": "string", "format": "date-time"},
        "updatedDate": {"type": "string", "format": "date-time"}
    },
    "additionalProperties": false
})json";

constexpr const char* kReplayRequest = R"json({
    "type": "object",
    "properties": {
        "from": {"type": ["string", "integer"], "description": "RFC 3339, or epoch ms; required but with sinceFailure"},
        "to": {"type": ["string", "integer"], "description": "not included; now if not given"},
        "sinceFailure": {
            "type": "boolean",
            "description": "in place of from: since the first event that a callback of instanceIds has not taken"
        },
        "eventTypes": {
            "type": "array", "items": {"enum": ["CREATED", "UPDATED", "MOVED", "DELETED"]}
        },
        "objectTypes": {"type": "array", "items": {"enum": ["file", "folder"]}},
        "instanceIds": {"type": "array", "items": {"type": "integer"}, "maxItems": 1000},
        "rate": {"type": "integer", "minimum": 1, "maximum": 100000},
        "dryRun": {"type": "boolean"}
    },
    "additionalProperties": false
})json";

void writeSelection(JsonWriter& json, const EventSelection& selection) {
    json.key("eventTypes").beginArray();
    for (const EventType type :
         {EventType::Created, EventType::Updated, EventType::Moved, EventType::Deleted}) {
        if (selection.types == 0) break;
        EventSelection types{selection.types, 0};
        if (types.matches(type, ObjectKind::File)) json.string(eventTypeName(type));
    }
    json.endArray().key("objectTypes").beginArray();
    for (const ObjectKind kind : {ObjectKind::File, ObjectKind::Folder}) {
        if (selection.kinds == 0) break;
        EventSelection kinds{0, selection.kinds};
        if (kinds.matches(EventType::Created, kind)) json.string(objectKindName(kind));
    }
    json.endArray();
}

/// Events that an answer counts at most; beyond, it tells what there are of all instances.
constexpr std::size_t kCountedMax = 100'000;
constexpr std::size_t kCountedAtOnce = 5'000;

/// How many events the replay is about, as far as that can be told for `budget` looks at the log.
Result<std::int64_t> eventsInRange(
    const ApiParts& parts, const Replay& replay, std::size_t& budget
) {
    const ReplayCounts& counts = replay.counts;
    // What left the log and what was skipped is no more to come.
    if (replay.state == ReplayState::Done) return counts.examined;
    const std::int64_t all = replay.end_event.value - replay.first_event.value;
    std::int64_t count = 0;
    for (const InstanceId id : replay.instances) {
        for (std::optional<store::EventPlace> after = store::EventPlace{}; after;) {
            if (budget < kCountedAtOnce) return std::max(all, counts.examined);
            budget -= kCountedAtOnce;
            FERRY_TRY_ASSIGN(
                const store::EventPlaces page,
                parts.store.eventSearch().places(
                    *after, id, replay.first_event, replay.end_event, kCountedAtOnce
                )
            );
            count += static_cast<std::int64_t>(page.places.size());
            after = page.next;
        }
    }
    return std::max(replay.instances.empty() ? all : count, counts.examined);
}

void writeReplay(JsonWriter& json, const Replay& replay, std::int64_t in_range) {
    json.beginObject()
        .field("id", replay.id.value)
        .field("state", replayStateName(replay.state))
        .field("dryRun", replay.is_dry_run)
        .field("from", formatRfc3339(replay.from))
        .field("to", formatRfc3339(replay.to));
    writeSelection(json, replay.selection);
    json.key("instanceIds").beginArray();
    for (const InstanceId id : replay.instances)
        json.number(id.value);
    json.endArray().field("rate", replay.rate);
    const ReplayCounts& counts = replay.counts;
    json.key("progress")
        .beginObject()
        .field("instances", counts.instances)
        .field("instancesSkipped", counts.skipped)
        .field("eventsExamined", counts.examined)
        .field("eventsMatched", counts.matched)
        .field("deliveries", counts.deliveries)
        .field("eventsInRange", in_range)
        .endObject();
    json.field("createdDate", formatRfc3339(replay.created_at))
        .field("updatedDate", formatRfc3339(replay.updated_at))
        .endObject();
}

Result<http::Response> answerOne(const ApiParts& parts, const Replay& replay) {
    std::size_t budget = kCountedMax;
    FERRY_TRY_ASSIGN(const std::int64_t in_range, eventsInRange(parts, replay, budget));
    JsonWriter json;
    writeReplay(json, replay, in_range);
    return jsonAnswer(json);
}

/// Fails if the replay is not about the call's instance alone, where the call has one.
Status checkInstance(const Call& call, const Replay& replay) {
    if (!call.instance) return {};
    if (replay.instances == std::vector{call.instance->id}) return {};
    return fail(ErrorCode::NotFound, "there is no such replay of the Element token's instance");
}

Result<Replay> findReplay(const ApiParts& parts, const Call& call) {
    const auto id = parseId(call.params.get("replayId"));
    std::optional<Replay> replay;
    if (id) {
        FERRY_TRY_ASSIGN(replay, parts.store.replays().find(ReplayId(*id)));
    }
    if (!replay) return fail(ErrorCode::NotFound, "there is no such replay");
    FERRY_TRY(checkInstance(call, *replay));
    return std::move(*replay);
}

Result<http::Response> begin(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(Replay replay, requestedReplay(parts, call));
    replay.created_at = parts.clock.now();
    FERRY_TRY_ASSIGN(replay.id, parts.store.replays().create(replay));
    parts.wake_replays();
    replay.updated_at = replay.created_at;
    return answerOne(parts, replay);
}

Result<http::Response> cancel(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const Replay replay, findReplay(parts, call));
    FERRY_TRY_ASSIGN(
        const bool was_running, parts.store.replays().cancel(replay.id, parts.clock.now())
    );
    if (!was_running) {
        return fail(
            ErrorCode::Conflict,
            fmt::format("replay {} is {} already", replay.id.value, replayStateName(replay.state))
        );
    }
    FERRY_TRY_ASSIGN(const Replay cancelled, findReplay(parts, call));
    return answerOne(parts, cancelled);
}

Result<http::Response> list(const ApiParts& parts, const Call& call) {
    constexpr std::string_view kList = "replays";
    FERRY_TRY_ASSIGN(const Paging paging, readPaging(call.request, kList));
    FERRY_TRY_ASSIGN(
        const auto replays, parts.store.replays().page(ReplayId(paging.after), paging.page_size)
    );
    ListHeaders headers;
    std::size_t budget = kCountedMax;
    JsonWriter json;
    json.beginArray();
    for (const Replay& replay : replays) {
        if (!checkInstance(call, replay)) continue;
        FERRY_TRY_ASSIGN(const std::int64_t in_range, eventsInRange(parts, replay, budget));
        writeReplay(json, replay, in_range);
        ++headers.returned;
    }
    json.endArray();
    if (replays.size() == paging.page_size) {
        headers.next_page = nextPageToken(kList, replays.back().id.value);
    }
    http::Response response = jsonAnswer(json);
    addListHeaders(response, headers);
    return response;
}

Route replayRoute(std::string method, std::string path, std::string operation) {
    Route route;
    route.method = std::move(method);
    route.path = std::move(path);
    route.operation_id = std::move(operation);
    route.area = "replays";
    route.subject = Subject::AnyInstance;
    route.answers = {{200, "The replay", schemaOf("Replay")}};
    return route;
}

}  // namespace

void addReplayRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("Replay", kReplay);
    table.define("ReplayRequest", kReplayRequest);
    constexpr const char* kPath = "/instances/events/replays";
    constexpr const char* kOnePath = "/instances/events/replays/{replayId}";
    const Parameter id{
        "replayId", ParameterPlace::Path, "The number of the replay", "integer", true
    };

    Route create = replayRoute("POST", kPath, "createReplay");
    create.summary = "Delivers the events of a time range again, with their ids, beside live ones";
    create.role = Role::Write;
    create.body = schemaOf("ReplayRequest");
    create.refusals = {409};
    create.handler = [&parts](const Call& call) { return begin(parts, call); };
    table.add(std::move(create));

    Route all = replayRoute("GET", kPath, "listReplays");
    all.summary = "Replays, newest first";
    all.parameters = pagingParameters();
    all.answers = {pageOf("Replay")};
    all.handler = [&parts](const Call& call) { return list(parts, call); };
    table.add(std::move(all));

    Route one = replayRoute("GET", kOnePath, "getReplay");
    one.summary = "A replay and how far it is";
    one.parameters = {id};
    one.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(const Replay replay, findReplay(parts, call));
        return answerOne(parts, replay);
    };
    table.add(std::move(one));

    Route stop = replayRoute("DELETE", kOnePath, "cancelReplay");
    stop.summary = "Cancels a replay that runs; what was not sent by then is not sent";
    stop.role = Role::Write;
    stop.parameters = {id};
    stop.refusals = {409};
    stop.handler = [&parts](const Call& call) { return cancel(parts, call); };
    table.add(std::move(stop));
}

}  // namespace ferry::api
