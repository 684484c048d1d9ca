// ferry schema: what editors complete and check files by.

#include "cli/command.h"
#include "config/json_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <memory>

namespace ferry::cli {

namespace {

struct SchemaOptions {
    std::string document;
    std::vector<std::string> connectors;
};

int printInstancesSchema(const GlobalOptions& globals, const SchemaOptions& options) {
    config::ManifestSet known;
    if (!options.connectors.empty()) {
        std::error_code ignored;
        config::HubConfig hub = withOwnFolders({});
        if (!globals.config_path.empty() || std::filesystem::exists(configPath(globals), ignored)) {
            auto loaded = loadConfig(globals);
            if (!loaded) return kExitFailed;
            hub = std::move(*loaded);
        }
        config::Diagnostics problems;  // of connectors that may not be asked for
        known = knownConnectors(hub, problems);
    }
    std::vector<const config::ConnectorManifest*> chosen;
    for (const std::string& key : options.connectors) {
        const auto found = known.find(key);
        if (found == known.end()) {
            std::vector<std::string_view> keys;
            for (const auto& entry : known)
                keys.emplace_back(entry.first);
            return failWith(
                fmt::format("there is no connector '{}'; there are {}", key, fmt::join(keys, ", "))
            );
        }
        chosen.push_back(&found->second);
    }
    std::cout << config::instancesSchema(chosen) << "\n";
    return kExitOk;
}

int printSchema(const GlobalOptions& globals, const SchemaOptions& options) {
    if (options.document == "instances") return printInstancesSchema(globals, options);
    if (!options.connectors.empty()) {
        failWith("--connector is for 'ferry schema instances'");
        return kExitUsage;
    }
    std::cout << (options.document == "hub" ? config::hubConfigSchema() : config::connectorSchema())
              << "\n";
    return kExitOk;
}

}  // namespace

void addSchema(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand(
        "schema", "Print the JSON Schema of connectors, instance files or ferry.yaml, for editors"
    );
    const auto options = std::make_shared<SchemaOptions>();
    command->add_option("document", options->document, "connector, instances or hub")
        ->required()
        ->check(CLI::IsMember({"connector", "instances", "hub"}));
    command
        ->add_option(
            "--connector",
            options->connectors,
            "Of instances: with the parameters of this connector, and of no others; may come again"
        )
        ->type_name("KEY")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->footer("In a file: # yaml-language-server: $schema=connector.schema.json");
    command->callback([&run, &globals, options] {
        run = [&globals, options] { return printSchema(globals, *options); };
    });
}

}  // namespace ferry::cli
