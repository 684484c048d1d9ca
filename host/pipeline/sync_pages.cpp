// How pages come to the drains of the sync worker: one is worked on while the next is fetched.

#include "observe/log_trace.h"
#include "pipeline/sync_worker_parts.h"

#include <utility>

namespace ferry::pipeline {

void SyncWorker::fetch(DrainId id) {
    if (!takeTurn(id)) return;
    Drain& drain = *drains_.at(id);
    drain.fetch_began_at = std::chrono::steady_clock::now();
    const observe::LogTraceScope scope(traceIdText(drain.notice().trace));
    auto operation = drain.startFetch();
    if (!operation) {
        receiveFetch(id, fail(std::move(operation.error())));
        return;
    }
    const auto completion = [this, id](Result<OperationResult> result) {
        receiveFetch(id, std::move(result));
    };
    runner_.start(std::move(*operation), completion, drain.is_over);
}

void SyncWorker::receiveFetch(DrainId id, Result<OperationResult> result) {
    // A drain whose commit failed ended while its next page was on the way.
    const auto found = drains_.find(id);
    if (found == drains_.end()) return;
    Drain& drain = *found->second;
    if (!result) {
        drain.received = fail(std::move(result.error()));
    } else if (!result->page) {
        drain.received = fail(ErrorCode::Internal, "the plugin's fetch ended without a page");
    } else {
        noteFurtherRequests(drain, result->requests);
        counters_->changes.add(result->page->changes.size());
        counters_->fetch_seconds.observe(std::chrono::steady_clock::now() - drain.fetch_began_at);
        drain.has_retried_token = false;
        drain.received = drain.receivePage(std::move(*result->page));
    }
    with_page_.push_back(id);
}

void SyncWorker::takePages() {
    for (const DrainId id : std::exchange(with_page_, {})) {
        if (drains_.contains(id)) takePage(id);
    }
}

/// They are in no event, and nobody else tells of them.
void SyncWorker::noteRejections(Drain& drain) {
    const PageRejections found = std::exchange(drain.rejections, {});
    parts_.log.warning(
        kSyncComponent,
        "records that can't be taken were left out",
        {{"instance", drain.settings()->name},
         {"records", static_cast<std::int64_t>(found.count)},
         {"first_reason", found.first},
         {"trace", traceIdText(drain.notice().trace)}}
    );
}

/// Works on the page that came, unless the drain is still busy with the one before.
void SyncWorker::takePage(DrainId id) {
    Drain& drain = *drains_.at(id);
    if (!drain.received || drain.hasPage() || drain.hasCommit()) return;
    if (drain.is_committing && !*drain.received) return;  // an error is for after the commit
    const observe::LogTraceScope scope(traceIdText(drain.notice().trace));
    Status status = std::move(*std::exchange(drain.received, std::nullopt));
    if (status) {
        drain.takePage();
        if (drain.hasMore()) fetch(id);  // comes while this one is worked on
        if (SerialExecutor* const executor = drain.provider()->executor())
            return normalizeElsewhere(id, *executor);
    }
    const observe::Timer timer(counters_->derivation_seconds);
    if (status) status = drain.normalizePage();
    workOnPage(id, std::move(status));
}

void SyncWorker::workOnPage(DrainId id, Status status) {
    Drain& drain = *drains_.at(id);
    if (status && drain.rejections.count > 0) noteRejections(drain);
    if (!drain.is_committing) {
        settleStep(id, status ? drain.derive(parts_.clock.now()) : status);
        return;
    }
    if (status) status = drain.deriveAhead(parts_.clock.now());
    drain.ahead = std::move(status);
}

}  // namespace ferry::pipeline
