#include "pipeline/instance_record.h"

#include "base/json_writer.h"
#include "pipeline/instance_lookup.h"

#include <functional>

namespace ferry::pipeline {

Digest256 fingerprintOf(const InstanceDraft& draft, const SealingKey& key) {
    JsonWriter json;
    json.beginObject().field("key", draft.connector_key).key("tags").beginArray();
    for (const std::string& tag : draft.tags)
        json.string(tag);
    json.endArray().key("configuration").beginObject();
    for (const auto& [name, value] : draft.configuration)
        json.field(name, value);
    json.endObject().endObject();
    return key.fingerprint(json.view());
}

bool isCredential(std::string_view key) {
    return key == "authentication.type" || key == "code" || key == "oauth.api.key" ||
           key == "oauth.user.refresh_token" || key.ends_with(".authorization.apikey");
}

namespace {

bool isAboutEvents(std::string_view key) {
    return key.starts_with("event.");
}

}  // namespace

bool isAboutAccess(std::string_view key) {
    return key.starts_with("oauth.") || isCredential(key);
}

bool hasOwnKey(const Configuration& configuration) {
    const std::string_view type = valueOf(configuration, "authentication.type");
    return type == "apiKey" || type == "none";
}

std::size_t accessMark(const Configuration& configuration) {
    const std::hash<std::string_view> hash;
    const bool has_own_key = hasOwnKey(configuration);
    std::size_t mark = 0;
    for (const auto& [key, value] : configuration) {
        if (!isAboutAccess(key) && (!has_own_key || isAboutEvents(key))) continue;
        mark = mark * 31 + hash(key);
        mark = mark * 31 + hash(value);
    }
    return mark;
}

namespace {

/// True if the two have the same values under all keys that `counts`.
template <typename Counts>
bool areSame(const Configuration& a, const Configuration& b, Counts counts) {
    const auto counted = [&](Configuration from) {
        std::erase_if(from, [&](const auto& entry) { return !counts(entry.first); });
        return from;
    };
    return counted(a) == counted(b);
}

}  // namespace

bool sameCredentials(const Configuration& a, const Configuration& b) {
    return areSame(a, b, isCredential);
}

bool mayBeMended(const Configuration& refused, const Configuration& changed) {
    const auto counts = [](std::string_view key) { return !isAboutEvents(key); };
    return hasOwnKey(changed) && !areSame(refused, changed, counts);
}

bool sameFetching(const Configuration& a, const Configuration& b) {
    return areSame(a, b, [](std::string_view key) {
        return !key.starts_with("event.notification.");
    });
}

Status InstanceRecords::fill(Instance& instance, const InstanceDraft& draft, TimePoint now) {
    instance.name = draft.name;
    instance.connector_key = draft.connector_key;
    instance.tags = draft.tags;
    instance.source = draft.source;
    instance.sealed_configuration =
        sealConfiguration(draft.configuration, draft.name, key_, random_);
    instance.configuration_fingerprint = fingerprintOf(draft, key_);
    const auto enabled = draft.configuration.find("event.notification.enabled");
    instance.events_enabled = enabled != draft.configuration.end() && enabled->second == "true";
    instance.updated_at = now;
    FERRY_TRY_ASSIGN(instance.webhook_secret, webhookSecretOf(draft.configuration));
    FERRY_TRY_ASSIGN(instance.callback, callbackOf(draft.configuration));
    instance.callback_limits = readCallbackLimits(draft.configuration);
    return {};
}

Result<WebhookSecretId> InstanceRecords::webhookSecretOf(const Configuration& configuration) {
    // An instance that only polls has no webhooks that could be verified.
    const auto vendor = configuration.find("event.vendor.type");
    if (vendor != configuration.end() && vendor->second == "polling") return WebhookSecretId();
    auto secret = configuration.find("webhook.secret");
    if (secret == configuration.end() || secret->second.empty())
        secret = configuration.find("oauth.api.secret");
    if (secret == configuration.end() || secret->second.empty()) return WebhookSecretId();
    const auto known = secrets_.find(secret->second);
    if (known != secrets_.end()) return known->second;
    const SealedWebhookSecret sealed = sealWebhookSecret(Secret(secret->second), key_, random_);
    FERRY_TRY_ASSIGN(
        const WebhookSecretId id, instances_.internWebhookSecret(sealed.fingerprint, sealed.sealed)
    );
    secrets_.emplace(secret->second, id);
    return id;
}

Result<CallbackId> InstanceRecords::callbackOf(const Configuration& configuration) {
    const auto url = configuration.find("event.notification.callback.url");
    if (url == configuration.end() || url->second.empty()) return CallbackId();
    const auto known = callbacks_.find(url->second);
    if (known != callbacks_.end()) return known->second;
    FERRY_TRY_ASSIGN(
        const CallbackId id, instances_.internCallback(key_.fingerprint("callback\n" + url->second))
    );
    callbacks_.emplace(url->second, id);
    return id;
}

}  // namespace ferry::pipeline
