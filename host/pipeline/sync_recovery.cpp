// What the sync worker does about errors: another token, a resync, or the lease back with a delay.

#include "pipeline/instance_record.h"
#include "pipeline/sync_failure_policy.h"
#include "pipeline/sync_worker_parts.h"

#include <algorithm>
#include <utility>

namespace ferry::pipeline {

void SyncWorker::onError(DrainId id, Error error) {
    Drain& drain = *drains_.at(id);
    if (error.code == ErrorCode::Unauthenticated && !drain.has_retried_token) {
        drain.has_retried_token = true;
        requestTokens(id, drain.tokens.access_token);
        return;
    }
    if (error.code == ErrorCode::CursorExpired && !drain.has_resynced &&
        !drain.isAtListingStart()) {
        refreshAccount(id, std::move(error));
        return;
    }
    pauseApp(drain, error);
    giveBack(drain.notice(), error, drain.settings()->name);
    const auto wait = waits_.find(drain.instance());
    if (wait != waits_.end()) wait->second.access = accessMark(drain.settings()->configuration);
    end(id);
}

/// A cursor may be void because the account changed (it joined a team, say), and one that was given
/// up on request is not asked for that any more: looks at the account before everything is listed
/// again. `cause`: why the provider gave the cursor up.
void SyncWorker::refreshAccount(DrainId id, std::optional<Error> cause) {
    Drain& drain = *drains_.at(id);
    auto operation = drain.provider()->startVerify(drain.account(), drain.tokens);
    if (!operation) {
        takeAccount(id, cause, fail(std::move(operation.error())));
        return;
    }
    const auto completion = [this, id, cause = std::move(cause)](Result<OperationResult> result) {
        takeAccount(id, cause, std::move(result));
    };
    runner_.start(std::move(*operation), completion, drain.is_over);
}

void SyncWorker::takeAccount(
    DrainId id, const std::optional<Error>& cause, Result<OperationResult> result
) {
    const auto found = drains_.find(id);
    if (found == drains_.end()) return;  // it gave its place to others
    Drain& drain = *found->second;
    if (!result && result.error().code != ErrorCode::Unsupported) {
        onError(id, std::move(result.error()));
        return;
    }
    drain.has_seen_account = true;
    const bool account_changed = result && result->identity &&
                                 result->identity->account_state != drain.settings()->account_state;
    if (cause) {
        noteResync(drain, *cause);
        drain.beginResync(parts_.clock.now());
    } else if (!account_changed) {
        return fetch(id);
    } else {
        drain.keepListing(parts_.clock.now());
    }
    // With the position, or a crash between the two would list the account from its former root.
    if (account_changed) drain.endForAccount(result->identity->account_state);
    ready_.push_back(id);
}

void SyncWorker::noteResync(const Drain& drain, const Error& cause) {
    counters_->resyncs.add();
    parts_.log.warning(
        kSyncComponent,
        "the provider gave the cursor up; listing everything again",
        {{"instance", drain.settings()->name},
         {"cause", cause.message},
         {"trace", traceIdText(drain.notice().trace)}}
    );
}

void SyncWorker::noteDoubt(const Drain& drain) {
    counters_->resyncs.add();
    parts_.log.info(
        kSyncComponent,
        "a folder moved, and the changes do not say what became of everything in it; listing "
        "everything again",
        {{"instance", drain.settings()->name}, {"trace", traceIdText(drain.notice().trace)}}
    );
}

/// What happens all the time.
void SyncWorker::noteStep(const Drain& drain, std::string_view what) {
    if (!parts_.log.isOn(observe::LogLevel::Debug)) return;
    parts_.log.debug(
        kSyncComponent,
        what,
        {{"instance", drain.settings()->name},
         {"pages", static_cast<std::int64_t>(drain.pages)},
         {"changes", static_cast<std::int64_t>(drain.changes)},
         {"trace", traceIdText(drain.notice().trace)}}
    );
}

void SyncWorker::noteRequest(const Drain& drain) {
    const bool is_skip = *drain.request == store::CursorRequest::Skip;
    counters_->resyncs.add();
    parts_.log.info(
        kSyncComponent,
        is_skip ? "the cursor is set to now on request; listing everything again without events"
                : "the cursor is reset on request; listing everything again",
        {{"instance", drain.settings()->name}, {"trace", traceIdText(drain.notice().trace)}}
    );
}

void SyncWorker::interrupt(InstanceId instance) {
    const std::lock_guard lock(inbox_->mutex);
    if (!inbox_->wake) return;
    inbox_->interrupts.push_back(instance);
    inbox_->wake();
}

void SyncWorker::takeInterrupts() {
    std::vector<InstanceId> interrupts;
    {
        const std::lock_guard lock(inbox_->mutex);
        interrupts.swap(inbox_->interrupts);
    }
    if (interrupts.empty()) return;
    for (auto& [id, drain] : drains_) {
        const bool is_meant =
            std::find(interrupts.begin(), interrupts.end(), drain->instance()) != interrupts.end();
        // One that began with the request is not the one to be interrupted by it.
        if (is_meant && !drain->request) drain->is_interrupted = true;
    }
}

void SyncWorker::onStoreError(DrainId id, const Error& error) {
    const Drain& drain = *drains_.at(id);
    giveBackToStore(drain.notice(), error, drain.settings()->name);
    end(id);
}

void SyncWorker::giveBackToStore(
    const store::LeasedNotice& notice, const Error& error, std::string_view name
) {
    // What does not pass by itself (the instance was removed, the file is damaged) is decided like
    // any other failure.
    if (error.code != ErrorCode::Unavailable) return giveBack(notice, error, name);
    const TimePoint now = parts_.clock.now();
    counters_->failed.add();
    noteStoreFailure("a drain can't be recorded and runs again", error);
    putOff(notice, now + kStoreRetry);
}

void SyncWorker::noteStoreFailure(std::string_view what, const Error& error) {
    store_retry_at_ = parts_.clock.now() + kStoreRetry;
    if (std::exchange(is_store_failing_, true)) return;
    parts_.log.error(kSyncComponent, what, {{"error", error.message}});
}

bool SyncWorker::waitsForProvider(const store::LeasedNotice& notice) {
    const auto wait = waits_.find(notice.instance);
    if (wait == waits_.end() || !wait->second.was_asked) return false;
    if (parts_.clock.now() >= wait->second.until) return false;
    if (isBegunAnew(notice, wait->second)) {
        waits_.erase(wait);
        return false;
    }
    putOff(notice, wait->second.until);
    return true;
}

bool SyncWorker::isBegunAnew(const store::LeasedNotice& notice, const Wait& wait) const {
    // Notices of instances that run again, or are authorized anew, have not failed yet.
    if (notice.failures == 0) return true;
    const auto settings = parts_.settings.get(notice.instance);
    return settings && accessMark((*settings)->configuration) != wait.access;
}

void SyncWorker::putOff(const store::LeasedNotice& notice, TimePoint due_at) {
    Return item{notice, due_at};
    item.failures = notice.failures;
    returns_.push_back(std::move(item));
}

void SyncWorker::giveBack(
    const store::LeasedNotice& notice, const Error& error, std::string_view name
) {
    const TimePoint now = parts_.clock.now();
    counters_->failed.add();
    Return item{notice, now};
    item.failures = notice.failures;
    if (error.code == ErrorCode::NotFound && !parts_.settings.get(notice.instance)) {
        // The instance was removed while it was drained; its notice went with it.
        waits_.erase(notice.instance);
        poll_intervals_.erase(notice.instance);
        budget_.forget(notice.instance);
        returns_.push_back(std::move(item));
        return;
    }
    const SyncFailureDecision decision =
        decideSyncFailure(error, {notice.failures, parts_.random.unit()});
    item.due_at = now + decision.delay;
    item.failures = notice.failures + 1;
    const auto waiting = waits_.find(notice.instance);
    if (waiting != waits_.end() && now < waiting->second.until) {
        // A webhook woke it before its time. That is no further failure of waiting: the delay grows
        // with the length of an outage, not with the number of changes in it. What the provider
        // asks for now counts all the same.
        item.failures = notice.failures;
        item.due_at = error.retry_after ? std::max(item.due_at, waiting->second.until)
                                        : std::min(item.due_at, waiting->second.until);
    }
    if (decision.state) {
        parts_.log.warning(
            kSyncComponent,
            "drain failed; nothing is tried before a person has done something",
            {{"instance", name},
             {"code", errorCodeName(error.code)},
             {"error", error.message},
             {"trace", traceIdText(notice.trace)}}
        );
    } else {
        const auto delay = std::chrono::duration_cast<Milliseconds>(item.due_at - now);
        parts_.log.warning(
            kSyncComponent,
            "drain failed",
            {{"instance", name},
             {"code", errorCodeName(error.code)},
             {"error", error.message},
             {"retry_in_ms", static_cast<std::int64_t>(delay.count())},
             {"trace", traceIdText(notice.trace)}}
        );
    }
    waits_[notice.instance] = {item.due_at, error.retry_after.has_value()};
    if (decision.state) waits_.erase(notice.instance);
    item.state = decision.state;
    if (decision.state || decision.tells_owner) item.reason = decision.reason;
    returns_.push_back(std::move(item));
}

/// Shows why the instance does not get on; an empty reason takes the last one back.
Status SyncWorker::tell(InstanceId id, std::string_view reason) {
    FERRY_TRY_ASSIGN(const std::optional<Instance> instance, parts_.store.instances().find(id));
    if (!instance) return {};
    // Said already, perhaps by the token refresher, which puts its own words before it.
    const std::string& shown = instance->state_reason;
    if (reason.empty() ? shown.empty() : shown.ends_with(reason)) return {};
    return parts_.store.instances().setReason(id, reason);
}

void SyncWorker::returnLeases() {
    store::InstanceStore& instances = parts_.store.instances();
    std::vector<store::NoticeStore::Release> released;  // of which nothing is to be said
    for (Return& item : std::exchange(returns_, {})) {
        if (!item.state && !item.reason && item.is_lease_held) {
            released.push_back({item.notice, item.due_at, item.failures});
            continue;
        }
        const InstanceId id = item.notice.instance;
        Status done;
        if (item.state) {
            done = instances.setState(id, *item.state, item.reason.value_or(""), item.due_at);
        } else if (item.reason) {
            done = tell(id, *item.reason);
        }
        if (done && item.is_lease_held) {
            done = parts_.store.notices().release(item.notice, item.due_at, item.failures);
        }
        if (done || done.error().code == ErrorCode::NotFound) continue;
        noteStoreFailure("can't say that a drain ended", done.error());
        returns_.push_back(std::move(item));
    }
    if (released.empty()) return;
    const Status done = parts_.store.notices().releaseAll(released);
    if (done) return;
    noteStoreFailure("can't say that drains ended", done.error());
    for (const auto& one : released)
        returns_.push_back({one.notice, one.due_at, one.failures});
}

}  // namespace ferry::pipeline
