#pragma once
// Registers the webhooks of instances at their providers, renews them before they end, and removes
// them again, where a plugin knows how (pipeline/subscriptions.h). What is registered is a row of
// the store, so a kill costs at most a registration that nobody knows of and that the provider ends
// by itself.

#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "base/worker.h"
#include "http/outbound.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/operation_runner.h"
#include "pipeline/settings_cache.h"
#include "pipeline/subscriptions.h"
#include "pipeline/token_source.h"
#include "pipeline/token_vault.h"
#include "store/store.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace ferry::pipeline {

/// What the worker works with; everything outlives it.
struct SubscriptionWorkerParts {
    store::Store& store;
    const ProviderDirectory& providers;
    SettingsCache& settings;
    TokenSource& tokens;
    http::Outbound& outbound;
    const SealingKey& key;
    const Clock& clock;
    Random& random;
    observe::Log& log;
    observe::Metrics& metrics;
};

struct SubscriptionWorkerOptions {
    std::string public_url;
    std::size_t in_flight_max = 16;
};

/// Threads: step and shutDown by one thread at a time.
class SubscriptionWorker final : public Steppable {
  public:
    /// Who has nothing to do is looked at again after this, whatever happened to it.
    static constexpr Milliseconds kScanInterval{300'000};
    /// The webhook of a removed instance is given up after so many failures, within about a day.
    static constexpr unsigned kEndedFailuresMax = 18;

    /// `wake` asks for a step.
    SubscriptionWorker(SubscriptionWorkerParts parts, SubscriptionWorkerOptions options, Wake wake);
    ~SubscriptionWorker() override;

    TimePoint step() override;

    /// This instance was made, changed, authorized or removed. Costs nothing per other instance.
    /// Threads: any.
    void noteChange(InstanceId id);

    /// Any of them may have been, or connectors: all are looked at. Threads: any.
    void noteChanges();

    /// Ends what is under way. No step may follow.
    void shutDown();

  private:
    enum class Kind : std::uint8_t { Subscribe, Unsubscribe, End };
    struct Job {
        Kind kind;
        std::shared_ptr<const InstanceSettings> settings;
        std::shared_ptr<Provider> provider;
        WebhookSubscription subscription;  ///< as it is in the store
        std::string state;                 ///< opened
        TokenSet tokens;
        bool has_retried_token = false;
        WebhookSecretId webhook_secret{};  ///< of the instance
    };
    /// Tokens come on other threads, perhaps after the worker is gone.
    struct Inbox {
        std::mutex mutex;
        std::vector<std::pair<InstanceId, Result<TokenSet>>> tokens;
        std::vector<InstanceId> changed;
        bool has_changes = true;  ///< of any instance
        Wake wake;
    };

    void takeChanges(TimePoint now);
    void scan(TimePoint now);
    void lookAtDue(TimePoint now);
    void lookAt(const Instance& instance, TimePoint now);
    void lookAgain(InstanceId id, TimePoint now);
    void lookAtEnded(TimePoint now);
    void lookAtEnded(const EndedWebhookSubscription& ended, TimePoint now);
    void start(Job job);
    TokenSource::Completion forTokens(InstanceId id) const;
    void takeTokens();
    void call(InstanceId id);
    void refresh(InstanceId id);
    void finish(InstanceId id, Result<OperationResult> result);
    void finishGood(InstanceId id, Job job, OperationResult result);
    void finishFailed(InstanceId id, Job job, const Error& error);
    Status record(const Job& job, const OperationResult& result);
    void tell(const Job& job, std::string_view reason);
    TimePoint renewalOf(TimePoint expires_at) const;
    std::string callbackUrl(const InstanceSettings& settings) const;
    std::string nonce() const;

    SubscriptionWorkerParts parts_;
    const SubscriptionWorkerOptions options_;
    TokenVault vault_;
    std::shared_ptr<Inbox> inbox_;
    std::unordered_map<InstanceId, Job> jobs_;         // under way
    std::unordered_map<InstanceId, TimePoint> waits_;  // their last try failed
    std::unordered_map<InstanceId, WebhookSubscription> known_;
    std::vector<InstanceId> look_again_;  // what they want may be something else by now
    std::unordered_set<InstanceId> left_out_;  // there was no room for them
    TimePoint next_scan_{};
    TimePoint next_due_ = TimePoint::max();  // of known_, waits_ and those that are removed
    observe::Counter& registered_;
    observe::Counter& failed_;
    OperationRunner runner_;  // last: its operations end before the providers in jobs_ go
};

}  // namespace ferry::pipeline
