// What is different between two readings of ferry.yaml, in its own words.

#include "config/hub_config.h"
#include "config/own_address.h"

#include <fmt/format.h>

#include <set>

namespace ferry::config {

namespace {

void addProviderChanges(
    const HubConfig& before, const HubConfig& after, std::vector<std::string>& keys
) {
    std::set<std::string> names;
    for (const HubConfig* config : {&before, &after}) {
        for (const auto& entry : config->providers)
            names.insert(entry.first);
    }
    for (const std::string& name : names) {
        const ProviderConfig was = before.provider(name);
        const ProviderConfig is = after.provider(name);
        const auto add = [&](bool is_different, const char* key) {
            if (is_different) keys.push_back(fmt::format("providers.{}.{}", name, key));
        };
        add(was.base_urls != is.base_urls, "base_urls");
        add(was.poll_interval != is.poll_interval, "poll_interval");
    }
}

/// The key file where nobody says otherwise: it moves along with the data folder.
bool hasKeyBesideData(const HubConfig& config) {
    return config.key_file == config.data_dir / "master.key";
}

/// The address where nobody says otherwise: it moves along with the one the hub listens on.
bool hasUrlOfListen(const HubConfig& config) {
    return config.public_url == localUrl(config.listen_host, config.listen_port);
}

}  // namespace

std::vector<std::string> changedKeys(const HubConfig& before, const HubConfig& after) {
    std::vector<std::string> keys;
    const auto add = [&](bool is_different, const char* key) {
        if (is_different) keys.emplace_back(key);
    };
    const bool is_key_moved =
        before.key_file != after.key_file && !(hasKeyBesideData(before) && hasKeyBesideData(after));
    const bool is_url_changed =
        before.public_url != after.public_url && !(hasUrlOfListen(before) && hasUrlOfListen(after));
    const DeliveryConfig& was = before.delivery;
    const DeliveryConfig& is = after.delivery;
    add(is_url_changed, "public_url");
    add(before.listen_host != after.listen_host || before.listen_port != after.listen_port,
        "listen");
    add(before.data_dir != after.data_dir, "data_dir");
    add(before.plugins != after.plugins, "plugins");
    add(before.connectors != after.connectors, "connectors");
    add(before.instances != after.instances, "instances");
    add(is_key_moved, "encryption.key_file");
    add(was.allow_networks != is.allow_networks, "delivery.allow_networks");
    add(!(was.proxy == is.proxy), "delivery.proxy");
    add(was.concurrency_per_callback != is.concurrency_per_callback,
        "delivery.concurrency_per_callback");
    add(was.timeout != is.timeout, "delivery.timeout");
    add(was.breaker_failures != is.breaker_failures, "delivery.breaker_failures");
    add(was.retry_schedule != is.retry_schedule, "delivery.retry_schedule");
    add(before.retention.age != after.retention.age, "retention.age");
    add(before.retention.bytes_max != after.retention.bytes_max, "retention.size");
    add(before.retention.waiting != after.retention.waiting, "retention.waiting");
    addProviderChanges(before, after, keys);
    add(before.http.threads != after.http.threads, "http.threads");
    add(before.http.body_bytes_max != after.http.body_bytes_max, "http.body_limit");
    add(!(before.api.user_secret == after.api.user_secret), "api.user_secret");
    add(!(before.api.organization_secret == after.api.organization_secret),
        "api.organization_secret");
    add(before.api.requests_per_second != after.api.requests_per_second, "api.requests_per_second");
    add(before.api.requests_burst != after.api.requests_burst, "api.requests_burst");
    add(before.api.requests_in_flight != after.api.requests_in_flight, "api.requests_in_flight");
    add(before.api.cors_origins != after.api.cors_origins, "api.cors_origins");
    add(before.logging.level != after.logging.level, "logging.level");
    add(before.logging.format != after.logging.format, "logging.format");
    const OperatorConfig& told = before.operator_notices;
    const OperatorConfig& tells = after.operator_notices;
    add(told.callback_url != tells.callback_url, "operator.callback_url");
    add(!(told.signature_key == tells.signature_key), "operator.signature_key");
    add(told.failing_after != tells.failing_after, "operator.failing_after");
    add(before.plugin_signatures.trusted_keys != after.plugin_signatures.trusted_keys,
        "plugin_signatures.trusted_keys");
    add(before.plugin_signatures.require_signed != after.plugin_signatures.require_signed,
        "plugin_signatures.require_signed");
    add(before.plugin_isolation != after.plugin_isolation, "plugin_isolation");
    return keys;
}

}  // namespace ferry::config
