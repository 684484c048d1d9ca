// How authorizations end: completed, refused, or tried again later.
#include "base/time_text.h"
#include "oauth/account_authorizer.h"
#include "oauth/retry_wait.h"

#include <fmt/format.h>

namespace ferry::oauth {
namespace {

constexpr std::string_view kComponent = "account_authorizer";

/// Conflict is transient elsewhere; here it says that the account is another one.
bool passesByItself(ErrorCode code) {
    return isTransient(code) && code != ErrorCode::Conflict;
}

}  // namespace

void AccountAuthorizer::complete(JobNumber number) {
    AuthorizationJob& job = jobs_.at(number);
    if (const Status same = checkSameAccount(job.record, *job.identity); !same) {
        return failed(number, same.error());
    }
    std::optional<store::SealedTokens> sealed;
    if (job.credential != Credential::ApiKey) sealed = vault_.seal(job.instance, *job.tokens);
    const Status written = parts_.tokens.completeAuthorization(
        job.instance,
        sealed,
        job.identity->account_id,
        job.identity->account_state,
        parts_.clock.now()
    );
    if (!written) return failed(number, written.error());

    completed_.add();
    parts_.log.info(
        kComponent,
        "an instance is authorized",
        {{"instance", job.record.name}, {"account", job.identity->account_id}}
    );
    tellIfItEnds(job);
    const InstanceId id = job.instance;
    const auto completion = std::move(job.completion);
    const AuthorizedAccount account{job.record.name, job.identity->account_id, job.identity->label};
    erase(number);
    if (authorized_) authorized_(id);
    if (completion) completion(account);
}

/// Of a consent that somebody asked for by a URL of his own, mostly: there is time to ask again.
void AccountAuthorizer::tellIfItEnds(const AuthorizationJob& job) const {
    const bool may_end = job.tokens && job.tokens->refresh_token.empty() &&
                         job.tokens->expires_at && job.credential != Credential::Client;
    if (!may_end) return;
    parts_.log.warning(
        kComponent,
        "the provider gave no refresh token: the access ends by itself, and then somebody has to "
        "consent again; ask for offline access in the URL of the consent (Dropbox: "
        "token_access_type=offline), or get that URL from the hub",
        {{"instance", job.record.name}, {"ends", formatRfc3339(*job.tokens->expires_at)}}
    );
}

void AccountAuthorizer::failed(JobNumber number, Error error) {
    AuthorizationJob& job = jobs_.at(number);
    if (job.isBrowser()) {
        failed_.add();
        const AuthorizationCompletion completion = std::move(job.completion);
        erase(number);
        return completion(fail(std::move(error)));
    }
    if (passesByItself(error.code)) return retryLater(number, job, error);

    refused_.add();
    const std::string reason = refusalReason(job, error);
    parts_.log.warning(
        kComponent,
        "an authorization was refused",
        {{"instance", job.record.name}, {"reason", reason}}
    );
    verdicts_.recordWaiting(job.instance, reason);
    erase(number);
}

void AccountAuthorizer::retryLater(JobNumber number, AuthorizationJob& job, const Error& error) {
    failed_.add();
    ++job.failures;
    job.retry_at = parts_.clock.now() + retryWait(job.failures, error, parts_.random);
    retries_.emplace(job.retry_at, number);
    if (job.failures == 1) {
        const std::string reason =
            fmt::format("{}the last try failed: {}", kTriedAgain, error.message);
        parts_.log.warning(kComponent, reason, {{"instance", job.record.name}});
        verdicts_.recordWaiting(job.instance, reason);
    }
}

void AccountAuthorizer::erase(JobNumber number) {
    const auto found = jobs_.find(number);
    const InstanceId id = found->second.instance;
    const auto own = own_jobs_.find(id);
    if (own != own_jobs_.end() && own->second == number) {
        own_jobs_.erase(own);
        if (again_.erase(id) > 0) waiting_.push_back(id);
    }
    jobs_.erase(found);
}

}  // namespace ferry::oauth
