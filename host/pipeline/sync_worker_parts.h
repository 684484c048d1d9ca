#pragma once
// What the parts of the sync worker share: its inbox, its counters and its constants.

#include "pipeline/sync_worker.h"

#include <mutex>
#include <utility>
#include <vector>

namespace ferry::pipeline {

inline constexpr std::string_view kSyncComponent = "sync";
/// The store failed (disk full, say): time until it is asked again.
inline constexpr Milliseconds kStoreRetry{500};

/// A commit of so many rows goes to the store at once, so that it is written while the next drain
/// is derived. Smaller ones wait for the end of the step and share a transaction.
inline constexpr std::size_t kLargeCommitRows = 256;

/// Tokens and outcomes of commits come on other threads, perhaps after the worker is gone: the
/// inbox outlives it.
struct SyncWorker::Inbox {
    std::mutex mutex;
    std::vector<std::pair<DrainId, Result<TokenSet>>> tokens;
    std::vector<std::pair<DrainId, Status>> commits;
    std::vector<InstanceId> interrupts;
    Wake wake;
};

/// A page while an executor normalizes it.
struct SyncWorker::PageElsewhere {
    DrainId drain = 0;
    PageToNormalize page;
    Result<std::vector<NormalizedChange>> normalized = std::vector<NormalizedChange>();
};

struct SyncWorker::Counters {
    explicit Counters(observe::Metrics& metrics)
        : drains(metrics.counter("ferry_sync_drains_total", "Drains completed")),
          failed(metrics.counter("ferry_sync_drains_failed_total", "Drains that ended in an error")
          ),
          pages(metrics.counter("ferry_sync_pages_total", "Pages of changes taken")),
          changes(metrics.counter("ferry_sync_changes_total", "Raw changes fetched")),
          events(metrics.counter("ferry_sync_events_total", "Events recorded")),
          resyncs(metrics.counter(
              "ferry_sync_resyncs_total",
              "Full listings after a lost cursor, in doubt about a moved folder, or on request"
          )),
          unknown_removals(metrics.counter(
              "ferry_sync_unknown_removals_total", "Removals of paths that the index does not have"
          )),
          ignored(metrics.counter("ferry_sync_ignored_total", "Records of no meaning to the hub")),
          rejected(
              metrics.counter("ferry_sync_rejected_total", "Records that could not be understood")
          ),
          fetch_seconds(metrics.histogram(
              "ferry_sync_fetch_seconds", "Time until a page of changes came from the provider"
          )),
          derivation_seconds(metrics.histogram(
              "ferry_sync_derivation_seconds",
              "Time to make events of a page, or of as much of it as goes into one commit"
          )) {}

    /// After each commit: a drain of a large account may take hours.
    void countProgress(Drain& drain) {
        const DerivationCounts before = std::exchange(drain.counted, drain.counts());
        pages.add(drain.pages - std::exchange(drain.pages_counted, drain.pages));
        unknown_removals.add(drain.counted.unknown_removals - before.unknown_removals);
        ignored.add(drain.counted.ignored - before.ignored);
        rejected.add(drain.counted.rejected - before.rejected);
    }

    observe::Counter& drains;
    observe::Counter& failed;
    observe::Counter& pages;
    observe::Counter& changes;
    observe::Counter& events;
    observe::Counter& resyncs;
    observe::Counter& unknown_removals;
    observe::Counter& ignored;
    observe::Counter& rejected;
    observe::Histogram& fetch_seconds;
    observe::Histogram& derivation_seconds;
};

}  // namespace ferry::pipeline
