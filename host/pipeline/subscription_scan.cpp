// Of SubscriptionWorker: which webhooks are missing, not as they should be, or due.

#include "pipeline/poll_timer.h"
#include "pipeline/subscription_worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::pipeline {
namespace {

constexpr std::size_t kPage = 500;
constexpr Milliseconds kStoreRetry{500};

}  // namespace

void SubscriptionWorker::takeChanges(TimePoint now) {
    std::vector<InstanceId> changed;
    bool has_changes = false;
    {
        const std::lock_guard lock(inbox_->mutex);
        changed.swap(inbox_->changed);
        has_changes = std::exchange(inbox_->has_changes, false);
    }
    if (has_changes || now >= next_scan_) {
        scan(now);
    } else if (!changed.empty()) {
        std::ranges::sort(changed);
        const auto same = std::ranges::unique(changed);
        look_again_.insert(look_again_.end(), changed.begin(), same.begin());
        lookAtEnded(now);  // one of them may be gone
    }
}

/// Renewals and further tries whose time has come.
void SubscriptionWorker::lookAtDue(TimePoint now) {
    next_due_ = TimePoint::max();
    const auto look = [this, now](InstanceId id, TimePoint due_at) {
        if (due_at > now)
            next_due_ = std::min(next_due_, due_at);
        else if (!jobs_.contains(id))
            left_out_.insert(id);
    };
    for (const auto& [id, due_at] : waits_)
        look(id, due_at);
    for (const auto& [id, row] : known_)
        if (!waits_.contains(id)) look(id, row.due_at.value_or(TimePoint::max()));
    lookAtEnded(now);
}

/// Only connectors whose plugin registers webhooks cost more than a look at their name.
void SubscriptionWorker::scan(TimePoint now) {
    next_due_ = TimePoint::max();
    next_scan_ = now + kStoreRetry;
    auto rows = parts_.store.subscriptions().all();
    if (!rows) return;
    left_out_.clear();
    known_.clear();
    for (WebhookSubscription& row : *rows) {
        const InstanceId id = row.instance;
        known_.emplace(id, std::move(row));
    }
    std::unordered_map<std::string, bool> connectors;
    InstanceId after;
    for (bool is_last = false; !is_last;) {
        const auto page = parts_.store.instances().page(after, kPage);
        if (!page) return;
        for (const Instance& instance : *page) {
            after = instance.id;
            const auto [known, is_new] = connectors.try_emplace(instance.connector_key, false);
            if (is_new) {
                const auto provider = parts_.providers.find(instance.connector_key);
                known->second = provider != nullptr && provider->subscriptions() != nullptr;
            }
            if (known->second) lookAt(instance, now);
        }
        is_last = page->size() < kPage;
    }
    next_scan_ = now + kScanInterval;
    lookAtEnded(now);
}

void SubscriptionWorker::lookAt(const Instance& instance, TimePoint now) {
    if (jobs_.contains(instance.id)) return;  // looked at again when that is done
    const bool is_stopped = instance.state == InstanceState::Disabled;
    // What waits for a person can't ask the provider for anything.
    if (instance.state != InstanceState::Running && !is_stopped) return;
    auto settings = parts_.settings.get(instance.id);
    auto provider = parts_.providers.find(instance.connector_key);
    if (!settings || provider == nullptr || provider->subscriptions() == nullptr) return;
    const bool is_wanted =
        !is_stopped && instance.events_enabled && !polls(provider->options(), **settings);
    const auto row = known_.find(instance.id);
    const bool is_registered = row != known_.end() && !row->second.sealed_state.empty();
    if (!is_wanted && !is_registered) {
        waits_.erase(instance.id);  // when it is wanted again, it is tried at once
        return;
    }
    const auto wait = waits_.find(instance.id);
    TimePoint due_at = now;
    if (wait != waits_.end()) due_at = wait->second;
    const std::string url = callbackUrl(**settings);
    // A provider that has the former secret sends webhooks that are refused.
    const bool is_in_place = is_wanted && is_registered && row->second.callback_url == url &&
                             row->second.webhook_secret == instance.webhook_secret;
    if (is_in_place && wait == waits_.end()) due_at = row->second.due_at.value_or(TimePoint::max());
    if (due_at > now) {
        next_due_ = std::min(next_due_, due_at);
        return;
    }
    if (jobs_.size() >= options_.in_flight_max) {
        left_out_.insert(instance.id);
        return;
    }
    Job job{
        is_wanted && (is_in_place || !is_registered) ? Kind::Subscribe : Kind::Unsubscribe,
        std::move(*settings),
        std::move(provider),
        {},
        {},
        {}};
    job.subscription.instance = instance.id;
    if (row != known_.end()) job.subscription = row->second;
    job.webhook_secret = instance.webhook_secret;
    start(std::move(job));
}

/// After a change, or a job of the instance.
void SubscriptionWorker::lookAgain(InstanceId id, TimePoint now) {
    if (jobs_.size() >= options_.in_flight_max) {
        left_out_.insert(id);
        return;
    }
    const auto instance = parts_.store.instances().find(id);
    auto row = parts_.store.subscriptions().find(id);
    if (!instance || !row) {
        const std::lock_guard lock(inbox_->mutex);
        inbox_->changed.push_back(id);
        next_due_ = std::min(next_due_, now + kStoreRetry);
        return;
    }
    known_.erase(id);
    if (*row) known_.emplace(id, std::move(**row));
    if (*instance)
        lookAt(**instance, now);
    else
        waits_.erase(id);
}

void SubscriptionWorker::lookAtEnded(TimePoint now) {
    auto ended = parts_.store.subscriptions().ended(options_.in_flight_max);
    if (!ended) {
        next_due_ = std::min(next_due_, now + kStoreRetry);
        return;
    }
    for (const EndedWebhookSubscription& item : *ended)
        lookAtEnded(item, now);
}

void SubscriptionWorker::lookAtEnded(const EndedWebhookSubscription& ended, TimePoint now) {
    const WebhookSubscription& subscription = ended.subscription;
    if (jobs_.contains(subscription.instance)) return;
    const TimePoint end = subscription.expires_at.value_or(TimePoint::max());
    auto settings = openSettings(ended.instance, parts_.key);
    if (end <= parts_.clock.wallNow() || !settings) {
        static_cast<void>(parts_.store.subscriptions().removeEnded(subscription.instance));
        return;
    }
    if (const TimePoint due_at = subscription.due_at.value_or(now); due_at > now) {
        next_due_ = std::min(next_due_, due_at);
        return;
    }
    auto provider = parts_.providers.find(ended.instance.connector_key);
    const bool can_remove = provider != nullptr && provider->subscriptions() != nullptr;
    Job job{
        Kind::End,
        std::make_shared<const InstanceSettings>(std::move(*settings)),
        std::move(provider),
        subscription,
        {},
        {}};
    if (!can_remove) {
        const std::string& key = ended.instance.connector_key;
        return finishFailed(
            subscription.instance,
            std::move(job),
            Error(ErrorCode::Unavailable, fmt::format("no connector {} that removes webhooks", key))
        );
    }
    if (!ended.sealed_tokens.empty()) {
        auto tokens =
            vault_.open(subscription.instance, {ended.sealed_tokens, ended.tokens_expire_at});
        if (tokens) job.tokens = std::move(*tokens);
    }
    start(std::move(job));
}

}  // namespace ferry::pipeline
