// ferry.yaml against the connectors that are there.
#include "config/hub_config.h"
#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {

bool HubConfig::isIsolated(std::string_view plugin) const {
    return std::any_of(plugin_isolation.begin(), plugin_isolation.end(), [&](const auto& id) {
        return id == "*" || id == plugin;
    });
}

bool HubConfig::isReplacement(
    const std::filesystem::path& other, const std::filesystem::path& manifest
) const {
    const auto isIn = [](const std::filesystem::path& inner, const std::filesystem::path& outer) {
        std::error_code ignored;
        return !outer.empty() && std::filesystem::equivalent(inner, outer, ignored);
    };
    const auto isOwn = [&](const std::filesystem::path& file) {
        const std::filesystem::path folder = file.parent_path();
        return isIn(folder.parent_path(), own_plugins) || isIn(folder, own_connectors);
    };
    return isOwn(manifest) && !isOwn(other);
}

namespace {

/// One with a slip in its name runs in the hub.
void checkIsolation(
    const YamlDocument& document, const ManifestSet& connectors, Reporter& reporter
) {
    std::vector<std::string_view> ids;
    for (const auto& [key, manifest] : connectors)
        ids.push_back(manifest.pluginId());
    for (const auto& [node, id] : itemsOf(document.root, "plugin_isolation")) {
        if (id == "*" || std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
        reporter.warnAtKey(
            *node, fmt::format("there is no plugin '{}'", id.substr(0, 128)), didYouMean(id, ids)
        );
    }
}

}  // namespace

void checkProviders(const YamlDocument& document, const ManifestSet& connectors, Diagnostics& out) {
    Reporter reporter(*document.source, out);
    checkIsolation(document, connectors, reporter);
    const YamlNode* providers = document.root.find("providers");
    if (providers == nullptr) return;
    std::vector<std::string_view> keys;
    for (const auto& entry : connectors)
        keys.push_back(entry.first);
    for (std::size_t entry = 0; entry < providers->entryCount(); ++entry) {
        const YamlNode& key = providers->key(entry);
        const auto connector = connectors.find(key.text);
        if (connector == connectors.end()) {
            reporter.atKey(
                key,
                fmt::format("there is no connector '{}'", key.text.substr(0, 128)),
                didYouMean(key.text, keys)
            );
            continue;
        }
        const YamlNode* urls = providers->value(entry).find("base_urls");
        std::vector<std::string_view> names;
        for (const auto& url : connector->second.base_urls)
            names.push_back(url.first);
        for (std::size_t at = 0; urls != nullptr && at < urls->entryCount(); ++at) {
            const YamlNode& name = urls->key(at);
            if (connector->second.base_urls.count(name.text) != 0) continue;
            reporter.atKey(
                name,
                fmt::format(
                    "the connector '{}' has no base URL '{}'", key.text, name.text.substr(0, 128)
                ),
                didYouMean(name.text, names)
            );
        }
    }
}

}  // namespace ferry::config
