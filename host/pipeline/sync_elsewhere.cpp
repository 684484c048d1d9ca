// Of the sync worker: plugins whose calls are made on an executor, because they run in a process of
// their own and may take their time. Its own thread goes on with the drains of all others.

#include "observe/log_trace.h"
#include "pipeline/normalization.h"
#include "pipeline/sync_worker_parts.h"

#include <algorithm>
#include <string>
#include <utility>

namespace ferry::pipeline {
namespace {

/// A plugin that has not come back from a call for so long is slow, and is taken for it for a
/// while.
constexpr Milliseconds kSlowCall{250};
constexpr Milliseconds kSlowMemory{10'000};
/// The part of all places that drains of slow plugins have together.
constexpr std::size_t kSlowPart = 4;
/// When the others are tried again: later each by another part of that time.
constexpr Milliseconds kSlowRetry{5'000};

std::size_t slowMax(const SyncWorkerOptions& options) {
    return std::max<std::size_t>(options.drains_max / kSlowPart, 1);
}

}  // namespace

void SyncWorker::normalizeElsewhere(DrainId id, SerialExecutor& executor) {
    Drain& drain = *drains_.at(id);
    pages_.submit(
        executor,
        {id, drain.pageToNormalize()},
        drain.is_over,
        [trace = traceIdText(drain.notice().trace)](PageElsewhere& given) {
            const observe::LogTraceScope scope(trace);
            PageToNormalize& page = given.page;
            given.normalized =
                normalizePage(*page.provider, page.account, std::move(page.changes), page.hints);
        }
    );
}

void SyncWorker::takeNormalized() {
    for (PageElsewhere& done : pages_.take()) {
        const auto found = drains_.find(done.drain);
        if (found == drains_.end()) continue;  // its commit failed, or it gave its place to others
        Drain& drain = *found->second;
        const observe::LogTraceScope scope(traceIdText(drain.notice().trace));
        const observe::Timer timer(counters_->derivation_seconds);
        workOnPage(done.drain, drain.takeNormalized(std::move(done.normalized)));
    }
}

bool SyncWorker::isSlow(const Provider& provider, TimePoint now) {
    const bool is_silent = provider.silentFor() >= kSlowCall;
    if (!is_silent && slow_until_.empty()) return false;  // as nearly always, for every drain
    const std::string key(provider.key());
    if (is_silent) slow_until_[key] = now + kSlowMemory;
    const auto found = slow_until_.find(key);
    if (found == slow_until_.end()) return false;
    if (now < found->second) return true;
    slow_until_.erase(found);
    return false;
}

TimePoint SyncWorker::laterTry(TimePoint now) {
    const double part = 1 + parts_.random.unit();
    return now + Milliseconds(static_cast<std::int64_t>(part * kSlowRetry.count()));
}

Milliseconds SyncWorker::makeRoom(TimePoint now) {
    bool waits_for_any = false;
    std::vector<DrainId> slow;
    for (const auto& [id, drain] : drains_) {
        if (drain->provider()->executor() == nullptr) continue;
        waits_for_any = true;
        if (isSlow(*drain->provider(), now)) slow.push_back(id);
    }
    std::sort(slow.begin(), slow.end());
    for (std::size_t i = slowMax(options_); i < slow.size(); ++i) {
        const Drain& drain = *drains_.at(slow[i]);
        // The commit of one that is being written is to be heard of.
        if (drain.is_committing || drain.hasCommit()) continue;
        noteStep(drain, "drain gives its place to others: its plugin is slow");
        putOff(drain.notice(), laterTry(now));
        end(slow[i]);
    }
    return waits_for_any ? kSlowCall : Milliseconds(0);
}

bool SyncWorker::waitsForRoom(const store::LeasedNotice& notice, const Provider& provider) {
    const TimePoint now = parts_.clock.now();
    if (!isSlow(provider, now)) return false;
    const auto slow = std::count_if(drains_.begin(), drains_.end(), [&](const auto& entry) {
        return isSlow(*entry.second->provider(), now);
    });
    if (static_cast<std::size_t>(slow) < slowMax(options_)) return false;
    putOff(notice, laterTry(now));
    return true;
}

}  // namespace ferry::pipeline
