#include "pipeline/callback_permissions.h"

#include "base/number_text.h"
#include "base/words.h"
#include "pipeline/callback_request.h"
#include "pipeline/delivery_policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

constexpr std::size_t kAnswerBytesMax = 64 * 1024;

std::string metaNameOf(CallbackId callback) {
    return fmt::format("callback.permission.{}", callback.value);
}

struct StoredGrant {
    std::string origin;  ///< that it was granted to
    PermissionGrant grant;
};

/// "origin asked allowed"
Result<std::optional<StoredGrant>> storedGrant(store::MetaStore& meta, CallbackId callback) {
    FERRY_TRY_ASSIGN(const auto stored, meta.get(metaNameOf(callback)));
    const auto words = wordsOf(stored ? std::string_view(*stored) : std::string_view(), ' ');
    if (words.size() != 3) return std::nullopt;
    const auto asked = parseInteger(words[1]);
    const auto allowed = parseInteger(words[2]);
    if (!asked || !allowed) return std::nullopt;
    return StoredGrant{std::string(words[0]), {*asked, *allowed}};
}

}  // namespace

Result<std::optional<std::int64_t>> allowedRate(store::MetaStore& meta, CallbackId callback) {
    FERRY_TRY_ASSIGN(const auto stored, storedGrant(meta, callback));
    if (!stored || stored->grant.allowed == 0) return std::nullopt;
    return stored->grant.allowed;
}

CallbackPermissions::CallbackPermissions(
    store::MetaStore& meta,
    http::Outbound& outbound,
    const Clock& clock,
    Random& random,
    const SealingKey& key,
    PermissionOptions options,
    Wake wake
)
    : meta_(meta),
      outbound_(outbound),
      clock_(clock),
      random_(random),
      key_(key),
      options_(std::move(options)),
      origin_(originOf(options_.public_url)),
      inbox_(std::make_shared<Inbox>()) {
    inbox_->wake = std::move(wake);
}

CallbackPermissions::~CallbackPermissions() {
    {
        const std::lock_guard lock(inbox_->mutex);
        inbox_->wake = nullptr;
        inbox_->answers.clear();
    }
    for (const auto& [callback, request] : requests_)
        outbound_.cancel(request);
}

