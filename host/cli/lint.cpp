#include "config/lint.h"

#include "api/callback_egress.h"
#include "app/jq_mapper.h"
#include "app/key_file.h"
#include "base/json_writer.h"
#include "cli/command.h"
#include "config/hub_config.h"
#include "config/instance_file.h"
#include "config/references.h"
#include "config/yaml_document.h"

#include <unistd.h>

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

/// Judges callbacks as the hub of this configuration will.
config::CallbackCheck callbackCheck(const config::HubConfig& hub) {
    return [policy = http::EgressPolicy::standard(hub.delivery.allow_networks
            )](const config::UrlParts& url) { return api::callbackDoubt(policy, url); };
}

/// What the start of the hub says of a key file. Of one that this user may not read nothing can be
/// told: the hub may run as another one.
std::optional<std::string> keyFileFault(const fs::path& path) {
    if (::access(path.c_str(), R_OK) != 0) return std::nullopt;
    const auto key = app::readKeyFile(path);
    if (key) return std::nullopt;
    return key.error().message;
}

/// Where the connectors are that come with the program.
config::HubConfig ownFolders() {
    config::HubConfig own;
    own.plugins = {ownPlugins()};
    own.connectors = {ownConnectors()};
    return own;
}

/// What a hub is checked against, and what is checked if no files are named.
struct LintPlan {
    config::HubConfig hub = ownFolders();  ///< for its folders of connectors
    config::CallbackCheck check_callback;  ///< none if the hub's own rules can't be told
    std::vector<fs::path> paths;
};

LintPlan planFor(const fs::path& hub_file) {
    LintPlan plan;
    plan.paths.push_back(hub_file);
    config::YamlDocument document;
    config::Diagnostics findings;  // told when the file is linted itself
    if (!config::parseYamlFile(hub_file, document, findings)) return plan;
    const config::ReferenceOptions form_only{config::ReferenceMode::CheckFormOnly, {}};
    plan.hub = withOwnFolders(config::readHubConfigAsFarAsGood(document, form_only, findings));
    if (!findings.hasErrors()) plan.check_callback = callbackCheck(plan.hub);
    // One that is named and not there is told where it is named.
    const bool are_named = document.root.find("instances") != nullptr;
    for (const fs::path& path : plan.hub.instances) {
        std::error_code ignored;
        if (!are_named || fs::exists(path, ignored)) plan.paths.push_back(path);
    }
    return plan;
}

int lint(const GlobalOptions& globals, const LintOptions& options) {
    const fs::path hub_file = configPath(globals);
    std::error_code ignored;
    const bool is_there = fs::exists(hub_file, ignored);
    if (!is_there && !globals.config_path.empty()) return failWithoutConfig(hub_file);
    const LintPlan plan = is_there ? planFor(hub_file) : LintPlan();
    const bool is_whole_hub = options.files.empty();
    const std::vector<fs::path> named(options.files.begin(), options.files.end());
    const std::vector<fs::path>& paths = is_whole_hub ? plan.paths : named;
    if (paths.empty()) {
        return failWith("nothing to check: name files, or run it where ferry.yaml is");
    }

    config::ReferenceOptions references;
    if (!options.resolves_references) references.mode = config::ReferenceMode::CheckFormOnly;
    config::Diagnostics of_plugins;
    const config::ManifestSet connectors = knownConnectors(plan.hub, of_plugins);
    config::Diagnostics of_paths;
    if (!is_whole_hub && config::expandPaths(paths, of_paths).empty() && of_paths.items().empty()) {
        return failWith("nothing to check: there is no .yaml or .yml file in what is named");
    }
    config::Diagnostics found = config::lintFiles(
        paths, connectors, references, plan.check_callback, keyFileFault, app::jqCheck(plan.hub)
    );
    if (is_whole_hub) found.addAll(std::move(of_plugins));
    const bool is_bad = found.hasErrors() || (options.is_strict && found.warningCount() > 0);
    if (options.is_json) {
        found.sort();
        JsonWriter json;
        config::writeDiagnostics(json, found);
        std::cout << json.view() << "\n";
    } else {
        printFindings(std::cout, std::move(found));
    }
    return is_bad ? kExitFailed : kExitOk;
}

}  // namespace

void addLint(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand(
        "lint", "Check ferry.yaml, connector.yaml and instance files; all errors at once"
    );
    const auto options = std::make_shared<LintOptions>();
    command->add_option(
        "files",
        options->files,
        "Files or folders (default: ferry.yaml and what it names, plugins included)"
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
