#include "config/lint.h"

#include "app/callback_egress.h"
#include "base/json_writer.h"
#include "cli/command.h"
#include "config/diagnostic.h"
#include "config/references.h"
#include "plugin/plugin_scan.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

namespace ferry::cli {

namespace fs = std::filesystem;

namespace {

struct LintOptions {
    std::vector<std::string> files;
    bool is_json = false;
    bool is_strict = false;
    bool resolves_references = false;
};

/// The connectors that instance files are checked against: those of ferry.yaml, or the program's.
config::ManifestSet knownConnectors(const std::vector<fs::path>& plugin_folders) {
    config::ManifestSet manifests;
    for (const plugin::PluginFolder& folder : plugin::scanPluginFolders(plugin_folders).plugins) {
        config::Diagnostics ignored;  // a broken connector is reported when it is linted itself
        auto manifest = config::readManifestFile(folder.manifest, ignored);
        if (manifest) manifests.emplace(manifest->key, std::move(*manifest));
    }
    return manifests;
}

/// Judges callbacks as the hub of this configuration will.
config::CallbackCheck callbackCheck(const config::HubConfig& hub) {
    return [policy = http::EgressPolicy::standard(hub.delivery.allow_networks
            )](const config::UrlParts& url) { return app::callbackRefusal(policy, url); };
}

int lint(const GlobalOptions& globals, const LintOptions& options) {
    std::vector<fs::path> paths(options.files.begin(), options.files.end());
    std::vector<fs::path> plugin_folders{ownPlugins()};
    const fs::path hub_file = configPath(globals);
    std::error_code ignored;
    const bool is_there = fs::exists(hub_file, ignored);
    config::CallbackCheck check_callback;
    if (!is_there && !globals.config_path.empty()) return failWithoutConfig(hub_file);
    if (is_there) {
        config::Diagnostics hub_findings;
        const config::ReferenceOptions form_only{config::ReferenceMode::CheckFormOnly, {}};
        const auto hub = config::readHubConfigFile(hub_file, form_only, hub_findings);
        if (hub) {
            plugin_folders.insert(plugin_folders.begin(), hub->plugins.begin(), hub->plugins.end());
            check_callback = callbackCheck(*hub);
        }
        if (paths.empty()) {
            paths.push_back(hub_file);
            if (hub) paths.insert(paths.end(), hub->instances.begin(), hub->instances.end());
        }
    }
    if (paths.empty()) {
        return failWith("nothing to check: name files, or run it where ferry.yaml is");
    }

    config::ReferenceOptions references;
    if (!options.resolves_references) references.mode = config::ReferenceMode::CheckFormOnly;
    const config::Diagnostics found =
        config::lintFiles(paths, knownConnectors(plugin_folders), references, check_callback);
    if (options.is_json) {
        JsonWriter json;
        config::writeDiagnostics(json, found);
        std::cout << json.view() << "\n";
    } else {
        config::printDiagnostics(std::cout, found, config::SourceLines::Show);
        std::cout << fmt::format(
            "{} error{}, {} warning{}\n",
            found.errorCount(),
            found.errorCount() == 1 ? "" : "s",
            found.warningCount(),
            found.warningCount() == 1 ? "" : "s"
        );
    }
    const bool is_bad = found.hasErrors() || (options.is_strict && found.warningCount() > 0);
    return is_bad ? kExitFailed : kExitOk;
}

}  // namespace

void addLint(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand(
        "lint", "Check ferry.yaml, connector.yaml and instance files; all errors at once"
    );
    const auto options = std::make_shared<LintOptions>();
    command->add_option(
        "files", options->files, "Files or folders (default: ferry.yaml and what it names)"
    );
    command->add_flag("--json", options->is_json, "Print JSON");
    command->add_flag("--strict", options->is_strict, "Warnings fail, too");
    command->add_flag(
        "--resolve",
        options->resolves_references,
        "Resolve ${env:...} and ${file:...} here, so that their values are checked as well"
    );
    command->footer("Exit status: 0 without errors, 1 with errors, 2 if called wrongly.");
    command->callback([&run, &globals, options] {
        run = [&globals, options] { return lint(globals, *options); };
    });
}

}  // namespace ferry::cli
