#include "config/connector_aliases.h"

#include "config/node_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {
namespace {

bool hasAlias(const ConnectorManifest& manifest, std::string_view name) {
    const auto& aliases = manifest.aliases;
    return std::find(aliases.begin(), aliases.end(), name) != aliases.end();
}

}  // namespace

void readAliases(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest) {
    static const auto form = Pattern::compile(  // once, and not for each of a thousand manifests
        "[a-z][a-z0-9_-]{0,63}|[1-9][0-9]{0,17}"
    );
    for (const auto& [node, alias] : itemsOf(root, "aliases")) {
        const auto say = [&, at = node](std::string message, std::string suggestion) {
            reporter.atValue(*at, Visibility::Shown, std::move(message), std::move(suggestion));
        };
        const std::string shown = alias.substr(0, 80);
        if (form && !form->matches(alias)) {
            say(fmt::format("'{}' in 'aliases' is neither a key nor a number", shown),
                "a key is small letters, digits, '-' and '_'");
        } else if (alias == manifest.key) {
            say(fmt::format("'{}' in 'aliases' is the connector's own key", shown), "leave it out");
        } else if (hasAlias(manifest, alias)) {
            say(fmt::format("'{}' stands in 'aliases' twice", shown), "leave one out");
        } else {
            manifest.aliases.push_back(alias);
        }
    }
}

const ConnectorManifest* findConnector(const ManifestSet& connectors, std::string_view name) {
    if (const auto found = connectors.find(name); found != connectors.end()) return &found->second;
    for (const auto& [key, manifest] : connectors)
        if (hasAlias(manifest, name)) return &manifest;
    return nullptr;
}

std::vector<SharedAlias> sharedAliases(
    const ManifestSet& connectors, const ConnectorManifest& manifest
) {
    std::vector<SharedAlias> shared;
    for (const std::string& alias : manifest.aliases) {
        for (const auto& [key, other] : connectors)
            if (key != manifest.key && hasAlias(other, alias)) shared.push_back({alias, &other});
    }
    return shared;
}

std::string describe(const SharedAlias& shared) {
    return fmt::format(
        "the alias '{}' is one of connector '{}' already, from {}",
        shared.alias,
        shared.other->key,
        shared.other->source
    );
}

}  // namespace ferry::config
