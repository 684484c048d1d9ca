// Of the sync worker: plugins whose calls are made on an executor, because they run in a process of
// their own and may take their time. Its own thread goes on with the drains of all others.

#include "observe/log_trace.h"
#include "pipeline/normalization.h"
#include "pipeline/sync_worker_parts.h"

#include <algorithm>
#include <map>
#include <utility>

namespace ferry::pipeline {
namespace {

/// A plugin that has not come back from a call for so long has drains that wait for it, of which a
/// part of all places is enough. The others are tried again after a while.
constexpr Milliseconds kStuckCall{250};
constexpr std::size_t kStuckPart = 4;
constexpr Milliseconds kStuckRetry{1'000};

std::size_t stuckMax(const SyncWorkerOptions& options) {
    return std::max<std::size_t>(options.drains_max / kStuckPart, 1);
}

bool isStuck(const SerialExecutor* executor) {
    return executor != nullptr && executor->runningFor() >= kStuckCall;
}

}  // namespace

void SyncWorker::normalizeElsewhere(DrainId id, SerialExecutor& executor) {
    Drain& drain = *drains_.at(id);
    {
        const std::lock_guard lock(inbox_->mutex);
        ++inbox_->being_normalized;
    }
    const auto page = std::make_shared<PageToNormalize>(drain.pageToNormalize());
    executor.submit([inbox = inbox_, id, page, trace = traceIdText(drain.notice().trace)] {
        const observe::LogTraceScope scope(trace);
        Inbox::Normalized done{
            id,
            page->provider,
            normalizePage(*page->provider, page->account, std::move(page->changes), page->hints)};
        page->provider.reset();
        const std::lock_guard lock(inbox->mutex);
        inbox->normalized.push_back(std::move(done));
        --inbox->being_normalized;
        inbox->was_normalized.notify_all();
        if (inbox->wake) inbox->wake();
    });
}

void SyncWorker::takeNormalized() {
    std::vector<Inbox::Normalized> normalized;
    {
        const std::lock_guard lock(inbox_->mutex);
        normalized.swap(inbox_->normalized);
    }
    for (Inbox::Normalized& done : normalized) {
        const auto found = drains_.find(done.drain);
        if (found == drains_.end()) continue;  // its commit failed, or it gave its place to others
        Drain& drain = *found->second;
        const observe::LogTraceScope scope(traceIdText(drain.notice().trace));
        const observe::Timer timer(counters_->derivation_seconds);
        workOnPage(done.drain, drain.takeNormalized(std::move(done.page)));
    }
}

Milliseconds SyncWorker::makeRoom(TimePoint now) {
    bool waits_for_any = false;
    std::map<const SerialExecutor*, std::vector<DrainId>> stuck;
    for (const auto& [id, drain] : drains_) {
        const SerialExecutor* const executor = drain->provider()->executor();
        if (executor == nullptr) continue;
        waits_for_any = true;
        if (!isStuck(executor)) continue;
        // The commit of one that is being written is to be heard of.
        if (!drain->is_committing && !drain->hasCommit()) stuck[executor].push_back(id);
    }
    for (auto& [executor, waiting] : stuck) {
        std::sort(waiting.begin(), waiting.end());
        for (std::size_t i = stuckMax(options_); i < waiting.size(); ++i) {
            const Drain& drain = *drains_.at(waiting[i]);
            noteStep(drain, "drain gives its place to others: its plugin does not come back");
            putOff(drain.notice(), now + kStuckRetry);
            end(waiting[i]);
        }
    }
    return waits_for_any ? kStuckCall : Milliseconds(0);
}

bool SyncWorker::waitsForRoom(const store::LeasedNotice& notice, Provider& provider) {
    const SerialExecutor* const executor = provider.executor();
    if (!isStuck(executor)) return false;
    const auto count = std::count_if(drains_.begin(), drains_.end(), [&](const auto& entry) {
        return entry.second->provider()->executor() == executor;
    });
    if (static_cast<std::size_t>(count) < stuckMax(options_)) return false;
    putOff(notice, parts_.clock.now() + kStuckRetry);
    return true;
}

}  // namespace ferry::pipeline
