#include "pipeline/subscription_worker.h"

#include "pipeline/poll_timer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::pipeline {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::string_view kWebhookSecret = "webhook.secret";

}  // namespace

SubscriptionWorker::SubscriptionWorker(
    SubscriptionWorkerParts parts, SubscriptionWorkerOptions options, Wake wake
)
    : parts_(parts),
      options_(std::move(options)),
      vault_(parts.key, parts.random, parts.store.tokens()),
      inbox_(std::make_shared<Inbox>()),
      registered_(parts.metrics.counter(
          "ferry_webhook_registrations_total", "Webhooks registered or renewed at providers"
      )),
      failed_(parts.metrics.counter(
          "ferry_webhook_registrations_failed_total",
          "Tries to register, renew or remove a webhook that failed"
      )),
      runner_(parts.outbound, wake) {
    inbox_->wake = std::move(wake);
}

SubscriptionWorker::~SubscriptionWorker() {
    shutDown();
}

void SubscriptionWorker::noteChanges() {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->has_changes = true;
    if (inbox_->wake) inbox_->wake();
}

void SubscriptionWorker::shutDown() {
    {
        const std::lock_guard lock(inbox_->mutex);
        inbox_->wake = nullptr;
    }
    runner_.dropAll();
    jobs_.clear();
}

TimePoint SubscriptionWorker::step() {
    const TimePoint now = parts_.clock.now();
    runner_.poll();
    takeTokens();
    bool has_changes = false;
    {
        const std::lock_guard lock(inbox_->mutex);
        has_changes = std::exchange(inbox_->has_changes, false);
    }
    const bool has_room = has_left_out_ && jobs_.size() <= options_.in_flight_max / 2;
    if (has_changes || has_room || now >= next_scan_ || now >= next_due_) {
        scan(now);
        lookAtEnded(now);
    }
    for (const InstanceId id : std::exchange(look_again_, {}))
        lookAgain(id, now);
    return look_again_.empty() ? std::min(next_scan_, next_due_) : now;
}

/// Only connectors whose plugin registers webhooks cost more than a look at their name.
void SubscriptionWorker::scan(TimePoint now) {
    next_scan_ = now + kScanInterval;
    next_due_ = TimePoint::max();
    has_left_out_ = false;
    auto rows = parts_.store.subscriptions().all();
    if (!rows) {
        next_due_ = now + Milliseconds(500);
        return;
    }
    known_.clear();
    for (WebhookSubscription& row : *rows) {
        const InstanceId id = row.instance;
        known_.emplace(id, std::move(row));
    }
    std::unordered_map<std::string, bool> connectors;
    InstanceId after;
    for (bool is_last = false; !is_last;) {
        const auto page = parts_.store.instances().page(after, kPage);
        if (!page) {
            next_due_ = now + Milliseconds(500);
            return;
        }
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
    // Of instances that are gone: nobody has looked at them in their time.
    std::erase_if(waits_, [now](const auto& wait) { return now - wait.second > kScanInterval; });
}

void SubscriptionWorker::lookAt(const Instance& instance, TimePoint now) {
    if (const auto job = jobs_.find(instance.id); job != jobs_.end()) {
        job->second.is_outdated = true;
        return;
    }
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
        has_left_out_ = true;
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

/// After a job of the instance.
void SubscriptionWorker::lookAgain(InstanceId id, TimePoint now) {
    const auto instance = parts_.store.instances().find(id);
    auto row = parts_.store.subscriptions().find(id);
    if (!instance || !row) {
        next_due_ = std::min(next_due_, now + Milliseconds(500));
        return;
    }
    known_.erase(id);
    if (*row) known_.emplace(id, std::move(**row));
    if (*instance) lookAt(**instance, now);
}

void SubscriptionWorker::lookAtEnded(TimePoint now) {
    auto ended = parts_.store.subscriptions().ended(options_.in_flight_max);
    if (!ended) {
        next_due_ = std::min(next_due_, now + Milliseconds(500));
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

void SubscriptionWorker::start(Job job) {
    const InstanceId id = job.subscription.instance;
    if (!job.subscription.sealed_state.empty()) {
        auto state = parts_.key.open(
            job.subscription.sealed_state, fmt::format("subscription/{}", id.value)
        );
        if (!state) {
            finishFailed(id, std::move(job), state.error());
            return;
        }
        job.state = state->reveal();
    }
    const bool is_ended = job.kind == Kind::End;
    const auto settings = job.settings;
    const auto provider = job.provider;
    jobs_.emplace(id, std::move(job));
    // Nobody refreshes the tokens of an instance that is gone.
    if (is_ended) return call(id);
    parts_.tokens.get(settings, provider, std::nullopt, forTokens(id));
}

TokenSource::Completion SubscriptionWorker::forTokens(InstanceId id) const {
    return [inbox = inbox_, id](Result<TokenSet> tokens) {
        const std::lock_guard lock(inbox->mutex);
        if (!inbox->wake) return;
        inbox->tokens.emplace_back(id, std::move(tokens));
        inbox->wake();
    };
}

void SubscriptionWorker::takeTokens() {
    std::vector<std::pair<InstanceId, Result<TokenSet>>> tokens;
    {
        const std::lock_guard lock(inbox_->mutex);
        tokens.swap(inbox_->tokens);
    }
    for (auto& [id, result] : tokens) {
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) continue;
        if (!result) {
            finish(id, fail(std::move(result.error())));
            continue;
        }
        found->second.tokens = std::move(*result);
        call(id);
    }
}

void SubscriptionWorker::call(InstanceId id) {
    const Job& job = jobs_.at(id);
    SubscriptionRequest request;
    request.callback_url = callbackUrl(*job.settings);
    request.secret = Secret(std::string(job.settings->value(kWebhookSecret)));
    request.nonce = nonce();
    request.state = job.state;
    const ProviderAccount account =
        job.settings->providerAccount(job.provider->options().base_urls);
    Subscriptions& subscriptions = *job.provider->subscriptions();
    auto operation = job.kind == Kind::Subscribe
                         ? subscriptions.startSubscribe(account, job.tokens, request)
                         : subscriptions.startUnsubscribe(account, job.tokens, request);
    if (!operation) return finish(id, fail(std::move(operation.error())));
    runner_.start(std::move(*operation), [this, id](Result<OperationResult> result) {
        finish(id, std::move(result));
    });
}

}  // namespace ferry::pipeline