std::optional<CallbackPermission> CallbackPermissions::permissionOf(
    const Entry& entry, std::int64_t wanted
) {
    if (!entry.grant) return std::nullopt;
    const bool is_covered = entry.grant->asked == 0 || (wanted > 0 && wanted <= entry.grant->asked);
    if (!is_covered) return std::nullopt;
    if (entry.grant->allowed == 0) return CallbackPermission{};
    return CallbackPermission{RateLimit{entry.grant->allowed, Milliseconds(60'000)}};
}

Result<CallbackPermissions::Entry*> CallbackPermissions::entryOf(CallbackId callback) {
    const auto found = entries_.find(callback);
    if (found != entries_.end()) return &found->second;
    FERRY_TRY_ASSIGN(const auto stored, storedGrant(meta_, callback));
    Entry entry;
    if (stored && stored->origin == origin_) entry.grant = stored->grant;
    if (!entry.grant) FERRY_TRY(restoreWait(callback, entry));
    return &entries_.emplace(callback, std::move(entry)).first->second;
}

Result<std::optional<CallbackPermission>> CallbackPermissions::find(
    CallbackId callback, const DeliverySettings& settings
) {
    FERRY_TRY_ASSIGN(const Entry* entry, entryOf(callback));
    return permissionOf(*entry, ratePerMinute(settings));
}

TimePoint CallbackPermissions::askAgainAt(CallbackId callback) const {
    const auto found = entries_.find(callback);
    return found == entries_.end() ? TimePoint() : found->second.ask_again_at;
}

http::OutboundRequest CallbackPermissions::makeRequest(
    CallbackId callback,
    const InstanceSettings& settings,
    const std::optional<Secret>& token,
    std::int64_t asked
) const {
    http::OutboundRequest request;
    request.method = "OPTIONS";
    request.url = settings.callback_url;
    request.response_bytes_max = kAnswerBytesMax;
    request.traffic = http::Traffic::Callback;
    request.tls = settings.delivery.tls;
    request.headers.add("User-Agent", options_.user_agent);
    for (const auto& [name, value] : settings.delivery.headers)
        request.headers.add(name, value.reveal());
    if (token) addAccessToken(request, *token);
    request.headers.add(std::string(kRequestOriginHeader), origin_);
    request.headers.add(
        "WebHook-Request-Callback",
        options_.public_url + std::string(kPermissionPath) + tokenOf(callback, asked)
    );
    if (asked > 0) request.headers.add("WebHook-Request-Rate", std::to_string(asked));
    return request;
}

void CallbackPermissions::ask(
    CallbackId callback,
    const InstanceSettings& settings,
    const std::optional<Secret>& token,
    Milliseconds timeout,
    std::uint64_t waiter
) {
    Entry& entry = entries_[callback];
    entry.waiters.push_back(waiter);
    if (entry.waiters.size() > 1) return;
    entry.asked = ratePerMinute(settings.delivery);
    http::OutboundRequest request = makeRequest(callback, settings, token, entry.asked);
    request.timeout = timeout;
    requests_[callback] = outbound_.submit(
        std::move(request),
        [inbox = inbox_, callback](http::OutboundResponse answer) {
            const std::lock_guard lock(inbox->mutex);
            if (!inbox->wake) return;
            inbox->answers.emplace_back(callback, std::move(answer));
            inbox->wake();
        }
    );
}

void CallbackPermissions::accept(CallbackId callback, Entry& entry, const PermissionGrant& grant) {
    entry.grant = grant;
    endWait(callback, entry);
}

PermissionAnswer CallbackPermissions::settle(
    CallbackId callback, Entry& entry, const http::OutboundResponse& response
) {
    PermissionAnswer answer;
    answer.callback = callback;
    answer.status = response.status;
    answer.waiters = std::move(entry.waiters);
    entry.waiters.clear();
    if (response.error == http::TransportError::Cancelled) {
        answer.is_cancelled = true;
        return answer;
    }
    const auto grant = readPermission(response, origin_, entry.asked);
    if (grant) {
        accept(callback, entry, *grant);
        unstored_.emplace_back(callback, *grant);
    } else if (entry.grant) {
        // It was asked for more than it has granted: what it has granted stays.
        entry.grant->asked = entry.asked;
    }
    answer.is_granted = entry.grant.has_value();
    if (answer.is_granted) return answer;

    Milliseconds wait = exponentialBackoff(options_.waits, ++entry.refusals, random_.unit());
    if (const auto asked = retryAfterOf(response.headers, clock_.wallNow()))
        wait = std::max(wait, *asked);
    entry.ask_again_at = answer.ask_again_at = clock_.now() + wait;
    unstored_waits_.insert(callback);
    answer.reason = grant.error().message;
    answer.is_new_reason = entry.reason != answer.reason;
    if (answer.is_new_reason) {
        if (entry.reason.empty()) {
            entry.waiting_since = clock_.now();
            beginWait(callback, entry);
        }
        entry.reason = answer.reason;
        is_list_stored_ = false;
    }
    return answer;
}

Result<std::vector<PermissionAnswer>> CallbackPermissions::takeAnswers() {
    if (!is_restored_) FERRY_TRY(restoreWaiting());
    std::vector<std::pair<CallbackId, http::OutboundResponse>> answers;
    std::vector<std::pair<CallbackId, PermissionGrant>> grants;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
        grants.swap(inbox_->grants);
    }
    for (const auto& [callback, grant] : grants) {
        accept(callback, entries_[callback], grant);
        PermissionAnswer answer;
        answer.callback = callback;
        answer.is_granted = true;
        answers_.push_back(std::move(answer));
    }
    for (const auto& [callback, response] : answers) {
        requests_.erase(callback);
        answers_.push_back(settle(callback, entries_[callback], response));
    }
    while (!unstored_.empty()) {
        FERRY_TRY(store(unstored_.back().first, unstored_.back().second));
        unstored_.pop_back();
    }
    FERRY_TRY(endUnusedWaits());
    while (!unstored_waits_.empty()) {
        FERRY_TRY(storeWait(*unstored_waits_.begin()));
        unstored_waits_.erase(unstored_waits_.begin());
    }
    if (!is_list_stored_) FERRY_TRY(storeWaiting());
    return std::exchange(answers_, {});
}

Status CallbackPermissions::store(CallbackId callback, const PermissionGrant& grant) {
    return meta_.put(
        metaNameOf(callback), fmt::format("{} {} {}", origin_, grant.asked, grant.allowed)
    );
}

}  // namespace ferry::pipeline
