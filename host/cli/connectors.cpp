#include "app/catalog.h"
#include "base/json_writer.h"
#include "cli/command.h"
#include "cli/connector_quality.h"
#include "cli/text_layout.h"
#include "observe/log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace ferry::cli {

namespace {

struct ConnectorsOptions {
    std::string key;  ///< empty: all
    bool is_json = false;
    bool is_quality = false;
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
        const std::string& value = field.depends_on->value;
        condition +=
            fmt::format("{} is {}", field.depends_on->key, value.empty() ? "given" : value);
    }
    return condition;
}

void writeTexts(JsonWriter& json, const char* name, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    json.key(name).beginArray();
    for (const std::string& text : texts)
        json.string(text);
    json.endArray();
}

void writeParameter(JsonWriter& json, const config::Field& field) {
    json.beginObject();
    json.field("key", field.key).field("name", field.title).field("description", field.description);
    json.field("type", config::valueTypeName(field.type)).field("required", field.is_required);
    json.field("secret", field.is_secret);
    if (field.default_value) json.field("default", *field.default_value);
    if (!field.example.empty()) json.field("example", field.example);
    writeTexts(json, "values", field.values);
    if (field.pattern.isSet()) json.field("pattern", field.pattern.expression());
    if (!field.pattern_message.empty()) json.field("patternMessage", field.pattern_message);
    if (field.min) json.field("min", config::boundText(field, *field.min));
    if (field.max) json.field("max", config::boundText(field, *field.max));
    writeTexts(json, "profiles", field.profiles);
    if (field.depends_on) {
        json.key("dependsOn").beginObject().field("key", field.depends_on->key);
        json.field("value", field.depends_on->value).endObject();
    }
    json.endObject();
}

bool isWanted(const std::string& key, const ConnectorsOptions& options) {
    return options.key.empty() || key == options.key;
}

void writeJson(const app::CatalogSnapshot& catalog, const ConnectorsOptions& options) {
    JsonWriter json;
    json.beginObject().key("connectors").beginArray();
    for (const auto& [key, manifest] : catalog.manifests) {
        if (!isWanted(key, options)) continue;
        json.beginObject();
        json.field("key", key).field("name", manifest.name).field("version", manifest.version);
        writeTexts(json, "aliases", manifest.aliases);
        json.field("hub", manifest.hub).field("description", manifest.description);
        json.field("source", manifest.source).field("documentation", manifest.documentation_url);
        json.field("authenticationParameter", manifest.authentication_parameter);
        json.field("jq", manifest.uses_jq);
        json.key("parameters").beginArray();
        for (const config::Field& field : manifest.parameters.fields())
            writeParameter(json, field);
        json.endArray().endObject();
    }
    json.endArray().key("refused").beginArray();
    for (const RefusedConnector& refused : catalog.refused) {
        if (!isWanted(refused.key, options)) continue;
        json.beginObject().field("key", refused.key).field("path", refused.path);
        json.field("rule", refused.rule).field("message", refused.message).endObject();
    }
    json.endArray().endObject();
    std::cout << json.view() << "\n";
}

/// What a value may be, beside its type; empty: anything.
std::string limitsOf(const config::Field& field) {
    if (!field.values.empty()) return fmt::format("one of: {}", fmt::join(field.values, ", "));
    if (field.pattern.isSet()) {
        std::string pattern = "pattern: ";
        // As one would write it: a line end would be a blank in the text.
        for (const char c : field.pattern.expression()) {
            if (c == '\n' || c == '\r')
                pattern += c == '\n' ? "\\n" : "\\r";
            else
                pattern += c;
        }
        return field.pattern_message.empty() ? pattern : field.pattern_message + "; " + pattern;
    }
    if (field.min && field.max) {
        return fmt::format(
            "{} to {}", config::boundText(field, *field.min), config::boundText(field, *field.max)
        );
    }
    if (field.min) return "at least " + config::boundText(field, *field.min);
    if (field.max) return "at most " + config::boundText(field, *field.max);
    return {};
}

void printIndented(std::string_view text, std::size_t indent) {
    if (text.empty()) return;
    std::cout << wrapped(std::string(indent, ' ').append(text), indent, outputColumns());
}

void printParameters(const config::ConnectorManifest& manifest) {
    constexpr std::size_t kMarksColumn = 41;
    for (const config::Field& field : manifest.parameters.fields()) {
        std::string marks(config::valueTypeName(field.type));
        const std::string condition = conditionOf(field, manifest);
        if (field.is_required) marks += ", required";
        if (!condition.empty()) marks += field.is_required ? " when " : ", used when ";
        marks += condition;
        if (field.is_secret) marks += ", secret";
        if (field.default_value) marks += ", default " + *field.default_value;
        std::cout << wrapped(
            fmt::format("    {:<36} {}", field.key, marks), kMarksColumn, outputColumns()
        );
        printIndented(field.description, 8);
        printIndented(limitsOf(field), 8);
        if (!field.example.empty()) printIndented("example: " + field.example, 8);
    }
}

