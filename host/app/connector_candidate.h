#pragma once
// What is in a connector's folder or file now, as far as that can be told before any of its code
// runs in this process.

#include "base/file_stamp.h"
#include "config/connector_manifest.h"
#include "plugin/plugin_library.h"
#include "plugin/plugin_scan.h"

#include <filesystem>
#include <optional>
#include <string>

namespace ferry::app {

/// Of the files of a connector, to see that they have changed.
struct ConnectorStamps {
    FileStamp manifest;
    FileStamp library;

    bool operator==(const ConnectorStamps&) const = default;
};

/// A trial that hung: it takes seconds, and would again as long as the files are the same.
struct HungTrial {
    ConnectorStamps stamps;
    plugin::Refusal refusal;
};

/// What is known of a folder from before.
struct KnownConnector {
    const ConnectorStamps* stamps = nullptr;              ///< null: it serves no connector
    const config::ConnectorManifest* manifest = nullptr;  ///< with `stamps`
    const HungTrial* hung = nullptr;
};

struct ConnectorCandidate {
    std::string key;  ///< of the manifest; of the name of the folder if that can't be read
    ConnectorStamps stamps;
    std::optional<config::ConnectorManifest> manifest;
    std::filesystem::path library;
    /// Of a library of its own: ready to be loaded.
    std::optional<plugin::PluginCandidate> plugin;
    bool is_unchanged = false;  ///< what is known from before goes for it
    std::optional<plugin::Refusal> refusal;
};

/// What the library beside this manifest has to be.
plugin::LoadRequest loadRequest(
    const config::ConnectorManifest& manifest, const std::filesystem::path& library
);

/// Reads, checks and tries what is in `folder`, but for what is unchanged. Blocks for the trial of
/// a library of its own. Threads: any, several at once.
ConnectorCandidate examineConnector(
    const plugin::ScanResult& found,
    const plugin::PluginFolder& folder,
    const KnownConnector& before,
    const plugin::ProbeOptions& probe
);

}  // namespace ferry::app
