#include "app/catalog.h"
#include "base/json_writer.h"
#include "cli/command.h"
#include "observe/log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <memory>

namespace ferry::cli {

namespace {

struct ConnectorsOptions {
    std::string key;  ///< empty: all
    bool is_json = false;
};

/// When the parameter counts, as "authentication.type is oauth2"; empty: always.
std::string conditionOf(const config::Field& field, const config::ConnectorManifest& manifest) {
    std::string condition;
    if (!field.profiles.empty()) {
        condition = fmt::format(
            "{} is {}", manifest.authentication_parameter, fmt::join(field.profiles, " or ")
        );
    }
    if (field.depends_on) {
        condition += condition.empty() ? "" : " and ";
        condition += fmt::format("{} is {}", field.depends_on->key, field.depends_on->value);
    }
    return condition;
}

void writeParameter(JsonWriter& json, const config::Field& field) {
    json.beginObject();
    json.field("key", field.key).field("name", field.title).field("description", field.description);
    json.field("type", config::valueTypeName(field.type)).field("required", field.is_required);
    json.field("secret", field.is_secret);
    if (field.default_value) json.field("default", *field.default_value);
    if (!field.example.empty()) json.field("example", field.example);
    if (!field.profiles.empty()) {
        json.key("profiles").beginArray();
        for (const std::string& profile : field.profiles)
            json.string(profile);
        json.endArray();
    }
    if (field.depends_on) {
        json.key("dependsOn").beginObject().field("key", field.depends_on->key);
        json.field("value", field.depends_on->value).endObject();
    }
    json.endObject();
}

void writeJson(const app::CatalogSnapshot& catalog, const ConnectorsOptions& options) {
    JsonWriter json;
    json.beginObject().key("connectors").beginArray();
    for (const auto& [key, manifest] : catalog.manifests) {
        if (!options.key.empty() && key != options.key) continue;
        json.beginObject();
        json.field("key", key).field("name", manifest.name).field("version", manifest.version);
        json.field("hub", manifest.hub).field("description", manifest.description);
        json.field("source", manifest.source).field("documentation", manifest.documentation_url);
        json.field("authenticationParameter", manifest.authentication_parameter);
        json.key("parameters").beginArray();
        for (const config::Field& field : manifest.parameters.fields())
            writeParameter(json, field);
        json.endArray().endObject();
    }
    json.endArray().key("refused").beginArray();
    for (const app::RefusedConnector& refused : catalog.refused) {
        json.beginObject().field("path", refused.path).field("rule", refused.rule);
        json.field("message", refused.message).endObject();
    }
    json.endArray().endObject();
    std::cout << json.view() << "\n";
}

void printParameters(const config::ConnectorManifest& manifest) {
    for (const config::Field& field : manifest.parameters.fields()) {
        std::string marks(config::valueTypeName(field.type));
        const std::string condition = conditionOf(field, manifest);
        if (field.is_required) marks += ", required";
        if (!condition.empty()) marks += field.is_required ? " when " : ", used when ";
        marks += condition;
        if (field.is_secret) marks += ", secret";
        if (field.default_value) marks += ", default " + *field.default_value;
        std::cout << fmt::format("    {:<36} {}\n", field.key, marks);
        if (!field.description.empty()) std::cout << fmt::format("        {}\n", field.description);
    }
}

void printText(const app::CatalogSnapshot& catalog, const ConnectorsOptions& options) {
    for (const auto& [key, manifest] : catalog.manifests) {
        if (!options.key.empty() && key != options.key) continue;
        std::cout << fmt::format(
            "{}  {} {} (hub: {})\n  {}\n  from {}\n  parameters:\n",
            key,
            manifest.name,
            manifest.version,
            manifest.hub,
            manifest.description,
            manifest.source
        );
        printParameters(manifest);
    }
    for (const app::RefusedConnector& refused : catalog.refused) {
        std::cout << fmt::format(
            "not loaded: {}\n  why: {} ({})\n", refused.path, refused.message, refused.rule
        );
    }
    if (catalog.manifests.empty() && catalog.refused.empty()) {
        std::cout << "no connectors: put plugin folders into the plugins folder of ferry.yaml\n";
    }
}

int listConnectors(const GlobalOptions& globals, const ConnectorsOptions& options) {
    config::HubConfig config;
    std::error_code ignored;
    const bool has_file =
        !globals.config_path.empty() || std::filesystem::exists("ferry.yaml", ignored);
    if (has_file) {
        auto loaded = loadConfig(globals);
        if (!loaded) return kExitFailed;
        config = std::move(*loaded);
    } else {
        config.plugins = {ownPlugins()};
        config.connectors = {ownConnectors()};
    }
    const SystemClock clock;
    observe::Log log(
        clock, observe::LogLevel::Error, observe::LogFormat::Text, observe::Log::standardError()
    );
    app::Catalog catalog(config, clock, log);
    catalog.load();
    const auto snapshot = catalog.snapshot();
    if (!options.key.empty() && !snapshot->manifests.contains(options.key)) {
        std::string known;
        for (const auto& [key, manifest] : snapshot->manifests)
            known += (known.empty() ? "" : ", ") + key;
        return failWith(fmt::format(
            "no connector '{}' is loaded; there is {}",
            options.key,
            known.empty() ? "none: see 'ferry connectors'" : known
        ));
    }
    if (options.is_json) {
        writeJson(*snapshot, options);
    } else {
        printText(*snapshot, options);
    }
    return kExitOk;
}

}  // namespace

void addConnectors(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command =
        app.add_subcommand("connectors", "List the connectors that load, with their parameters");
    const auto options = std::make_shared<ConnectorsOptions>();
    command->add_option("key", options->key, "Only this connector");
    command->add_flag("--json", options->is_json, "Print JSON");
    command->callback([&run, &globals, options] {
        run = [&globals, options] { return listConnectors(globals, *options); };
    });
}

}  // namespace ferry::cli
