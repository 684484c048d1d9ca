#pragma once
// What lies in the plugins folders: found by name alone, nothing is opened.

#include "plugin/refusal.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::plugin {

/// A connector: a folder that holds a connector.yaml, or a file in a connectors folder. Which
/// library belongs to it, the manifest says.
struct PluginFolder {
    std::filesystem::path folder;  ///< or the file
    std::filesystem::path manifest;
    std::vector<std::filesystem::path> libraries;  ///< *.so in it, sorted
};

struct ScanProblem {
    std::filesystem::path path;
    Refusal refusal;
};

struct ScanResult {
    std::vector<PluginFolder> plugins;  ///< sorted by folder, in the order of the roots
    /// Libraries that any connector may name, by the name of their folder: lib<name>.so in a
    /// plugin folder without a connector.yaml.
    std::map<std::string, std::filesystem::path> shared;
    std::vector<ScanProblem> problems;

    /// The library that a manifest names: a file in the connector's folder, or the name of a shared
    /// one. Refusals: library-outside if `name` is not a plain name, library-missing if there is no
    /// such file.
    Loaded<std::filesystem::path> library(const PluginFolder& connector, const std::string& name)
        const;
};

/// Why a folder without a connector.yaml is refused.
Refusal manifestMissing(const std::filesystem::path& folder);

/// Looks one level deep into each of `plugin_roots` for folders, and into each of `connector_roots`
/// for *.yaml files, of which those that are not there are passed over. So are names that begin
/// with a dot, and plain files in `plugin_roots` but for parts of plugins. Problems:
/// folder-unreadable, manifest-missing, folder-missing, connector-name.
ScanResult scanConnectors(
    const std::vector<std::filesystem::path>& plugin_roots,
    const std::vector<std::filesystem::path>& connector_roots
);

}  // namespace ferry::plugin
