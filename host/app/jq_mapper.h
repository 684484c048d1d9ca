#pragma once
// What connectors with a program of jq have beside their plugin: a process of their own that runs
// it.

#include "config/connector_manifest.h"
#include "config/hub_config.h"
#include "config/lint.h"
#include "isolation/isolated_plugin.h"
#include "plugin/folder_signature.h"
#include "plugin/plugin_log.h"

#include <filesystem>
#include <memory>

namespace ferry::app {

/// The plugin that runs the programs, a library that needs libjq.
inline constexpr const char* kJqPlugin = "declarative_jq";

struct JqMapper {
    std::shared_ptr<isolation::IsolatedPlugin> process;
    std::shared_ptr<pipeline::Provider> provider;
};

/// Starts the process and has the program compiled there. `isolation` says where ferry-plugin-host
/// is; `log` and `clock` outlive the mapper. Refusals: those of a library in a process of its own;
/// create-failed, with "line <n>: jq: " before what is wrong with the program.
plugin::Loaded<JqMapper> startJqMapper(
    const config::ConnectorManifest& manifest,
    const std::filesystem::path& library,
    const plugin::SignaturePolicy& policy,
    const isolation::IsolationOptions& isolation,
    plugin::PluginLog& log,
    const Clock& clock
);

/// Compiles the programs of connectors with the library that is in the plugins folders of `config`,
/// which outlives it.
config::ProgramCheck jqCheck(const config::HubConfig& config);

}  // namespace ferry::app
