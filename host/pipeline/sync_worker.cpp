#include "pipeline/sync_worker.h"

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
      token_inbox_(std::make_shared<TokenInbox>()),
      counters_(std::make_unique<Counters>(parts.metrics)) {
    token_inbox_->wake = std::move(wake);
}

SyncWorker::~SyncWorker() {
    shutDown();
}

TimePoint SyncWorker::step() {
    const TimePoint now = parts_.clock.now();
    runner_.poll();
    takeTokens();
    recordReady(now);
    returnLeases(now);
    leaseDrains(now);
    takeTokens();
    recordReady(now);

    if (now < store_retry_at_) return store_retry_at_;
    if (!returns_.empty()) return now + kStoreRetry;
    if (drains_.size() >= options_.drains_max) return TimePoint::max();
    const auto due = parts_.store.notices().nextDue();
    if (!due) return now + kStoreRetry;
    return due->value_or(TimePoint::max());
}

void SyncWorker::shutDown() {
    {
        const std::lock_guard lock(token_inbox_->mutex);
        token_inbox_->wake = nullptr;
    }
    runner_.dropAll();
    for (const auto& [id, drain] : drains_) {
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
        store_retry_at_ = now + kStoreRetry;
        parts_.log.warning(
            kSyncComponent, "can't lease notices", {{"error", notices.error().message}}
        );
        return;
    }
    for (const store::LeasedNotice& notice : *notices)
        begin(notice);
}

void SyncWorker::begin(const store::LeasedNotice& notice) {
    auto settings = parts_.settings.get(notice.instance);
    if (!settings) {
        giveBack(notice, settings.error(), std::to_string(notice.instance.value));
        return;
    }
    std::shared_ptr<Provider> provider = parts_.providers.find((*settings)->connector_key);
    if (provider == nullptr) {
        giveBack(
            notice,
            Error(
                ErrorCode::Unsupported,
                "no plugin is loaded for connector '" + (*settings)->connector_key +
                    "': put its folder into the plugins folder and reload"
            ),
            (*settings)->name
        );
        return;
    }
    DrainOptions options;
    options.hub_id = options_.hub_id;
    options.page_records = options_.page_records;
    options.poll_unit = parts_.random.unit();
    auto drain = std::make_unique<Drain>(
        notice, std::move(*settings), std::move(provider), std::move(options)
    );
    if (const Status opened = drain->open(parts_.store.sync()); !opened) {
        giveBack(notice, opened.error(), drain->settings()->name);
        return;
    }
    const DrainId id = next_drain_++;
    drains_.emplace(id, std::move(drain));
    requestTokens(id, std::nullopt);
}

void SyncWorker::requestTokens(DrainId id, std::optional<Secret> rejected) {
    const Drain& drain = *drains_.at(id);
    parts_.tokens.get(
        drain.settings(),
        drain.provider(),
        std::move(rejected),
        [inbox = token_inbox_, id](Result<TokenSet> tokens) {
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
            const std::lock_guard lock(token_inbox_->mutex);
            tokens.swap(token_inbox_->tokens);
        }
        if (tokens.empty()) return;
        for (auto& [id, result] : tokens) {
            if (!drains_.contains(id)) continue;
            if (!result) {
                onError(id, std::move(result.error()));
                continue;
            }
            drains_.at(id)->tokens = std::move(*result);
            fetch(id);
        }
    }
}

void SyncWorker::fetch(DrainId id) {
    auto operation = drains_.at(id)->startFetch();
    if (!operation) {
        onError(id, std::move(operation.error()));
        return;
    }
    runner_.start(std::move(*operation), [this, id](Result<OperationResult> result) {
        takeFetch(id, std::move(result));
    });
}

void SyncWorker::takeFetch(DrainId id, Result<OperationResult> result) {
    if (!result) {
        onError(id, std::move(result.error()));
        return;
    }
    if (!result->page) {
        onError(id, Error(ErrorCode::Internal, "the plugin's fetch ended without a page"));
        return;
    }
    counters_->changes.add(result->page->changes.size());
    settleStep(id, drains_.at(id)->takePage(std::move(*result->page), parts_.clock.now()));
}

void SyncWorker::settleStep(DrainId id, const Status& status) {
    if (status) {
        ready_.push_back(id);
    } else {
        onError(id, status.error());
    }
}

void SyncWorker::recordReady(TimePoint now) {
    while (!ready_.empty()) {
        const std::vector<DrainId> batch = std::exchange(ready_, {});
        std::vector<store::SyncCommit> commits;
        commits.reserve(batch.size());
        bool makes_deliveries = false;
        for (const DrainId id : batch) {
            store::SyncCommit& commit = drains_.at(id)->commit();
            makes_deliveries = makes_deliveries || (commit.callback && !commit.events.empty());
            counters_->events.add(commit.events.size());
            commits.push_back(std::move(commit));
        }
        const std::vector<Status> outcomes = parts_.store.sync().commit(commits);
        if (makes_deliveries) wake_deliveries_();
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (outcomes[i]) {
                afterRecorded(batch[i], now);
            } else {
                onError(batch[i], outcomes[i].error());
            }
        }
    }
}

void SyncWorker::afterRecorded(DrainId id, TimePoint now) {
    Drain& drain = *drains_.at(id);
    switch (drain.afterCommit()) {
        case AfterCommit::Derive:
            settleStep(id, drain.derive(now));
            break;
        case AfterCommit::Finish:
            settleStep(id, drain.finish(now));
            break;
        case AfterCommit::Fetch:
            fetch(id);
            break;
        case AfterCommit::End:
            counters_->drains.add();
            counters_->pages.add(drain.pages);
            counters_->unknown_removals.add(drain.counts().unknown_removals);
            counters_->ignored.add(drain.counts().ignored);
            counters_->rejected.add(drain.counts().rejected);
            if (drain.notice().failures > 0) {
                // It works again: nobody needs to read about the failure any more.
                Return item{drain.notice(), now};
                item.reason = std::string();
                item.is_lease_held = false;
                returns_.push_back(std::move(item));
            }
            end(id);
            break;
    }
}

void SyncWorker::end(DrainId id) {
    drains_.erase(id);
}

}  // namespace ferry::pipeline
