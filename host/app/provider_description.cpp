#include "app/provider_description.h"

namespace ferry::app {

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
