#pragma once
// Finishes authorizations: from a code, a refresh token or an access key to a Running instance
// whose account is known. Its work comes from the app (instances that wait with a credential in
// their configuration) and from browser_flow (codes that a browser has brought back).

#include "base/worker.h"
#include "oauth/authorization_job.h"
#include "oauth/instance_verdicts.h"
#include "oauth/oauth_parts.h"
#include "pipeline/operation_runner.h"
#include "pipeline/token_vault.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ferry::oauth {

/// Instances authorized at one time at most; the others wait their turn. Browsers never wait.
inline constexpr std::size_t kAuthorizationsInFlightMax = 64;

/// Threads: enqueue() and exchange() from any thread; everything else by the token worker only.
/// Provider code runs in step() only, or where its plugin
/// has it run (ProviderOperation::executor).
class AccountAuthorizer final : public Steppable {
  public:
    /// `authorized` is called by the token worker after an instance became Running; may be empty.
    /// Lifetime: `urls` outlives it.
    AccountAuthorizer(
        OauthParts parts, AuthorizeUrls& urls, std::function<void(InstanceId)> authorized
    );
    ~AccountAuthorizer() override;
    AccountAuthorizer(const AccountAuthorizer&) = delete;
    AccountAuthorizer& operator=(const AccountAuthorizer&) = delete;

    /// Authorizes the instance with what its configuration holds, if it is AwaitingAuthorization.
    /// An outage is waited out with back-off; a refusal ends it, and the instance's state_reason
    /// says what was refused and what to do. Call it again after a change of the instance.
    void enqueue(InstanceId instance);

    /// Exchanges the code of a browser; if its verifier is not known, with one and without, the
    /// likely one first. Without a code, authorizes the instance with what its configuration holds,
    /// whatever its state. Any failure ends it: whoever waits can begin again.
    /// Errors given to `completion` (called once, by the token worker): NotFound if the instance is
    /// gone, Conflict if it is disabled or belongs to another account (naming both),
    /// AuthorizationRevoked if the code was used or has expired, InvalidArgument, PermissionDenied
    /// or Unauthenticated if the provider refuses the app, and transient ones.
    void exchange(BrowserGrant grant, AuthorizationCompletion completion);

    TimePoint step() override;

    /// Ends all work; browsers that wait get Cancelled. After the last step.
    void stop();

  private:
    using JobNumber = std::uint64_t;

    void admit();
    void admitOwn(InstanceId id);
    void proceed(JobNumber number);
    Status prepare(AuthorizationJob& job);
    Result<pipeline::OperationPtr> startNext(AuthorizationJob& job);
    void onOperation(JobNumber number, Result<pipeline::OperationResult> result);
    void complete(JobNumber number);
    void tellIfItEnds(const AuthorizationJob& job) const;
    void failed(JobNumber number, Error error);
    void retryLater(JobNumber number, AuthorizationJob& job, const Error& error);
    void erase(JobNumber number);

    OauthParts parts_;
    AuthorizeUrls& urls_;
    std::function<void(InstanceId)> authorized_;
    InstanceVerdicts verdicts_;
    pipeline::TokenVault vault_;

    std::mutex mutex_;
    std::vector<InstanceId> queue_;                                         ///< guarded by mutex_
    std::vector<std::pair<BrowserGrant, AuthorizationCompletion>> grants_;  ///< guarded by mutex_
    bool is_stopped_ = false;                                               ///< guarded by mutex_

    // The worker's own.
    std::deque<InstanceId> waiting_;
    std::set<InstanceId> again_;  ///< enqueued while their job was running
    std::unordered_map<InstanceId, JobNumber> own_jobs_;
    std::set<std::pair<TimePoint, JobNumber>> retries_;
    std::unordered_map<JobNumber, AuthorizationJob> jobs_;
    JobNumber next_number_ = 1;
    observe::Counter& completed_;
    observe::Counter& refused_;
    observe::Counter& failed_;
    // Last, so that its operations end before the providers in jobs_ go.
    pipeline::OperationRunner runner_;
};

}  // namespace ferry::oauth
