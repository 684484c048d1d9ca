#include "pipeline/instance_lookup.h"

#include "base/encoding.h"
#include "base/number_text.h"
#include "pipeline/instance_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <unordered_set>

namespace ferry::pipeline {
namespace {

// The row's id is not known before it is written, so the purpose alone is the context.
constexpr std::string_view kSealContext = "webhook-secret";
// Longest base64 of a 64-bit number, with room for nothing else.
constexpr std::size_t kInstancePartBytesMax = 28;

}  // namespace

SealedWebhookSecret sealWebhookSecret(const Secret& secret, const SealingKey& key, Random& random) {
    return {
        key.fingerprint(fmt::format("{}/{}", kSealContext, secret.reveal())),
        key.seal(secret.reveal(), kSealContext, random),
    };
}

SealedWebhookSecret sealGivenSecret(
    InstanceId instance, const Secret& secret, const SealingKey& key, Random& random
) {
    return {
        key.fingerprint(fmt::format("given-secret/{}/{}", instance.value, secret.reveal())),
        key.seal(secret.reveal(), kSealContext, random),
    };
}

std::optional<InstanceId> parseInstancePart(std::string_view part) {
    if (part.size() > kInstancePartBytesMax) return std::nullopt;
    const auto digits = base64Decode(part);
    if (!digits || digits->empty() || digits->front() < '1' || digits->front() > '9') {
        return std::nullopt;
    }
    const auto number = parseInteger(*digits);
    if (!number) return std::nullopt;
    return InstanceId(*number);
}

Result<LookupResult> InstanceLookup::byAccounts(
    std::string_view connector_key, std::span<const std::string> accounts
) {
    LookupResult result;
    std::unordered_set<InstanceId> seen;
    for (const std::string& account : accounts) {
        // Instances that are not authorised have an empty account id.
        if (account.empty()) {
            ++result.unknown_accounts;
            continue;
        }
        FERRY_TRY_ASSIGN(const auto found, instances_.findByAccount(connector_key, account));
        if (found.empty()) ++result.unknown_accounts;
        for (const store::AccountMatch& match : found) {
            if (!seen.insert(match.instance).second) continue;
            result.matches.push_back(match);
            result.accounts.push_back(account);
        }
    }
    return result;
}

Result<LookupResult> InstanceLookup::byInstance(
    std::string_view connector_key, InstanceId instance, std::span<const std::string> accounts
) {
    FERRY_TRY_ASSIGN(const auto found, instances_.find(instance));
    if (!found || found->connector_key != connector_key) {
        return fail(
            ErrorCode::NotFound, fmt::format("no instance {} of {}", instance.value, connector_key)
        );
    }
    LookupResult result;
    const auto own = std::count_if(accounts.begin(), accounts.end(), [&](const auto& account) {
        return !account.empty() && account == found->account_id;
    });
    result.unknown_accounts = accounts.size() - static_cast<std::size_t>(own);
    const bool is_meant = accounts.empty() || own > 0;
    if (is_meant && found->state == InstanceState::Running) {
        result.matches.push_back({found->id, found->verifyingSecret()});
        result.accounts.push_back(found->account_id);
    }
    return result;
}

bool InstanceLookup::polls(InstanceId instance) {
    const auto found = instances_.find(instance);
    if (!found || !*found) return false;
    const auto settings = openSettings(**found, key_);
    return settings && settings->polls.value_or(false);
}

Result<std::shared_ptr<const Secret>> InstanceLookup::webhookSecret(WebhookSecretId id) {
    {
        const std::shared_lock lock(mutex_);
        const auto found = secrets_.find(id);
        if (found != secrets_.end()) return found->second;
    }
    FERRY_TRY_ASSIGN(const std::string sealed, instances_.sealedWebhookSecret(id));
    auto opened = key_.open(sealed, kSealContext);
    if (!opened) {
        return fail(
            std::move(opened.error()).withContext(fmt::format("webhook secret {}", id.value))
        );
    }
    auto secret = std::make_shared<const Secret>(std::move(*opened));
    const std::unique_lock lock(mutex_);
    // Starting over is enough: the few that are in use come back at once.
    if (secrets_.size() >= kWebhookSecretsCachedMax) secrets_.clear();
    return secrets_.emplace(id, std::move(secret)).first->second;
}

}  // namespace ferry::pipeline
