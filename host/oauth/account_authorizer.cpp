#include "oauth/account_authorizer.h"

#include "oauth/oauth_links.h"

#include <fmt/format.h>

namespace ferry::oauth {
namespace {

constexpr std::string_view kComponent = "account_authorizer";
constexpr std::string_view kMetric = "ferry_authorizations_total";
constexpr std::string_view kMetricHelp = "Authorizations of instances, by result.";
constexpr std::size_t kAdmittedPerStep = 64;  // the refreshes share the thread

}  // namespace

AccountAuthorizer::AccountAuthorizer(
    OauthParts parts, AuthorizeUrls& urls, std::function<void(InstanceId)> authorized
)
    : parts_(std::move(parts)),
      urls_(urls),
      authorized_(std::move(authorized)),
      verdicts_(parts_),
      vault_(parts_.key, parts_.random, parts_.tokens),
      completed_(parts_.metrics.counter(kMetric, kMetricHelp, "result=\"ok\"")),
      refused_(parts_.metrics.counter(kMetric, kMetricHelp, "result=\"refused\"")),
      failed_(parts_.metrics.counter(kMetric, kMetricHelp, "result=\"failed\"")),
      runner_(parts_.outbound, parts_.wake) {}

AccountAuthorizer::~AccountAuthorizer() = default;

void AccountAuthorizer::enqueue(InstanceId instance) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(instance);
    }
    parts_.wake();
}

void AccountAuthorizer::exchange(BrowserGrant grant, AuthorizationCompletion completion) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_stopped_) {
            grants_.emplace_back(std::move(grant), std::move(completion));
            completion = nullptr;
        }
    }
    if (completion) return completion(fail(ErrorCode::Cancelled, "the hub is shutting down"));
    parts_.wake();
}

TimePoint AccountAuthorizer::step() {
    runner_.poll();
    decltype(grants_) grants;
    {
        const std::lock_guard lock(mutex_);
        grants.swap(grants_);
        waiting_.insert(waiting_.end(), queue_.begin(), queue_.end());
        queue_.clear();
    }
    for (auto& [grant, completion] : grants) {
        const JobNumber number = next_number_++;
        AuthorizationJob& job = jobs_[number];
        job.instance = grant.instance;
        if (!grant.code.empty()) job.grant = std::move(grant);
        job.completion = std::move(completion);
        proceed(number);
    }
    admit();

    if (runner_.running() >= kAuthorizationsInFlightMax) return TimePoint::max();
    if (!waiting_.empty()) return parts_.clock.now();
    return retries_.empty() ? TimePoint::max() : retries_.begin()->first;
}

void AccountAuthorizer::admit() {
    const TimePoint now = parts_.clock.now();
    for (std::size_t count = 0; count < kAdmittedPerStep; ++count) {
        if (runner_.running() >= kAuthorizationsInFlightMax) return;
        if (!retries_.empty() && retries_.begin()->first <= now) {
            const JobNumber number = retries_.begin()->second;
            retries_.erase(retries_.begin());
            proceed(number);
        } else if (!waiting_.empty()) {
            const InstanceId id = waiting_.front();
            waiting_.pop_front();
            admitOwn(id);
        } else {
            return;
        }
    }
}

void AccountAuthorizer::admitOwn(InstanceId id) {
    const auto existing = own_jobs_.find(id);
    if (existing == own_jobs_.end()) {
        const JobNumber number = next_number_++;
        own_jobs_.emplace(id, number);
        jobs_[number].instance = id;
        return proceed(number);
    }
    const JobNumber number = existing->second;
    const AuthorizationJob& job = jobs_.at(number);
    if (job.is_running) {
        again_.insert(id);
    } else {
        retries_.erase({job.retry_at, number});
        proceed(number);
    }
}

void AccountAuthorizer::proceed(JobNumber number) {
    AuthorizationJob& job = jobs_.at(number);
    if (const Status prepared = prepare(job); !prepared) {
        const bool is_moot = prepared.error().code == ErrorCode::NotFound;
        if (is_moot && !job.isBrowser()) return erase(number);
        return failed(number, prepared.error());
    }
    if (job.credential == Credential::None) {
        verdicts_.recordWaiting(job.instance, kWaitsForPerson);
        return erase(number);
    }
    if (job.credential == Credential::ApiKey) job.tokens = TokenSet();
    if (job.tokens && job.identity) return complete(number);

    auto operation = startNext(job);
    if (!operation) return failed(number, std::move(operation.error()));
    job.is_running = true;
    // May end within this call, and the job with it.
    runner_.start(std::move(*operation), [this, number](auto result) {
        onOperation(number, std::move(result));
    });
}

