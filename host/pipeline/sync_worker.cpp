#include "pipeline/sync_worker.h"

#include "observe/log_trace.h"
#include "pipeline/sync_worker_parts.h"

#include <algorithm>
#include <utility>

namespace ferry::pipeline {

SyncWorker::SyncWorker(
    SyncWorkerParts parts, SyncWorkerOptions options, Wake wake, Wake wake_deliveries
)
    : parts_(parts),
      options_(std::move(options)),
      wake_deliveries_(std::move(wake_deliveries)),
      runner_(parts.outbound, wake),
      inbox_(std::make_shared<Inbox>()),
      counters_(std::make_unique<Counters>(parts.metrics)),
      pages_(wake) {
    inbox_->wake = std::move(wake);
}

SyncWorker::~SyncWorker() {
    shutDown();
}

TimePoint SyncWorker::step() {
    const TimePoint now = parts_.clock.now();
    runner_.poll();
    takeInterrupts();
    const Milliseconds next_look = makeRoom(now);
    fetchHeld(now);
    advance(now);
    returnLeases();
    leaseDrains(now);
    advance(now);
    returnLeases();  // of those that wait for their turn: the next one may be soon

    TimePoint wake_at = next_look.count() > 0 ? now + next_look : TimePoint::max();
    for (const auto& [turn, id] : held_)
        wake_at = std::min(wake_at, turn);
    if (now < store_retry_at_) return std::min(wake_at, store_retry_at_);
    if (!returns_.empty()) return std::min(wake_at, now + kStoreRetry);
    if (drains_.size() >= options_.drains_max) return wake_at;
    const auto due = parts_.store.notices().nextDue();
    if (!due) return std::min(wake_at, now + kStoreRetry);
    return std::min(wake_at, due->value_or(TimePoint::max()));
}

void SyncWorker::advance(TimePoint now) {
    // A fetch may ask for tokens again, and an inline store says at once how a commit went.
    do {
        takeTokens();
        takePages();
        takeNormalized();
        submitReady();
    } while (takeCommits(now) || !ready_.empty() || !with_page_.empty());
}

void SyncWorker::shutDown() {
    {
        const std::lock_guard lock(inbox_->mutex);
        inbox_->wake = nullptr;
    }
    for (const auto& [id, drain] : drains_)
        *drain->is_over = true;
    runner_.dropAll();
    pages_.end();
    for (const auto& [id, drain] : drains_) {
        if (drain->is_committing && drain->afterCommit() == AfterCommit::End) continue;
        // Not done, not failed: due as it was. If the store can't take it now, the lease ends with
        // the process and the notice is still there.
        static_cast<void>(parts_.store.notices().release(
            drain->notice(), drain->notice().due_at, drain->notice().failures
        ));
    }
    drains_.clear();
    ready_.clear();
}

void SyncWorker::leaseDrains(TimePoint now) {
    if (drains_.size() >= options_.drains_max || now < store_retry_at_) return;
    auto notices = parts_.store.notices().lease(now, options_.drains_max - drains_.size());
    if (!notices) {
        noteStoreFailure("can't lease notices", notices.error());
        return;
    }
    for (const store::LeasedNotice& notice : *notices)
        begin(notice);
}

void SyncWorker::begin(store::LeasedNotice notice) {
    if (waitsForProvider(notice)) return;
    if (!notice.trace) notice.trace = beginTrace(parts_.random);
    auto settings = parts_.settings.get(notice.instance);
    if (!settings) {
        giveBackToStore(notice, settings.error(), std::to_string(notice.instance.value));
        return;
    }
    std::shared_ptr<Provider> provider = parts_.providers.find((*settings)->connector_key);
    if (provider == nullptr) {
        giveBack(
            notice,
            Error(
                ErrorCode::Unsupported,
                "no plugin serves the connector '" + (*settings)->connector_key +
                    "': 'ferry plugins' says why one is refused; else put its folder into the "
                    "plugins folder"
            ),
            (*settings)->name
        );
        return;
    }
    if (waitsForRoom(notice, *provider)) return;
    DrainOptions options;
    options.hub_id = options_.hub_id;
    options.page_records = options_.page_records;
    options.poll_unit = parts_.random.unit();
    const auto interval = poll_intervals_.find(notice.instance);
    if (interval != poll_intervals_.end()) options.poll_interval = interval->second;
    auto drain = std::make_unique<Drain>(
        notice, std::move(*settings), std::move(provider), std::move(options)
    );
    if (const Status opened = drain->open(parts_.store); !opened) {
        giveBackToStore(notice, opened.error(), drain->settings()->name);
        return;
    }
    if (drain->request) noteRequest(*drain);
    if (waitsForTurn(*drain)) return;
    noteStep(*drain, "drain begins");
    const DrainId id = next_drain_++;
    drains_.emplace(id, std::move(drain));
    requestTokens(id, std::nullopt);
}

void SyncWorker::requestTokens(DrainId id, std::optional<Secret> rejected) {
    const Drain& drain = *drains_.at(id);
    const observe::LogTraceScope scope(traceIdText(drain.notice().trace));
    parts_.tokens.get(
        drain.settings(),
        drain.provider(),
        std::move(rejected),
        [inbox = inbox_, id](Result<TokenSet> tokens) {
            const std::lock_guard lock(inbox->mutex);
            if (!inbox->wake) return;
            inbox->tokens.emplace_back(id, std::move(tokens));
            inbox->wake();
        }
    );
}

void SyncWorker::takeTokens() {
    // Starting a fetch may ask for tokens again, so take until there are none.
    for (;;) {
        std::vector<std::pair<DrainId, Result<TokenSet>>> tokens;
        {
            const std::lock_guard lock(inbox_->mutex);
            tokens.swap(inbox_->tokens);
        }
        if (tokens.empty()) return;
        for (auto& [id, result] : tokens) {
            if (!drains_.contains(id)) continue;
            if (!result) {
                onError(id, std::move(result.error()));
                continue;
            }
            Drain& drain = *drains_.at(id);
            drain.tokens = std::move(*result);
            drain.needsAccount() ? refreshAccount(id, std::nullopt) : fetch(id);
        }
    }
}

void SyncWorker::settleStep(DrainId id, const Status& status) {
    if (!status) return onError(id, status.error());
    ready_.push_back(id);
    Drain& drain = *drains_.at(id);
    if (std::exchange(drain.is_in_doubt, false)) noteDoubt(drain);
    const store::SyncCommit& commit = drain.commit();
    if (commit.index_puts.size() + commit.events.size() >= kLargeCommitRows) submitReady();
}

void SyncWorker::submitReady() {
    if (ready_.empty()) return;
    std::vector<DrainId> batch = std::exchange(ready_, {});
    std::vector<store::SyncCommit> commits;
    commits.reserve(batch.size());
    bool makes_deliveries = false;
    const TimePoint now = parts_.clock.now();
    for (const DrainId id : batch) {
        Drain& drain = *drains_.at(id);
        store::SyncCommit& commit = commits.emplace_back(drain.takeCommit());
        // Here and not when it was prepared: the log is searched by time, so times go up with
        // numbers.
        commit.now = now;
        commit.trace = drain.notice().trace;
        for (RecordedEvent& event : commit.events)
            event.recorded_at = now;
        makes_deliveries = makes_deliveries || (commit.callback && !commit.events.empty());
        counters_->events.add(commit.events.size());
        drain.is_committing = true;
        if (drain.received) with_page_.push_back(id);
        if (drain.afterCommit() == AfterCommit::List) fetch(id);
    }
    parts_.store.sync().submit(
        std::move(commits),
        [inbox = inbox_,
         batch = std::move(batch),
         wake_deliveries =
             makes_deliveries ? wake_deliveries_ : Wake()](std::vector<Status> outcomes) {
            const std::lock_guard lock(inbox->mutex);
            if (!inbox->wake) return;
            for (std::size_t i = 0; i < batch.size(); ++i)
                inbox->commits.emplace_back(batch[i], std::move(outcomes[i]));
            inbox->wake();
            if (wake_deliveries) wake_deliveries();
        }
    );
}

bool SyncWorker::takeCommits(TimePoint now) {
    std::vector<std::pair<DrainId, Status>> commits;
    {
        const std::lock_guard lock(inbox_->mutex);
        commits.swap(inbox_->commits);
    }
    for (const auto& [id, outcome] : commits) {
        drains_.at(id)->is_committing = false;
        if (outcome) {
            is_store_failing_ = false;
            counters_->countProgress(*drains_.at(id));
            goOn(id, now);
        } else {
            onStoreError(id, outcome.error());
        }
    }
    return !commits.empty();
}

void SyncWorker::goOn(DrainId id, TimePoint now) {
    Drain& drain = *drains_.at(id);
    const bool is_between_pages =
        drain.afterCommit() == AfterCommit::Fetch || drain.afterCommit() == AfterCommit::List;
    // Also if its turn has come meanwhile: the request that was put off is nobody's by now.
    const bool waits_for_turn = drain.resume_at != TimePoint() && is_between_pages;
    if (waits_for_turn || (drain.is_interrupted && drain.afterCommit() != AfterCommit::End)) {
        // As if it had ended with the process: what was committed stays, the rest is another
        // drain's.
        putOff(drain.notice(), drain.is_interrupted ? now : drain.resume_at);
        return end(id);
    }
    if (drain.ahead) {
        const Status status = std::move(*std::exchange(drain.ahead, std::nullopt));
        return settleStep(id, !status || drain.hasCommit() ? status : drain.derive(now));
    }
    switch (drain.afterCommit()) {
        case AfterCommit::Derive: {
            const observe::Timer timer(counters_->derivation_seconds);
            settleStep(id, drain.derive(now));
            break;
        }
        case AfterCommit::Finish:
            settleStep(id, drain.finish(now));
            break;
        case AfterCommit::Fetch:
        case AfterCommit::List:
            if (drain.received) with_page_.push_back(id);
            break;
        case AfterCommit::End:
            finishDrain(id, now);
            break;
    }
}

void SyncWorker::finishDrain(DrainId id, TimePoint now) {
    const Drain& drain = *drains_.at(id);
    counters_->drains.add();
    noteStep(drain, "drain is done");
    waits_.erase(drain.instance());
    if (drain.poll_interval.count() > 0) poll_intervals_[drain.instance()] = drain.poll_interval;
    if (drain.changes_account) parts_.settings.invalidate(drain.instance());
    if (drain.notice().failures > 0 || drain.changes_account) {
        Return item{drain.notice(), now};
        // It works again: nobody needs to read about the failure any more.
        if (drain.notice().failures > 0) item.reason = std::string();
        item.is_lease_held = drain.changes_account;
        returns_.push_back(std::move(item));
    }
    end(id);
}

void SyncWorker::end(DrainId id) {
    const auto found = drains_.find(id);
    *found->second->is_over = true;
    drains_.erase(found);
}

}  // namespace ferry::pipeline
