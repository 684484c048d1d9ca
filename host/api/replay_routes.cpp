// Replays over REST: begun, watched and cancelled.

#include "api/answers.h"
#include "api/areas.h"
#include "api/delivery_query.h"
#include "api/paging.h"
#include "api/replay_begin.h"
#include "api/replay_json.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::api {
namespace {

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

Result<http::Response> answerOne(const ApiParts& parts, const Replay& replay) {
    std::size_t budget = kCountedMax;
    FERRY_TRY_ASSIGN(const std::int64_t in_range, eventsInRange(parts, replay, budget));
    ReplayDetails details;
    FERRY_TRY_ASSIGN(details.outcomes, parts.store.replays().outcomes(replay.id));
    FERRY_TRY_ASSIGN(
        details.waits,
        pipeline::replayWaits(parts.store, replay, details.outcomes, parts.clock.now())
    );
    JsonWriter json;
    writeReplay(json, replay, in_range, &details);
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
        writeReplay(json, replay, in_range, nullptr);
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
    defineReplaySchemas(table);
    constexpr const char* kPath = "/instances/events/replays";
    constexpr const char* kOnePath = "/instances/events/replays/{replayId}";
    const Parameter id{
        "replayId", ParameterPlace::Path, "The number of the replay", "integer", true};

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
