#include "oauth/token_refresher.h"

#include "oauth/oauth_links.h"
#include "pipeline/instance_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace ferry::oauth {
namespace {

constexpr std::string_view kComponent = "token_refresher";
constexpr std::string_view kMetric = "ferry_token_refreshes_total";
constexpr std::string_view kMetricHelp = "Refreshes of access tokens, by result.";

/// The provider refuses the app, not the account: every instance of the app is in the same state.
bool isConfigurationFault(ErrorCode code) {
    return code == ErrorCode::InvalidArgument || code == ErrorCode::PermissionDenied ||
           code == ErrorCode::Unauthenticated || code == ErrorCode::Unsupported;
}

}  // namespace

TokenRefresher::TokenRefresher(OauthParts parts)
    : parts_(std::move(parts)),
      verdicts_(parts_),
      vault_(parts_.key, parts_.random, parts_.tokens),
      refreshed_(parts_.metrics.counter(kMetric, kMetricHelp, "result=\"ok\"")),
      revoked_(parts_.metrics.counter(kMetric, kMetricHelp, "result=\"revoked\"")),
      refused_(parts_.metrics.counter(kMetric, kMetricHelp, "result=\"app_refused\"")),
      failed_(parts_.metrics.counter(kMetric, kMetricHelp, "result=\"failed\"")),
      runner_(parts_.outbound, parts_.wake) {}

TokenRefresher::~TokenRefresher() = default;

void TokenRefresher::get(
    std::shared_ptr<const pipeline::InstanceSettings> settings,
    std::shared_ptr<pipeline::Provider> provider,
    std::optional<Secret> rejected_access_token,
    Completion completion
) {
    Request request{
        std::move(settings),
        std::move(provider),
        std::move(rejected_access_token),
        std::move(completion),
    };
    if (usesApiKey(*request.settings)) {
        if (!request.rejected) return request.completion(TokenSet());
    } else {
        const auto stored = vault_.load(request.settings->id);
        if (stored && *stored && isUsable(request, **stored)) return request.completion(**stored);
    }
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(request));
    }
    parts_.wake();
}

TimePoint TokenRefresher::step() {
    runner_.poll();
    retryUnsaved();
    std::vector<Request> requests;
    std::vector<InstanceId> ended_waits;
    {
        const std::lock_guard lock(mutex_);
        requests.swap(queue_);
        ended_waits.swap(ended_waits_);
    }
    for (const InstanceId id : ended_waits)
        endWait(id);
    for (Request& request : requests)
        serve(std::move(request));
    dropStale();

    TimePoint next = TimePoint::max();
    for (const InstanceId id : unsaved_)
        next = std::min(next, entries_.at(id).not_before);
    return next;
}

void TokenRefresher::serve(Request request) {
    const observe::LogTraceScope scope(request.trace);
    const pipeline::InstanceSettings& settings = *request.settings;
    const auto entry = entries_.find(settings.id);
    if (entry != entries_.end() && !entry->second.waiters.empty()) {
        entry->second.waiters.push_back(std::move(request));
        return;
    }
    if (usesApiKey(settings)) return request.completion(fail(refuseKey(settings)));
    const auto stored = vault_.load(settings.id);
    if (!stored) {
        return request.completion(fail(
            Error(stored.error()).withContext(fmt::format("tokens of instance {}", settings.name))
        ));
    }
    if (*stored && isUsable(request, **stored)) return request.completion(**stored);
    if (entry != entries_.end() && isWaiting(entry->second, settings)) {
        const Milliseconds left = entry->second.not_before - parts_.clock.now();
        return request.completion(fail(Error(ErrorCode::Unavailable, entry->second.last_error, left)
        ));
    }
    if (!*stored || (*stored)->refresh_token.empty()) {
        const std::string_view why =
            *stored ? "the access token has ended and the provider gave no refresh token"
                    : "there are no tokens";
        return request.completion(fail(verdicts_.revoke(settings, why)));
    }
    refresh(std::move(request), **stored);
}

void TokenRefresher::refresh(Request request, const TokenSet& tokens) {
    const InstanceId id = request.settings->id;
    const auto provider = request.provider;
    const auto account = request.settings->providerAccount(provider->options().base_urls);
    Entry& entry = entries_[id];
    const std::size_t access = pipeline::accessMark(request.settings->configuration);
    if (entry.access != access) entry.failures = 0;
    entry.access = access;
    entry.before = tokens;
    entry.waiters.push_back(std::move(request));

    auto operation = provider->startRefresh(account, tokens);
    if (!operation) return finish(id, fail(std::move(operation.error())));
    // May finish within this call: nothing of the entry is used after it.
    runner_.start(std::move(*operation), [this, id](auto result) {
        finish(id, std::move(result));
    });
}

