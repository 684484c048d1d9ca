#include "app/provider_description.h"

#include "config/declarative_reader.h"

namespace ferry::app {

namespace {

/// Of connectors without code: their plugin can do more than each of them says.
void describeFeed(const config::ConnectorManifest& manifest, pipeline::ProviderOptions& options) {
    using pipeline::Feed;
    if (!manifest.polling) {
        options.feed = Feed::Brought;
        return;
    }
    options.feed = manifest.brings_changes ? Feed::Either : Feed::Fetched;
    pipeline::PollingOptions& polling = options.polling.emplace();
    polling.interval_min = manifest.polling->interval_min;
    polling.interval_max = manifest.polling->interval_max;
    polling.can_list = manifest.polling->can_list;
    polling.lists_by_number = manifest.polling->lists_by_number;
    polling.is_default = manifest.webhook == config::WebhookScope::None;
    if (manifest.polling->rate_requests > 0)
        polling.rate = {manifest.polling->rate_requests, manifest.polling->rate_period};
}

}  // namespace

plugin::ProviderDescription describeProvider(
    const config::ConnectorManifest& manifest, const config::HubConfig& config
) {
    plugin::ProviderDescription description;
    description.key = manifest.key;
    description.hub = manifest.hub;
    description.egress = manifest.egress;
    const config::ProviderConfig overrides = config.provider(manifest.key);
    for (const auto& [name, url] : manifest.base_urls) {
        const auto found = overrides.base_urls.find(name);
        description.options.base_urls.emplace_back(
            name, found == overrides.base_urls.end() ? url : found->second
        );
    }
    description.options.poll_interval = overrides.poll_interval;
    if (manifest.plugin == config::kDeclarativePlugin) {
        describeFeed(manifest, description.options);
        description.registers_webhooks = manifest.registers_webhooks;
        description.options.signs_challenges = manifest.signs_challenges;
        description.options.uses_client_credentials = manifest.uses_client_credentials;
    }
    if (manifest.oauth2) {
        description.options.expiry_margin = manifest.oauth2->expiry_margin;
        description.options.uses_pkce = manifest.oauth2->has_pkce;
        for (const std::string& scope : manifest.oauth2->scopes) {
            if (!description.options.default_scope.empty()) {
                description.options.default_scope += ' ';
            }
            description.options.default_scope += scope;
        }
    }
    return description;
}

}  // namespace ferry::app