Status AccountAuthorizer::prepare(AuthorizationJob& job) {
    FERRY_TRY_ASSIGN(auto found, parts_.instances.find(job.instance));
    if (!found) return fail(ErrorCode::NotFound, "the instance is gone");
    if (job.isBrowser()) {
        if (found->state == InstanceState::Disabled) {
            return fail(ErrorCode::Conflict, fmt::format("instance {} is disabled", found->name));
        }
    } else if (found->state != InstanceState::AwaitingAuthorization) {
        return fail(ErrorCode::NotFound, "the instance waits for no authorization");
    } else if (job.record.configuration_fingerprint != found->configuration_fingerprint) {
        // Another credential, perhaps another app: what was reached with the old one is void.
        job.forgetWhatWasReached();
    }
    job.record = std::move(*found);
    FERRY_TRY_ASSIGN(auto settings, pipeline::openSettings(job.record, parts_.key));
    job.settings = std::make_shared<const pipeline::InstanceSettings>(std::move(settings));
    job.provider = parts_.providers.find(job.record.connector_key);
    if (!job.provider) {
        const std::string& key = job.record.connector_key;
        return fail(ErrorCode::Unavailable, fmt::format("no connector {} is loaded", key));
    }
    job.credential =
        job.grant ? Credential::BrowserCode : chooseCredential(*job.settings, *job.provider);
    if (job.isBrowser() && job.credential == Credential::None) {
        return fail(ErrorCode::InvalidArgument, "there is nothing to authorize the instance with");
    }
    return {};
}

Result<pipeline::OperationPtr> AccountAuthorizer::startNext(AuthorizationJob& job) {
    const pipeline::InstanceSettings& settings = *job.settings;
    const auto account = settings.providerAccount(job.provider->options().base_urls);
    if (job.tokens) return job.provider->startVerify(account, *job.tokens);
    // What a refresh of such tokens asks for as well.
    if (job.credential == Credential::Client)
        return job.provider->startRefresh(account, TokenSet());
    if (job.credential == Credential::RefreshToken) {
        TokenSet tokens;
        tokens.refresh_token = Secret(std::string(settings.value(kRefreshToken)));
        return job.provider->startRefresh(account, tokens);
    }
    return job.provider->startExchange(account, nextExchange(job, urls_, parts_.public_url));
}

void AccountAuthorizer::onOperation(JobNumber number, Result<pipeline::OperationResult> result) {
    AuthorizationJob& job = jobs_.at(number);
    job.is_running = false;
    if (!result) {
        if (takeNextVerifier(job, result.error())) return proceed(number);
        return failed(number, finalError(job, std::move(result.error())));
    }
    if (!job.tokens) {
        if (!result->tokens || result->tokens->access_token.empty()) {
            return failed(number, uselessAnswer("the plugin gave no access token"));
        }
        job.tokens = std::move(*result->tokens);
        if (job.credential == Credential::RefreshToken && job.tokens->refresh_token.empty()) {
            job.tokens->refresh_token = Secret(std::string(job.settings->value(kRefreshToken)));
        }
        if (const Status kept = rememberUrl(job, urls_, parts_.public_url); !kept) {
            const std::string& why = kept.error().message;
            parts_.log.warning(
                kComponent, "that codes of an app have a verifier was not kept", {{"error", why}}
            );
        }
    } else {
        if (!result->identity) {
            return failed(number, uselessAnswer("the plugin's verification told nothing"));
        }
        job.identity = std::move(*result->identity);
    }
    proceed(number);
}

void AccountAuthorizer::stop() {
    runner_.finishSteps();
    runner_.dropAll();
    decltype(grants_) grants;
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
        grants.swap(grants_);
        queue_.clear();
    }
    std::vector<AuthorizationCompletion> completions;
    for (auto& [grant, completion] : grants)
        completions.push_back(std::move(completion));
    for (auto& [number, job] : jobs_) {
        if (job.isBrowser()) completions.push_back(std::move(job.completion));
    }
    jobs_.clear();
    own_jobs_.clear();
    retries_.clear();
    waiting_.clear();
    for (const auto& completion : completions)
        completion(fail(ErrorCode::Cancelled, "the hub is shutting down"));
}

}  // namespace ferry::oauth
