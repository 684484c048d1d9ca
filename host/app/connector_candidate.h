#pragma once
// What is in a connector's folder or file now, as far as that can be told before any of its code
// runs in this process.

#include "base/file_stamp.h"
#include "config/connector_manifest.h"
#include "config/hub_config.h"
#include "plugin/folder_signature.h"
#include "plugin/plugin_library.h"
#include "plugin/plugin_scan.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace ferry::app {

/// Of the files of a connector, to see that they have changed.
struct ConnectorStamps {
    FileStamp manifest;
    FileStamp library;
    FileStamp mapper;     ///< of the library that runs its program, if it has one
    FileStamp signature;  ///< of the folder's MANIFEST, if signatures matter

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
    std::filesystem::path mapper;  ///< the library that runs its program, if it has one
    /// Of a library of its own: ready to be loaded.
    std::optional<plugin::PluginCandidate> plugin;
    /// Of a shared library: made already, unless it could not be.
    std::optional<Result<std::shared_ptr<pipeline::Provider>>> provider;
    bool is_unchanged = false;  ///< what is known from before goes for it
    std::optional<plugin::Refusal> refusal;
};

/// Whose plugins are loaded.
plugin::SignaturePolicy signaturePolicy(const config::HubConfig& config);

/// What the library that this manifest names has to be; `signature` is that of the library's
/// folder, if it is signed.
plugin::LoadRequest loadRequest(
    const config::ConnectorManifest& manifest,
    const std::filesystem::path& library,
    const std::optional<plugin::FolderSignature>& signature
);

/// The same of a library that connectors share, after a look at its folder. Refusals: those of
/// plugin::verifyFolder.
plugin::Loaded<plugin::LoadRequest> sharedRequest(
    const config::ConnectorManifest& manifest,
    const std::filesystem::path& library,
    const plugin::SignaturePolicy& policy
);

/// How new files are looked at.
struct ExaminationOptions {
    plugin::ProbeOptions probe;
    plugin::SignaturePolicy signatures;
    /// Plugins of these ids run in processes of their own, which are their trials as well.
    std::function<bool(const std::string& plugin)> is_isolated = {};

    /// All checks before the library is loaded, wherever it is to run.
    plugin::Loaded<plugin::PluginCandidate> examine(const plugin::LoadRequest& request) const;
};

/// Reads, checks and tries what is in `folder`, but for what is unchanged. Blocks for the trial of
/// a library of its own. Threads: any, several at once.
ConnectorCandidate examineConnector(
    const plugin::ScanResult& found,
    const plugin::PluginFolder& folder,
    const KnownConnector& before,
    const ExaminationOptions& options
);

}  // namespace ferry::app
