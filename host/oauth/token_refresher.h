#pragma once
// Gives tokens that are good for use now. A drain asks for them before it calls the provider; when
// they are near their end they are refreshed here, one refresh at a time for each instance.

#include "base/secret.h"
#include "base/worker.h"
#include "model/token_set.h"
#include "oauth/instance_verdicts.h"
#include "oauth/oauth_parts.h"
#include "observe/log_trace.h"
#include "pipeline/instance_settings.h"
#include "pipeline/operation_runner.h"
#include "pipeline/token_source.h"
#include "pipeline/token_vault.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::oauth {

/// Threads: get() and retryNow() from any thread; everything else by the token worker only, so that
/// refreshes and authorizations never cross. Provider code runs in step() only, or where its plugin
/// has it run (ProviderOperation::executor).
class TokenRefresher final : public Steppable, public pipeline::TokenSource {
  public:
    explicit TokenRefresher(OauthParts parts);
    ~TokenRefresher() override;
    TokenRefresher(const TokenRefresher&) = delete;
    TokenRefresher& operator=(const TokenRefresher&) = delete;

    /// Gives tokens that end no sooner than the connector's margin. `rejected_access_token` is one
    /// that the provider has just refused: it is not given again. An instance with
    /// authentication.type apiKey gets an empty set.
    ///
    /// `completion` is called exactly once: from this call if no refresh is needed, otherwise on
    /// the token worker's thread. New tokens are in the store before anyone gets them. Errors given
    /// to it: AuthorizationRevoked when consent is gone; the instance then is NeedsReauthorization,
    /// with a reason for people, and has no notice. Unavailable, with the time to wait, for
    /// everything that may pass: an outage, or an app configuration that the provider refuses (the
    /// reason is recorded; the instance stays Running). Corrupt if the stored tokens do not open.
    /// Cancelled at the end of the hub. What a refresh logs is in the trace that the caller works
    /// for; of several callers, the first.
    void get(
        std::shared_ptr<const pipeline::InstanceSettings> settings,
        std::shared_ptr<pipeline::Provider> provider,
        std::optional<Secret> rejected_access_token,
        Completion completion
    ) override;

    void retryNow(InstanceId instance) override;

    TimePoint step() override;

    /// Forgets failures and unsaved tokens of the instance: it has just been authorized anew.
    void forget(InstanceId instance);

    /// Ends all refreshes; who waits for one gets Cancelled. After the last step.
    void stop();

  private:
    struct Request {
        std::shared_ptr<const pipeline::InstanceSettings> settings;
        std::shared_ptr<pipeline::Provider> provider;
        std::optional<Secret> rejected;
        Completion completion;
        std::string trace = observe::currentTrace();  ///< of the drain that needs them
    };
    /// One instance that is being refreshed, or whose last refresh failed.
    struct Entry {
        std::vector<Request> waiters;  ///< not empty while a refresh is on its way
        TokenSet before;               ///< what the refresh on its way started from
        /// From the provider, but the store did not take them yet. They may be the only good ones:
        /// some providers end the old refresh token with each refresh.
        std::optional<TokenSet> unsaved;
        std::size_t access = 0;   ///< pipeline::accessMark of what it was tried with
        unsigned failures = 0;    ///< with that
        TimePoint failing_since;  ///< of a key: if there are failures
        TimePoint not_before;
        std::string last_error;
    };
    void serve(Request request);
    void refresh(Request request, const TokenSet& tokens);
    void finish(InstanceId id, Result<pipeline::OperationResult> result);
    Result<TokenSet> finishRefreshed(InstanceId id, Entry entry, TokenSet tokens);
    /// The provider has just refused what the configuration has.
    Error refuseKey(const pipeline::InstanceSettings& settings);
    Error finishFailed(const pipeline::InstanceSettings& settings, Entry entry, const Error& error);
    /// True if the stored tokens are no longer those that the refresh started from.
    bool isSuperseded(InstanceId id, const Entry& entry) const;
    bool isUsable(const Request& request, const TokenSet& tokens) const;
    /// True if nothing is tried for these settings yet.
    bool isWaiting(const Entry& entry, const pipeline::InstanceSettings& settings) const;
    void endWait(InstanceId instance);
    void retryUnsaved();
    void dropStale();
    /// Counts the failure and remembers the entry; gives the error for those who wait.
    Error backOff(InstanceId id, Entry entry, const Error& error);

    OauthParts parts_;
    InstanceVerdicts verdicts_;
    pipeline::TokenVault vault_;
    std::mutex mutex_;
    std::vector<Request> queue_;           ///< guarded by mutex_, as the next one
    std::vector<InstanceId> ended_waits_;  ///< of retryNow; all below belongs to the worker
    std::unordered_map<InstanceId, Entry> entries_;
    std::set<InstanceId> unsaved_;
    TimePoint next_sweep_;
    observe::Counter& refreshed_;
    observe::Counter& revoked_;
    observe::Counter& refused_;
    observe::Counter& failed_;
    // Last, so that its operations end before the providers in entries_ go.
    pipeline::OperationRunner runner_;
};

}  // namespace ferry::oauth
