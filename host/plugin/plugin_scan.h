#pragma once
// What lies in the plugins folders: found by name alone, nothing is opened.

#include "plugin/refusal.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ferry::plugin {

/// A folder that holds a connector.yaml. Which library belongs to it, the manifest says.
struct PluginFolder {
    std::filesystem::path folder;
    std::filesystem::path manifest;
    std::vector<std::filesystem::path> libraries;  ///< *.so in it, sorted

    /// The library that the manifest names. Refusals: library-outside if `file_name` is not a plain
    /// name, library-missing if there is no such file.
    Loaded<std::filesystem::path> library(const std::string& file_name) const;
};

struct ScanProblem {
    std::filesystem::path path;
    Refusal refusal;
};

struct ScanResult {
    std::vector<PluginFolder> plugins;  ///< sorted by folder, in the order of the roots
    std::vector<ScanProblem> problems;
};

/// Looks one level deep into each of `roots`. Names that begin with a dot are passed over, and so
/// are plain files but for parts of plugins. Problems: folder-unreadable, manifest-missing,
/// folder-missing.
ScanResult scanPluginFolders(const std::vector<std::filesystem::path>& roots);

}  // namespace ferry::plugin
