// Of the sync worker: no request before its turn, where the provider counts those of all instances
// of an app together.

#include "pipeline/sync_failure_policy.h"
#include "pipeline/sync_worker_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::pipeline {
namespace {

/// A drain keeps its place for so long; for longer it gives it to others.
constexpr Milliseconds kHoldMax{2'000};

/// Null: the provider's requests are not counted.
const RequestRate* rateOf(const Drain& drain) {
    const auto& polling = drain.provider()->options().polling;
    return drain.fetches() && polling && polling->rate ? &*polling->rate : nullptr;
}

/// Instances of one app share its limit; a key of an account has one of its own.
std::string appOf(const Drain& drain) {
    const std::string_view app = drain.settings()->value("oauth.api.key");
    return app.empty() ? fmt::format("{}#{}", drain.provider()->key(), drain.instance().value)
                       : fmt::format("{}/{}", drain.provider()->key(), app);
}

}  // namespace

bool SyncWorker::waitsForTurn(Drain& drain) {
    const RequestRate* rate = rateOf(drain);
    if (rate == nullptr) return false;
    const TimePoint now = parts_.clock.now();
    TimePoint turn = budget_.taken(drain.instance(), TimePoint::max());
    if (turn == TimePoint::max()) turn = budget_.reserve(appOf(drain), *rate, now);
    if (turn <= now) {
        drain.has_turn = true;
        return false;
    }
    budget_.keep(drain.instance(), turn);
    putOff(drain.notice(), turn);
    return true;
}

bool SyncWorker::takeTurn(DrainId id) {
    Drain& drain = *drains_.at(id);
    const RequestRate* rate = rateOf(drain);
    if (rate == nullptr || std::exchange(drain.has_turn, false)) return true;
    const TimePoint now = parts_.clock.now();
    const TimePoint turn = budget_.reserve(appOf(drain), *rate, now);
    if (turn <= now) return true;
    if (turn - now <= kHoldMax) {
        drain.has_turn = true;
        held_.emplace_back(turn, id);
        return false;
    }
    budget_.keep(drain.instance(), turn);
    drain.resume_at = turn;
    const bool is_busy = drain.hasPage() || drain.hasCommit() || drain.is_committing;
    if (is_busy) return false;  // it ends after its commit
    putOff(drain.notice(), turn);
    end(id);
    return false;
}

void SyncWorker::fetchHeld(TimePoint now) {
    if (held_.empty()) return;
    std::vector<std::pair<TimePoint, DrainId>> due;
    const auto later = std::stable_partition(held_.begin(), held_.end(), [&](const auto& held) {
        return held.first > now;
    });
    due.assign(later, held_.end());
    held_.erase(later, held_.end());
    for (const auto& [turn, id] : due) {
        if (drains_.contains(id)) fetch(id);
    }
}

/// An operation that made more than one request used up more turns than its own.
void SyncWorker::noteFurtherRequests(const Drain& drain, unsigned requests) {
    const RequestRate* rate = rateOf(drain);
    if (rate == nullptr) return;
    for (unsigned i = 1; i < requests; ++i)
        (void)budget_.reserve(appOf(drain), *rate, parts_.clock.now());
}

void SyncWorker::pauseApp(const Drain& drain, const Error& error) {
    if (error.code != ErrorCode::RateLimited || !error.retry_after || rateOf(drain) == nullptr)
        return;
    const Milliseconds wait = std::min(*error.retry_after, kProviderWaitMax);
    budget_.pause(appOf(drain), parts_.clock.now() + wait);
    parts_.log.warning(
        kSyncComponent,
        "the provider's rate limit is reached: no instance of the app asks for a while",
        {{"connector", drain.provider()->key()},
         {"instance", drain.settings()->name},
         {"wait_ms", static_cast<std::int64_t>(wait.count())}}
    );
}

}  // namespace ferry::pipeline
