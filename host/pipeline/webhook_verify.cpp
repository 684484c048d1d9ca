// Of WebhookReceiver: whose secret signed a notification.

#include "pipeline/webhook_receiver.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace ferry::pipeline {
namespace {

/// Instances that are looked at to say why a webhook was refused: each is read and opened.
constexpr std::size_t kPollsLookedAt = 4;

/// The signature is not that of this secret; any other code means that nobody knows.
bool saysWrongSignature(ErrorCode code) {
    return code == ErrorCode::Unauthenticated || code == ErrorCode::PermissionDenied ||
           code == ErrorCode::InvalidArgument;
}

/// Distinct secrets of the matches, those of most instances first.
std::vector<WebhookSecretId> secretsByMatches(std::span<const store::AccountMatch> matches) {
    std::map<WebhookSecretId, std::size_t> counts;
    for (const auto& match : matches) {
        if (match.webhook_secret) ++counts[match.webhook_secret];
    }
    std::vector<std::pair<WebhookSecretId, std::size_t>> ranked(counts.begin(), counts.end());
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    ranked.resize(std::min(ranked.size(), kNotificationSecretsMax));
    std::vector<WebhookSecretId> secrets;
    for (const auto& entry : ranked)
        secrets.push_back(entry.first);
    return secrets;
}

}  // namespace

WebhookReceiver::Verified WebhookReceiver::verify(
    Provider& provider, std::span<const store::AccountMatch> matches, const http::Request& request
) {
    Verified verified;
    std::unordered_set<WebhookSecretId> signers;
    for (const WebhookSecretId id : secretsByMatches(matches)) {
        const auto secret = parts_.lookup.webhookSecret(id);
        if (!secret) {
            verified.fault = secret.error();
            continue;
        }
        // An empty key would verify what anybody can sign.
        if ((*secret)->empty()) continue;
        const Status status = provider.verifySignature(request, **secret);
        if (status) {
            signers.insert(id);
        } else if (!saysWrongSignature(status.error().code)) {
            verified.fault = status.error();
        }
    }
    for (const store::AccountMatch& match : matches) {
        if (!match.webhook_secret) {
            ++verified.without_secret;
        } else if (signers.contains(match.webhook_secret)) {
            verified.instances.push_back(match.instance);
        }
    }
    return verified;
}

/// True if it is certain that no secret of the hub made the signature: all of them were tried.
bool WebhookReceiver::isSignedByNobody(Provider& provider, const http::Request& request) {
    const auto secrets = parts_.lookup.webhookSecrets(kNotificationSecretsMax + 1);
    if (!secrets || secrets->empty() || secrets->size() > kNotificationSecretsMax) return false;
    return std::ranges::all_of(*secrets, [&](WebhookSecretId id) {
        const auto secret = parts_.lookup.webhookSecret(id);
        if (!secret) return false;
        if ((*secret)->empty()) return true;
        const Status status = provider.verifySignature(request, **secret);
        return !status && saysWrongSignature(status.error().code);
    });
}

std::string_view WebhookReceiver::whyNoSecret(std::span<const store::AccountMatch> matches) {
    const auto some = matches.first(std::min(matches.size(), kPollsLookedAt));
    const bool polls = std::all_of(some.begin(), some.end(), [&](const auto& match) {
        return parts_.lookup.polls(match.instance);
    });
    return polls ? "the instances of this account poll, as their event.vendor.type says, and take "
                   "no webhooks"
                 : "the instances of this account have no app secret to verify the signature with";
}

/// Null if the instance has none, or the store does not tell: then no challenge is answered.
std::shared_ptr<const Secret> WebhookReceiver::secretOf(
    const Provider& provider, InstanceId instance
) {
    const auto found = parts_.lookup.byInstance(provider.key(), instance, {});
    if (!found || found->matches.empty() || !found->matches.front().webhook_secret) return nullptr;
    auto secret = parts_.lookup.webhookSecret(found->matches.front().webhook_secret);
    return secret ? std::move(*secret) : nullptr;
}

}  // namespace ferry::pipeline
