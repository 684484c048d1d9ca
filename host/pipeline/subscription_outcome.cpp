// Of SubscriptionWorker: what comes of a try, and when the next one is.

#include "base/backoff.h"
#include "pipeline/instance_lookup.h"
#include "pipeline/subscription_worker.h"
#include "pipeline/webhook_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "webhooks";
constexpr BackoffRange kRetry{Milliseconds(2'000), Milliseconds(900'000)};
/// Of instances that were removed: nobody waits for it.
constexpr BackoffRange kEndedRetry{Milliseconds(2'000), Milliseconds(14'400'000)};
/// One or two failures in a row are noise.
constexpr unsigned kTellAfterFailures = 3;
constexpr Milliseconds kSoonestRenewal{1'000};
constexpr Milliseconds kRenewalOfPast{300'000};
/// Reasons that begin so were written here, and are taken back here.
constexpr std::string_view kReasonPrefix = "its webhook at the provider: ";

}  // namespace

void SubscriptionWorker::finish(InstanceId id, Result<OperationResult> result) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return;
    Job& job = found->second;
    const bool is_refused = !result && result.error().code == ErrorCode::Unauthenticated;
    if (is_refused && !std::exchange(job.has_retried_token, true)) return refresh(id);
    Job done = std::move(job);
    jobs_.erase(found);
    // What its instance wants may be something else by now, and next_due_ is to know of it.
    if (done.kind != Kind::End) look_again_.push_back(id);
    if (result)
        finishGood(id, std::move(done), std::move(*result));
    else
        finishFailed(id, std::move(done), result.error());
}

/// The provider refused the token.
void SubscriptionWorker::refresh(InstanceId id) {
    Job& job = jobs_.at(id);
    if (job.kind != Kind::End) {
        parts_.tokens.get(job.settings, job.provider, job.tokens.access_token, forTokens(id));
        return;
    }
    const ProviderAccount account =
        job.settings->providerAccount(job.provider->options().base_urls);
    auto operation = job.provider->startRefresh(account, job.tokens);
    if (!operation) return finish(id, fail(std::move(operation.error())));
    runner_.start(std::move(*operation), [this, id](Result<OperationResult> result) {
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) return;
        if (!result || !result->tokens)
            return finish(
                id,
                fail(
                    result ? Error(ErrorCode::Internal, "a refresh gave no tokens")
                           : std::move(result.error())
                )
            );
        found->second.tokens = std::move(*result->tokens);
        call(id);
    });
}

Status SubscriptionWorker::record(const Job& job, const OperationResult& result) {
    store::SubscriptionStore& store = parts_.store.subscriptions();
    const InstanceId id = job.subscription.instance;
    if (job.kind == Kind::End) return store.removeEnded(id);
    if (job.kind == Kind::Unsubscribe) return store.remove(id);
    if (!result.registration)
        return fail(ErrorCode::Internal, "the plugin's subscribe ended without a registration");
    WebhookSubscription subscription;
    subscription.instance = id;
    subscription.sealed_state = parts_.key.seal(
        result.registration->state, fmt::format("subscription/{}", id.value), parts_.random
    );
    subscription.callback_url = callbackUrl(*job.settings);
    subscription.webhook_secret = job.webhook_secret;
    subscription.given_secret = job.subscription.given_secret;
    subscription.expires_at = result.registration->expires_at;
    if (subscription.expires_at) subscription.due_at = renewalOf(*subscription.expires_at);
    const Secret& secret = result.registration->secret;
    if (secret.empty()) return store.put(subscription);  // a renewal may leave it out
    const SealedWebhookSecret given = sealGivenSecret(id, secret, parts_.key, parts_.random);
    return store.putWithSecret(subscription, given.fingerprint, given.sealed);
}

void SubscriptionWorker::finishGood(InstanceId id, Job job, OperationResult result) {
    if (const Status recorded = record(job, result); !recorded) {
        if (recorded.error().code == ErrorCode::NotFound && result.registration) {
            // The instance was removed while its webhook was being registered.
            job.kind = Kind::End;
            job.state = result.registration->state;
            jobs_.insert_or_assign(id, std::move(job));
            return call(id);
        }
        return finishFailed(id, std::move(job), recorded.error());
    }
    waits_.erase(id);
    if (job.kind == Kind::Subscribe) registered_.add();
    // More of them may wait than were looked at.
    if (job.kind == Kind::End) next_due_ = parts_.clock.now();
    parts_.log.info(
        kComponent,
        job.kind != Kind::Subscribe ? "the webhook was removed at the provider"
        : job.state.empty()         ? "a webhook was registered at the provider"
                                    : "the webhook was renewed at the provider",
        {{"instance", job.settings->name}, {"connector", job.settings->connector_key}}
    );
    if (job.kind != Kind::End) tell(job, "");
}

void SubscriptionWorker::finishFailed(InstanceId id, Job job, const Error& error) {
    failed_.add();
    const unsigned failures = ++job.subscription.failures;
    const TimePoint now = parts_.clock.now();
    const BackoffRange& range = job.kind == Kind::End ? kEndedRetry : kRetry;
    Milliseconds delay = exponentialBackoff(range, failures, parts_.random.unit());
    if (error.retry_after) delay = std::max(delay, std::min(*error.retry_after, range.ceiling));
    const bool is_given_up = job.kind == Kind::End && failures >= kEndedFailuresMax;
    parts_.log.warning(
        kComponent,
        is_given_up                   ? "the webhook of a removed instance stays at the provider"
        : job.kind == Kind::Subscribe ? "a webhook could not be registered or renewed"
                                      : "a webhook could not be removed",
        {{"instance", job.settings->name},
         {"code", errorCodeName(error.code)},
         {"error", error.message},
         {"retry_in_ms", is_given_up ? std::int64_t{0} : delay.count()}}
    );
    store::SubscriptionStore& store = parts_.store.subscriptions();
    next_due_ = std::min(next_due_, now + delay);
    if (job.kind == Kind::End) {
        static_cast<void>(
            is_given_up ? store.removeEnded(id) : store.retryEnded(id, failures, now + delay)
        );
        return;
    }
    waits_[id] = now + delay;
    // The count alone: a registration that is there stays what it is.
    static_cast<void>(store.put(job.subscription));
    if (failures >= kTellAfterFailures) tell(job, error.message);
}

/// Shows at the instance why it hears of changes late; an empty reason takes the last one back.
void SubscriptionWorker::tell(const Job& job, std::string_view reason) {
    const InstanceId id = job.subscription.instance;
    const auto instance = parts_.store.instances().find(id);
    if (!instance || !*instance) return;
    const std::string& shown = (*instance)->state_reason;
    const bool is_ours = shown.starts_with(kReasonPrefix);
    if (!shown.empty() && !is_ours) return;
    const bool is_polled = job.provider == nullptr || job.provider->options().feed == Feed::Fetched;
    std::string text;
    if (!reason.empty())
        text = fmt::format(
            "{}{}; until it is registered, {}",
            kReasonPrefix,
            reason,
            is_polled ? "changes are looked for by polls" : "nothing is heard of changes"
        );
    if (text != shown) static_cast<void>(parts_.store.instances().setReason(id, text));
}

/// After two thirds of its time, so that a failure has a third to pass in. An end that is past, of
/// a provider or by a clock that is wrong, is no reason to ask without pause.
TimePoint SubscriptionWorker::renewalOf(TimePoint expires_at) const {
    const auto left = std::chrono::duration_cast<Milliseconds>(expires_at - parts_.clock.wallNow());
    const Milliseconds wait =
        left.count() > 0 ? std::max(left * 2 / 3, kSoonestRenewal) : kRenewalOfPast;
    return parts_.clock.now() + jitter(wait, 0.05, parts_.random.unit());
}

std::string SubscriptionWorker::callbackUrl(const InstanceSettings& settings) const {
    return webhookUrl(options_.public_url, settings.connector_key, settings.id);
}

/// A UUID of version 4 (RFC 9562, 5.4): what providers want that let callers choose a name.
std::string SubscriptionWorker::nonce() const {
    std::array<std::uint8_t, 16> bytes{};
    parts_.random.fill(bytes);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", bytes[i]);
    }
    return text;
}

}  // namespace ferry::pipeline
