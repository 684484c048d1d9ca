#include "config/lint.h"

#include "base/ascii.h"
#include "config/connector_aliases.h"
#include "config/cut_values.h"
#include "config/hub_config.h"
#include "config/hub_parameters.h"
#include "config/instance_file.h"
#include "config/jq_reader.h"
#include "config/own_address.h"
#include "config/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace ferry::config {

namespace {

bool hasAny(const YamlNode& root, std::initializer_list<std::string_view> keys) {
    return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
        return root.find(key) != nullptr;
    });
}

/// A parameter's key, or nullptr: it stands in `configuration`, or beside it.
const YamlNode* parameterOf(const YamlNode& instance, std::string_view key) {
    const YamlNode* configuration = instance.find("configuration");
    const YamlNode* found = configuration == nullptr ? nullptr : configuration->findKey(key);
    return found == nullptr ? instance.findKey(key) : found;
}

void warnOfCallback(const YamlNode& instance, const CallbackCheck& check, Reporter& reporter) {
    const YamlNode* enabled = parameterOf(instance, "event.notification.enabled");
    if (enabled == nullptr) return;
    // The value stands behind its key.
    if (!enabled[1].is_unresolved && !parseBoolean(enabled[1].text).value_or(false)) return;
    for (const std::string_view key : kCallbackUrlKeys) {
        const YamlNode* url = parameterOf(instance, key);
        UrlParts parts;
        if (url == nullptr || url[1].is_unresolved) continue;
        if (!checkUrl(url[1].text, parts).empty()) continue;
        if (auto problem = check(parts)) {
            reporter.warnAtKey(*url, std::move(problem->message), std::move(problem->suggestion));
        }
    }
}

/// Somebody who says where events go wants them.
void warnOfSilence(const YamlNode& instance, Reporter& reporter) {
    const YamlNode* url = parameterOf(instance, kCallbackUrlKeys[0]);
    if (url == nullptr || parameterOf(instance, "event.notification.enabled") != nullptr) return;
    reporter.warnAtKey(
        *url,
        "no event is sent there: 'event.notification.enabled' is not given, which means false",
        "add 'event.notification.enabled: true', or false to say that it is meant"
    );
}

/// Nothing there takes events: each would be a dead letter in the end.
void warnOfOwnCallback(const YamlNode& instance, std::string_view public_url, Reporter& reporter) {
    for (const std::string_view key : kCallbackUrlKeys) {
        const YamlNode* url = parameterOf(instance, key);
        if (url == nullptr || url[1].is_unresolved) continue;
        if (auto problem = ownCallbackProblem(url[1].text, public_url)) {
            reporter.warnAtKey(
                *url, fmt::format("'{}' {}", key, problem->message), std::move(problem->suggestion)
            );
        }
    }
}

/// A browser that comes back to the hub has to come to the one page that takes it.
void warnOfRedirect(const YamlNode& instance, std::string_view public_url, Reporter& reporter) {
    const YamlNode* url = parameterOf(instance, "oauth.callback.url");
    if (url == nullptr || url[1].is_unresolved) return;
    constexpr std::string_view kHttp = "http://";
    constexpr std::string_view kHttps = "https://";
    if (public_url.starts_with(kHttps) && url[1].text.starts_with(kHttp)) {
        const std::string secured = std::string(kHttps) + url[1].text.substr(kHttp.size());
        if (ownAddress(secured, public_url) != OwnAddress::Elsewhere) {
            return reporter.warnAtKey(
                *url,
                "'oauth.callback.url' begins with http://, and the hub's public_url with https://",
                "write https://: providers compare it letter by letter"
            );
        }
    }
    const OwnAddress address = ownAddress(url[1].text, public_url);
    if (address != OwnAddress::NoRoute && address != OwnAddress::Beside) return;
    reporter.warnAtKey(
        *url,
        "'oauth.callback.url' is below the hub's public_url, and no page of the hub is there",
        "did you mean " + std::string(public_url) + "/oauth/callback?"
    );
}

void warnOfAddresses(
    const YamlDocument& document,
    const CallbackCheck& check,
    std::string_view public_url,
    Diagnostics& out
) {
    Reporter reporter(*document.source, out);
    const auto warn = [&](const YamlNode& instance) {
        if (check) warnOfCallback(instance, check, reporter);
        warnOfSilence(instance, reporter);
        warnOfOwnCallback(instance, public_url, reporter);
        warnOfRedirect(instance, public_url, reporter);
    };
    const YamlNode* list = document.root.find("instances");
    if (list == nullptr) return warn(document.root);
    for (const YamlNode& instance : list->children)
        warn(instance);
}

}  // namespace

DocumentKind recogniseDocument(const YamlDocument& document) {
    const YamlNode& root = document.root;
    // The name says more than keys that may be misspelt.
    const std::string name = std::filesystem::path(document.source->name()).filename().string();
    if (name == "connector.yaml") return DocumentKind::Connector;
    if (name == "ferry.yaml") return DocumentKind::HubConfig;
    if (hasAny(root, {"parameters", "base_urls", "egress", "abi", "plugin"})) {
        return DocumentKind::Connector;
    }
    if (hasAny(root, {"public_url", "listen", "data_dir", "storage", "plugins", "providers"})) {
        return DocumentKind::HubConfig;
    }
    const YamlNode* instances = root.find("instances");
    if (instances != nullptr && instances->isSequence() &&
        std::any_of(instances->children.begin(), instances->children.end(), [](const YamlNode& n) {
            return n.isMapping();
        })) {
        return DocumentKind::Instances;
    }
    if (root.find("key") != nullptr || root.find("configuration") != nullptr) {
        return DocumentKind::Instances;
    }
    if (hasAny(root, {"api", "encryption", "delivery", "http", "logging", "connectors"})) {
        return DocumentKind::HubConfig;
    }
    return instances != nullptr ? DocumentKind::Instances : DocumentKind::Unknown;
}

