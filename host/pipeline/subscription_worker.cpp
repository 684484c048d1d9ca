#include "pipeline/subscription_worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::pipeline {
namespace {

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

void SubscriptionWorker::noteChange(InstanceId id) {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->changed.push_back(id);
    if (inbox_->wake) inbox_->wake();
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
    takeChanges(now);
    if (now >= next_due_) lookAtDue(now);
    for (const InstanceId id : std::exchange(look_again_, {}))
        lookAgain(id, now);
    while (!left_out_.empty() && jobs_.size() < options_.in_flight_max) {
        const InstanceId id = *left_out_.begin();
        left_out_.erase(id);
        lookAgain(id, now);
    }
    return look_again_.empty() ? std::min(next_scan_, next_due_) : now;
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
