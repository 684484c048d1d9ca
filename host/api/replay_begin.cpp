#include "api/replay_begin.h"

#include "api/json_body.h"
#include "api/replay_object_types.h"
#include "api/replay_request.h"

#include <fmt/format.h>

#include <limits>

namespace ferry::api {
namespace {

constexpr EventNumber kLastEvent{std::numeric_limits<std::int64_t>::max()};

Status checkInstances(const ApiParts& parts, const Call& call, Replay& replay) {
    if (call.instance) {
        const bool is_other =
            !replay.instances.empty() && replay.instances != std::vector{call.instance->id};
        if (is_other) {
            return fail(
                ErrorCode::InvalidArgument,
                "instanceIds names others than the Element token's instance"
            );
        }
        replay.instances = {call.instance->id};
    }
    for (const InstanceId id : replay.instances) {
        FERRY_TRY_ASSIGN(const auto instance, parts.store.instances().find(id));
        if (!instance) {
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format("instanceIds: there is no instance {}", id.value)
            );
        }
    }
    return {};
}

/// Of the replay's instances, the first event that a callback was sent and has not taken.
Status beginAtFailure(const ApiParts& parts, Replay& replay) {
    if (replay.instances.empty()) {
        return fail(ErrorCode::InvalidArgument, "sinceFailure needs instanceIds: whose failure");
    }
    InstanceId failing;
    for (const InstanceId id : replay.instances) {
        FERRY_TRY_ASSIGN(const auto first, parts.store.deliverySearch().firstUntaken(id));
        if (!first || (failing && *first >= replay.first_event)) continue;
        failing = id;
        replay.first_event = *first;
    }
    if (!failing) {
        return fail(
            ErrorCode::Conflict,
            "sinceFailure: nothing was refused; what still waits for these instances needs no "
            "replay"
        );
    }
    FERRY_TRY_ASSIGN(
        const auto events, parts.store.events().range(failing, replay.first_event, kLastEvent, 1)
    );
    replay.from = events.empty() ? replay.to : events.front().recorded_at;
    return {};
}

}  // namespace

Result<Replay> requestedReplay(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const auto body, readJsonObject(call.request.body));
    FERRY_TRY_ASSIGN(Replay replay, readReplayRequest(body, parts.clock.now()));
    FERRY_TRY(checkInstances(parts, call, replay));
    FERRY_TRY(checkObjectTypes(parts, replay));
    if (asksSinceFailure(body)) {
        FERRY_TRY(beginAtFailure(parts, replay));
    } else {
        FERRY_TRY_ASSIGN(replay.first_event, parts.store.eventSearch().firstAt(replay.from));
    }
    FERRY_TRY_ASSIGN(replay.end_event, parts.store.eventSearch().firstAt(replay.to));
    return replay;
}

}  // namespace ferry::api