void printText(const app::CatalogSnapshot& catalog, const ConnectorsOptions& options) {
    for (const auto& [key, manifest] : catalog.manifests) {
        if (!isWanted(key, options)) continue;
        printIndented(
            fmt::format("{}  {} {} (hub: {})", key, manifest.name, manifest.version, manifest.hub),
            0
        );
        printIndented(manifest.description, 2);
        if (!manifest.aliases.empty())
            printIndented(fmt::format("aliases: {}", fmt::join(manifest.aliases, ", ")), 2);
        if (manifest.uses_jq)
            printIndented("mapped by jq, in a process of its own; needs libjq", 2);
        printIndented("from " + manifest.source, 2);
        if (options.key.empty()) continue;
        printIndented("parameters:", 2);
        printParameters(manifest);
    }
    for (const RefusedConnector& refused : catalog.refused) {
        if (!isWanted(refused.key, options)) continue;
        printIndented("not loaded: " + refused.path, 0);
        printIndented(fmt::format("why: {} ({})", refused.message, refused.rule), 2);
    }
    if (!catalog.manifests.empty() && options.key.empty())
        std::cout << "'ferry connectors KEY' shows the parameters of one\n";
    if (catalog.manifests.empty() && catalog.refused.empty()) {
        std::cout << "no connectors: put plugin folders into the plugins folder of ferry.yaml\n";
    }
}

/// Why there is no such connector.
int failWithoutConnector(const app::CatalogSnapshot& catalog, const std::string& wanted) {
    std::string why;
    for (const RefusedConnector& refused : catalog.refused) {
        if (refused.key != wanted) continue;
        why += fmt::format("{}{} ({})", why.empty() ? "" : "; ", refused.message, refused.rule);
    }
    if (!why.empty()) return failWith(fmt::format("connector '{}' is not loaded: {}", wanted, why));
    std::string known;
    for (const auto& [key, manifest] : catalog.manifests)
        known += (known.empty() ? "" : ", ") + key;
    return failWith(fmt::format(
        "no connector '{}' is loaded; there is {}",
        wanted,
        known.empty() ? "none: see 'ferry connectors'" : known
    ));
}

/// Of each connector; fails if one of them does.
int printQuality(
    app::Catalog& catalog,
    SampleClock& clock,
    const app::CatalogSnapshot& snapshot,
    const ConnectorsOptions& options
) {
    bool is_good = true;
    JsonWriter json;
    json.beginObject().key("connectors").beginArray();
    for (const auto& [key, manifest] : snapshot.manifests) {
        if (!isWanted(key, options)) continue;
        const auto provider = catalog.find(key);
        json.beginObject().field("key", key).key("checks").beginArray();
        if (!options.is_json) std::cout << key << "\n";
        for (const QualityCheck& check : qualityOf(manifest, provider.get(), clock)) {
            is_good = is_good && check.grade != Grade::Fail;
            const std::string_view grade = gradeName(check.grade);
            json.beginObject().field("name", check.name).field("grade", grade);
            json.field("why", check.why).endObject();
            if (!options.is_json)
                printIndented(fmt::format("{:<4}  {}: {}", grade, check.name, check.why), 2);
        }
        json.endArray().endObject();
    }
    json.endArray().endObject();
    if (options.is_json) std::cout << json.view() << "\n";
    return is_good ? kExitOk : kExitFailed;
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
    SampleClock clock;
    observe::Log log(
        clock, observe::LogLevel::Error, observe::LogFormat::Text, observe::Log::standardError()
    );
    app::Catalog catalog(config, clock, log);
    catalog.load();
    const auto snapshot = catalog.snapshot();
    if (!options.key.empty() && !snapshot->manifests.contains(options.key)) {
        return failWithoutConnector(*snapshot, options.key);
    }
    if (options.is_quality) return printQuality(catalog, clock, *snapshot, options);
    if (options.is_json) {
        writeJson(*snapshot, options);
    } else {
        printText(*snapshot, options);
    }
    return kExitOk;
}

}  // namespace

void addConnectors(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand(
        "connectors", "List the connectors that load, or one with its parameters"
    );
    const auto options = std::make_shared<ConnectorsOptions>();
    command->add_option("key", options->key, "Only this connector");
    command->add_flag("--json", options->is_json, "Print JSON");
    command->add_flag(
        "--quality",
        options->is_quality,
        "Check documentation, parameters, samples and what tests have verified; exit 1 if one fails"
    );
    command->callback([&run, &globals, options] {
        run = [&globals, options] { return listConnectors(globals, *options); };
    });
}

}  // namespace ferry::cli
