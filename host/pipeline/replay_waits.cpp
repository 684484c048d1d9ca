#include "pipeline/replay_waits.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

constexpr std::size_t kCallbacksMax = 100;  ///< that one look asks about
constexpr std::size_t kWaitsMax = 20;       ///< a person reads the first ones
constexpr std::size_t kInstancesMax = 20;   ///< the same

bool takesCallbacks(const Instance& instance) {
    return instance.state != InstanceState::Disabled && instance.events_enabled;
}

Result<ReplayWait> waitFor(
    store::Store& store, const Replay& replay, CallbackId callback, CallbackHolds& holds
) {
    FERRY_TRY_ASSIGN(auto instances, store.instances().ofCallback(callback, kInstancesMax));
    const std::vector<InstanceId>& named = replay.instances;
    std::erase_if(instances, [&](const Instance& instance) {
        return !named.empty() && !std::binary_search(named.begin(), named.end(), instance.id);
    });
    FERRY_TRY_ASSIGN(const CallbackHold hold, holds.of(callback));
    const bool is_off =
        !instances.empty() && std::none_of(instances.begin(), instances.end(), takesCallbacks);
    // What waits for a disabled instance is put off again and again, which looks like a failure.
    if (is_off && hold.kind != HoldKind::SwitchedOff) {
        return ReplayWait{
            HoldKind::InstanceOff,
            "waits: its instance is disabled, or its events are",
            std::move(instances)};
    }
    return ReplayWait{hold.kind, hold.reason, std::move(instances)};
}

}  // namespace

Result<std::vector<ReplayWait>> replayWaits(
    store::Store& store, const Replay& replay, const store::ReplayOutcomes& outcomes, TimePoint now
) {
    std::vector<ReplayWait> waits;
    const bool has_more =
        replay.state == ReplayState::Running || outcomes.untried > 0 || outcomes.failing > 0;
    if (replay.is_dry_run || !has_more) return waits;
    FERRY_TRY_ASSIGN(const auto callbacks, store.replays().callbacksLeft(replay.id, kCallbacksMax));
    CallbackHolds holds(store, now);
    for (const CallbackId callback : callbacks) {
        FERRY_TRY_ASSIGN(ReplayWait wait, waitFor(store, replay, callback, holds));
        if (wait.kind == HoldKind::None) continue;
        // A callback takes most and refuses some: that holds up nothing but what it refused.
        const bool is_of_others =
            wait.kind == HoldKind::Failing && outcomes.failing == 0 && !replay.is_redelivery;
        if (is_of_others) continue;
        waits.push_back(std::move(wait));
        if (waits.size() == kWaitsMax) break;
    }
    return waits;
}

}  // namespace ferry::pipeline
