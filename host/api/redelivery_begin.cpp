#include "api/redelivery_begin.h"

#include "pipeline/replay_worker.h"

#include <algorithm>
#include <span>

namespace ferry::api {
namespace {

/// So many are made again at once; more are a job.
constexpr std::size_t kAtOnceMax = 4;

Result<ReplayId> beginJob(
    const ApiParts& parts,
    const DeliveryList& list,
    std::span<const store::DeliveryKey> keys,
    TimePoint now
) {
    Replay job;
    job.is_redelivery = true;
    job.rate = pipeline::kReplayRateDefault;
    job.created_at = now;
    job.from = now;
    job.to = TimePoint();
    for (const Delivery& delivery : list.deliveries) {
        job.instances.push_back(delivery.instance);
        job.from = std::min(job.from, delivery.created_at);
        job.to = std::max(job.to, delivery.created_at);
    }
    std::sort(job.instances.begin(), job.instances.end());
    job.instances.erase(
        std::unique(job.instances.begin(), job.instances.end()), job.instances.end()
    );
    auto id = parts.store.replays().createRedelivery(job, keys);
    if (id) parts.wake_replays();
    return id;
}

void showWaiting(Delivery& delivery, TimePoint now) {
    const bool was_sent = delivery.state != DeliveryState::Waiting || delivery.attempt_count > 0;
    if (was_sent && delivery.origin == DeliveryOrigin::Commit)
        delivery.origin = DeliveryOrigin::Again;
    delivery.state = DeliveryState::Waiting;
    delivery.is_off = false;
    delivery.attempt_count = 0;
    delivery.next_attempt_at = now;
}

}  // namespace

Result<ReplayId> redeliverAll(const ApiParts& parts, DeliveryList& list) {
    std::vector<store::DeliveryKey> keys;
    for (const Delivery& delivery : list.deliveries)
        keys.push_back({delivery.instance, delivery.id});
    const TimePoint now = parts.clock.now();
    ReplayId job;
    if (keys.size() <= kAtOnceMax) {
        FERRY_TRY_ASSIGN(const std::size_t count, parts.store.replays().redeliver(keys, now));
        if (count == 0 && !keys.empty())
            return fail(
                ErrorCode::Conflict,
                "it can't be made again: its events are no longer in the log (retention.age)"
            );
    } else {
        FERRY_TRY_ASSIGN(job, beginJob(parts, list, keys, now));
    }
    parts.wake_deliveries();
    for (Delivery& delivery : list.deliveries)
        showWaiting(delivery, now);
    return job;
}

}  // namespace ferry::api