void TokenRefresher::finish(InstanceId id, Result<pipeline::OperationResult> result) {
    // Taken out first: a completion may ask for the same instance again.
    const auto found = entries_.find(id);
    Entry entry = std::move(found->second);
    entries_.erase(found);
    std::vector<Request> waiters = std::move(entry.waiters);
    entry.waiters.clear();

    if (isSuperseded(id, entry)) {
        // Authorized anew meanwhile: what this refresh says is about the consent before that one.
        for (Request& waiter : waiters)
            serve(std::move(waiter));
        return;
    }
    if (result && (!result->tokens || result->tokens->access_token.empty())) {
        result = fail(ErrorCode::Internal, "the plugin's refresh gave no access token");
    }
    const auto settings = waiters.front().settings;
    const std::size_t access = entry.access;
    const Result<TokenSet> answer =
        result ? finishRefreshed(id, std::move(entry), std::move(*result->tokens))
               : fail(finishFailed(*settings, std::move(entry), result.error()));
    for (Request& waiter : waiters) {
        // What failed is no answer to who came with the configuration mended.
        const bool is_meant =
            answer || pipeline::accessMark(waiter.settings->configuration) == access;
        is_meant ? waiter.completion(answer) : serve(std::move(waiter));
    }
}

Result<TokenSet> TokenRefresher::finishRefreshed(InstanceId id, Entry entry, TokenSet tokens) {
    refreshed_.add();
    // Most providers say only what is new.
    if (tokens.refresh_token.empty()) tokens.refresh_token = entry.before.refresh_token;
    if (tokens.scope.empty()) tokens.scope = entry.before.scope;
    if (tokens.account_id.empty()) tokens.account_id = entry.before.account_id;
    const Status saved = vault_.save(id, tokens);
    if (!saved) {
        entry.unsaved = std::move(tokens);
        unsaved_.insert(id);
        return fail(
            backOff(id, std::move(entry), Error(saved.error()).withContext("save new tokens"))
        );
    }
    verdicts_.clearFailure(id);
    return tokens;
}

Error TokenRefresher::finishFailed(
    const pipeline::InstanceSettings& settings, Entry entry, const Error& error
) {
    if (error.code == ErrorCode::AuthorizationRevoked) {
        revoked_.add();
        return verdicts_.revoke(settings, "consent was withdrawn or has ended: " + error.message);
    }
    if (!isConfigurationFault(error.code)) {
        failed_.add();
        if (entry.failures == 0) {
            parts_.log.warning(
                kComponent,
                "a refresh failed; it is tried again when the instance needs it",
                {{"instance", settings.name}, {"error", error.message}}
            );
        }
        return backOff(
            settings.id, std::move(entry), Error(error).withContext("refresh the access token")
        );
    }
    refused_.add();
    const std::string text = fmt::format(
        "{} refuses the app (check oauth.api.key and oauth.api.secret): {}",
        settings.connector_key,
        error.message
    );
    if (entry.failures == 0) {
        parts_.log.error(kComponent, text, {{"instance", settings.name}});
    }
    Error answer =
        backOff(settings.id, std::move(entry), Error(error.code, text, error.retry_after));
    verdicts_.recordFailure(settings.id, text, parts_.clock.now() + *answer.retry_after);
    return answer;
}

bool TokenRefresher::isSuperseded(InstanceId id, const Entry& entry) const {
    const auto stored = vault_.load(id);
    if (!stored) return false;
    return !*stored || !((*stored)->refresh_token == entry.before.refresh_token);
}

bool TokenRefresher::isUsable(const Request& request, const TokenSet& tokens) const {
    if (tokens.access_token.empty()) return false;
    if (request.rejected && *request.rejected == tokens.access_token) return false;
    if (!tokens.expires_at) return true;
    // What can't be refreshed is used to its end.
    const Milliseconds margin =
        tokens.refresh_token.empty() ? Milliseconds(0) : request.provider->options().expiry_margin;
    return parts_.clock.now() + margin < *tokens.expires_at;
}

void TokenRefresher::stop() {
    runner_.finishSteps();  // tokens that have come may be the only good ones
    runner_.dropAll();
    std::vector<Request> waiting;
    {
        const std::lock_guard lock(mutex_);
        waiting.swap(queue_);
    }
    for (auto& [id, entry] : entries_) {
        std::move(entry.waiters.begin(), entry.waiters.end(), std::back_inserter(waiting));
        entry.waiters.clear();
        // The last chance of tokens that may be the only good ones.
        if (entry.unsaved && !isSuperseded(id, entry) && !vault_.save(id, *entry.unsaved)) {
            parts_.log.error(kComponent, "new tokens are lost", {{"instance", id.value}});
        }
    }
    entries_.clear();
    unsaved_.clear();
    for (const Request& request : waiting)
        request.completion(fail(ErrorCode::Cancelled, "the hub is shutting down"));
}

}  // namespace ferry::oauth
