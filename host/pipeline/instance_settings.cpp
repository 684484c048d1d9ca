#include "pipeline/instance_settings.h"

#include "base/duration_text.h"
#include "base/json_writer.h"
#include "base/number_text.h"
#include "pipeline/callback_body.h"

#include <rapidjson/document.h>

namespace ferry::pipeline {
namespace {

std::string sealContext(std::string_view instance_name) {
    return "configuration/" + std::string(instance_name);
}

bool isTrue(std::string_view text) {
    return text == "true";
}

/// A duration; a number alone is minutes, as callers of Open Connectors send it.
std::optional<Milliseconds> parseRefreshInterval(std::string_view text) {
    if (const auto minutes = parseInteger(text)) return std::chrono::minutes(*minutes);
    return parseDuration(text);
}

}  // namespace

std::string sealConfiguration(
    const Configuration& configuration,
    std::string_view instance_name,
    const SealingKey& key,
    Random& random
) {
    JsonWriter json;
    json.beginObject();
    for (const auto& [name, value] : configuration)
        json.field(name, value);
    json.endObject();
    return key.seal(json.view(), sealContext(instance_name), random);
}

Result<Configuration> openConfiguration(
    std::string_view sealed, std::string_view instance_name, const SealingKey& key
) {
    FERRY_TRY_ASSIGN(const Secret plain, key.open(sealed, sealContext(instance_name)));
    rapidjson::Document document;
    document.Parse(plain.reveal().data(), plain.reveal().size());
    if (document.HasParseError() || !document.IsObject()) {
        return fail(ErrorCode::Corrupt, "stored configuration is not a JSON object");
    }
    Configuration configuration;
    for (const auto& member : document.GetObject()) {
        if (!member.value.IsString()) {
            return fail(ErrorCode::Corrupt, "stored configuration holds a value that is no text");
        }
        configuration.emplace(
            std::string(member.name.GetString(), member.name.GetStringLength()),
            std::string(member.value.GetString(), member.value.GetStringLength())
        );
    }
    return configuration;
}

std::string_view valueOf(const Configuration& configuration, std::string_view key) {
    const auto found = configuration.find(key);
    return found == configuration.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view InstanceSettings::value(std::string_view key) const {
    return valueOf(configuration, key);
}

std::string_view reasonToWait(const InstanceSettings& settings) noexcept {
    if (settings.state == InstanceState::Disabled) return "the instance is disabled";
    if (!settings.events_enabled) return "event.notification.enabled is false";
    if (settings.callback_url.empty()) return "event.notification.callback.url is not set";
    return {};
}

bool takesCallbacks(const Instance& instance) noexcept {
    return instance.state != InstanceState::Disabled && instance.events_enabled &&
           instance.callback;
}

ProviderAccount InstanceSettings::providerAccount(
    std::vector<std::pair<std::string, std::string>> base_urls
) const {
    ProviderAccount account;
    account.account_id = account_id;
    account.account_state = account_state;
    account.configuration.assign(configuration.begin(), configuration.end());
    account.base_urls = std::move(base_urls);
    return account;
}

SigningKey hubSigningKey(const SealingKey& key, std::string_view instance_name) {
    SigningKey out;
    out.ed25519 =
        Ed25519Key::fromSeed(key.derive("callback signature/" + std::string(instance_name)).reveal()
        );
    return out;
}

Result<InstanceSettings> openSettings(const Instance& instance, const SealingKey& key) {
    auto configuration = openConfiguration(instance.sealed_configuration, instance.name, key);
    if (!configuration) {
        return fail(std::move(configuration.error()).withContext("instance " + instance.name));
    }
    InstanceSettings settings;
    settings.id = instance.id;
    settings.name = instance.name;
    settings.connector_key = instance.connector_key;
    settings.tags = instance.tags;
    settings.account_id = instance.account_id;
    settings.account_state = instance.account_state;
    settings.state = instance.state;
    settings.callback = instance.callback;
    settings.configuration = std::move(*configuration);
    settings.events_enabled = instance.events_enabled;
    settings.callback_url = settings.value("event.notification.callback.url");
    settings.signing_keys = readSigningKeys(settings.value("event.notification.signature.key"));
    if (isTrue(settings.value("event.notification.signature.asymmetric"))) {
        settings.signing_keys.push_back(hubSigningKey(key, settings.name));
    }
    settings.format = findCallbackFormat(
        settings.value("event.notification.format"),
        settings.value("event.notification.cloudevents.mode")
    );
    settings.repeats_raw = settings.value("event.notification.raw") == "all";
    if (settings.value("event.notification.moves") == "deleted-created") {
        settings.moves = MoveReporting::DeletedCreated;
    }
    if (settings.value("event.notification.restores") == "updated") {
        settings.restores = RestoreReporting::Updated;
    }
    if (const auto window = parseDuration(settings.value("event.move.window"))) {
        settings.move_window = *window;
    }
    settings.poll_interval = parseDuration(settings.value("event.poll.interval"));
    const std::string_view vendor = settings.value("event.vendor.type");
    if (!vendor.empty()) settings.polls = vendor == "polling";
    settings.poll_min = parseRefreshInterval(settings.value("event.poller.refresh_interval"));
    settings.poll_max = parseDuration(settings.value("event.poller.max_interval"));
    settings.delivery = readDeliverySettings(settings.configuration);
    settings.reports_baseline = isTrue(settings.value("event.baseline"));
    return settings;
}

}  // namespace ferry::pipeline