namespace {

void tellUnknown(const YamlDocument& document, Diagnostics& out) {
    constexpr const char* kMessage = "this is neither ferry.yaml, nor a connector, nor instances";
    constexpr const char* kBegin = "an instance file begins with 'instances:'";
    if (document.root.entryCount() == 0) {
        out.add({.file = document.source->name(), .message = kMessage, .suggestion = kBegin});
        return;
    }
    const YamlNode& first = document.root.key(0);
    const std::string meant = didYouMean(
        lowerAscii(first.text), {"instances", "listen", "public_url", "key", "name", "plugin"}
    );
    Reporter(*document.source, out).atKey(first, kMessage, meant.empty() ? kBegin : meant);
}

void tellSharedAliases(
    const YamlDocument& document, const std::vector<SharedAlias>& aliases, Diagnostics& out
) {
    Reporter reporter(*document.source, out);
    for (const SharedAlias& shared : aliases) {
        const YamlNode& key = *document.root.findKey("aliases");
        reporter.atKey(key, describe(shared), "remove it from one of the two");
    }
}

void tellProgram(const YamlDocument& document, const ProgramVerdict& verdict, Diagnostics& out) {
    if (verdict.problem.empty()) return;
    Reporter reporter(*document.source, out);
    if (verdict.is_compiled)
        return reportJqProblem(*document.root.find("jq"), verdict.problem, reporter);
    reporter.warnAtKey(
        *document.root.findKey("jq"), "the program can't be compiled here: " + verdict.problem
    );
}

/// Adds what is good to `read`.
void lintConnector(
    const YamlDocument& document,
    const ProgramCheck& check_program,
    ManifestSet& read,
    Diagnostics& out
) {
    auto manifest = readManifest(document, out);
    if (!manifest) return;
    if (check_program && manifest->uses_jq) tellProgram(document, check_program(*manifest), out);
    tellSharedAliases(document, sharedAliases(read, *manifest), out);
    read.insert_or_assign(manifest->key, std::move(*manifest));
}

/// "" if the document may be a connector that is not finished.
std::string_view otherKindOf(const YamlDocument& document) {
    const DocumentKind kind = recogniseDocument(document);
    if (kind == DocumentKind::Connector) return {};
    if (kind == DocumentKind::HubConfig) return "this is a ferry.yaml";
    return hasAny(document.root, {"instances", "configuration"}) ? "these are instances" : "";
}

/// What a plugin is checked with lies beside its manifest, and says nothing to the hub.
bool isPluginCheck(const std::filesystem::path& file) {
    std::error_code ignored;
    return file.filename() == "check.yaml" &&
           std::filesystem::exists(file.parent_path() / "connector.yaml", ignored);
}

}  // namespace

Diagnostics lintFiles(
    const std::vector<std::filesystem::path>& paths,
    const ManifestSet& connectors,
    const ReferenceOptions& references,
    const CallbackCheck& check_callback,
    const KeyFileCheck& check_key_file,
    const ProgramCheck& check_program
) {
    Diagnostics out;
    ManifestSet read;  // of the files: those of the program give way to them
    std::vector<YamlDocument> hub_configs;
    std::vector<YamlDocument> instance_files;
    std::vector<std::filesystem::path> files = expandPaths(paths, out);
    std::erase_if(files, isPluginCheck);
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& path : files) {
        YamlDocument document;
        if (!parseYamlFile(path, document, out)) continue;
        warnOfCutValues(document, out);
        switch (recogniseDocument(document)) {
            case DocumentKind::Connector:
                lintConnector(document, check_program, read, out);
                break;
            case DocumentKind::HubConfig:
                hub_configs.push_back(std::move(document));
                break;
            case DocumentKind::Instances:
                instance_files.push_back(std::move(document));
                break;
            case DocumentKind::Unknown:
                tellUnknown(document, out);
        }
    }
    ManifestSet known = read;
    known.insert(connectors.begin(), connectors.end());
    std::string public_url;
    for (YamlDocument& document : hub_configs) {
        if (const auto config = readHubConfig(document, references, out)) {
            public_url = config->public_url;
        }
        checkProviders(document, known, out);
        checkFolders(document, out);
        adviseOnHubConfig(document, out);
        adviseOnKeyFile(document, check_key_file, out);
    }
    InstanceLoad load;
    for (YamlDocument& document : instance_files) {
        readInstances(document, known, references, load, out);
        warnOfAddresses(document, check_callback, public_url, out);
    }
    rejectRepeatedNames(load, out);
    out.sort();
    return out;
}

Diagnostics lintConnectors(
    const std::vector<std::filesystem::path>& files, const ProgramCheck& check_program
) {
    constexpr const char* kOther = "'ferry lint' checks it; this command takes files of connectors";
    Diagnostics out;
    ManifestSet read;
    for (const std::filesystem::path& path : files) {
        std::error_code ignored;
        YamlDocument document;
        if (std::filesystem::is_directory(path, ignored)) {
            out.add({.file = path.string(), .message = "this is a folder", .suggestion = kOther});
        } else if (parseYamlFile(path, document, out)) {
            const std::string other(otherKindOf(document));
            warnOfCutValues(document, out);
            if (other.empty())
                lintConnector(document, check_program, read, out);
            else
                Reporter(*document.source, out).atKey(document.root.key(0), other, kOther);
        }
    }
    out.sort();
    return out;
}

}  // namespace ferry::config
