// What ferry.yaml may say, and is hardly meant: for lint alone, as a hub says it when it starts, or
// can run with it.
#include "config/hub_config.h"
#include "config/lint.h"
#include "config/node_reader.h"
#include "config/value_type.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace ferry::config {

namespace {

/// Whoever holds a secret of the API may do everything; shorter ones can be tried out.
constexpr std::size_t kApiSecretBytesMin = 16;

/// A store of which less may be kept holds nothing: a new one takes 568 KiB for its tables alone,
/// an instance or a callback its own rows, and some thousand events a few MiB.
constexpr std::int64_t kStoreBytesMin = std::int64_t{16} << 20;

/// Beside the data, where nobody names one.
constexpr const char* kKeyFileName = "master.key";

/// The value that says where the key file is; nullptr if none does.
const YamlNode* keyFileNode(const YamlDocument& document) {
    const YamlNode* encryption = document.root.find("encryption");
    const YamlNode* named = encryption == nullptr ? nullptr : encryption->find("key_file");
    return named == nullptr ? document.root.find("data_dir") : named;
}

void warnOfShortSecrets(const YamlDocument& document, Reporter& reporter) {
    const YamlNode* api = given(document.root, "api");
    for (const char* key : {"user_secret", "organization_secret"}) {
        const YamlNode* secret = api == nullptr ? nullptr : api->find(key);
        if (secret == nullptr || !secret->isScalar() || secret->is_unresolved) continue;
        if (secret->text.empty() || secret->text.size() >= kApiSecretBytesMin) continue;
        reporter.warnAtValue(
            *secret,
            Visibility::Hidden,
            fmt::format("'{}' is shorter than {} bytes", key, kApiSecretBytesMin),
            "'openssl rand -hex 32' makes one that nobody guesses"
        );
    }
}

void warnOfHomeFolder(const YamlNode* node, Reporter& reporter) {
    if (node == nullptr || !node->isScalar() || node->is_unresolved) return;
    if (node->text != "~" && !node->text.starts_with("~/")) return;
    reporter.warnAtValue(
        *node,
        Visibility::Shown,
        "'~' is taken as it is written: a folder of that name, beside this file",
        "write the whole path"
    );
}

void warnOfHomeFolders(const YamlDocument& document, Reporter& reporter) {
    warnOfHomeFolder(document.root.find("data_dir"), reporter);
    const YamlNode* encryption = document.root.find("encryption");
    if (encryption != nullptr) warnOfHomeFolder(encryption->find("key_file"), reporter);
    for (const char* key : {"plugins", "connectors", "instances"}) {
        for (const auto& [node, written] : itemsOf(document.root, key))
            warnOfHomeFolder(node, reporter);
    }
}

void warnOfSmallStore(const YamlDocument& document, Reporter& reporter) {
    const YamlNode* retention = given(document.root, "retention");
    const YamlNode* size = retention == nullptr ? nullptr : given(*retention, "size");
    const auto bytes = size == nullptr ? std::nullopt : parseBytes(size->text);
    if (!bytes || *bytes == 0 || *bytes >= kStoreBytesMin) return;
    reporter.warnAtValue(
        *size,
        Visibility::Shown,
        fmt::format(
            "'size' is less than {}: what is delivered is dropped at once, as the tables alone "
            "take nearly all of it",
            bytesText(kStoreBytesMin)
        ),
        fmt::format("write {} at least, or 0 for any size", bytesText(kStoreBytesMin))
    );
}

}  // namespace

void adviseOnHubConfig(const YamlDocument& document, Diagnostics& out) {
    Reporter reporter(*document.source, out);
    warnOfShortSecrets(document, reporter);
    warnOfHomeFolders(document, reporter);
    warnOfSmallStore(document, reporter);
}

void adviseOnKeyFile(const YamlDocument& document, const KeyFileCheck& check, Diagnostics& out) {
    const YamlNode* node = keyFileNode(document);
    if (node != nullptr && (!node->isScalar() || node->is_unresolved || node->text.empty())) return;
    const bool is_named = node != nullptr && node != document.root.find("data_dir");
    const std::filesystem::path written =
        node == nullptr ? HubConfig().data_dir : std::filesystem::path(node->text);
    const std::filesystem::path path =
        (document.source->folder() / (is_named ? written : written / kKeyFileName))
            .lexically_normal();
    Reporter reporter(*document.source, out);
    std::error_code unknown;
    if (!std::filesystem::exists(path, unknown)) {
        // Where nobody names one, the hub of a new store makes it.
        if (!is_named || unknown) return;
        reporter.warnAtValue(
            *node,
            Visibility::Shown,
            fmt::format(
                "there is no key file '{}': the hub makes one for a new store, and does not start "
                "with one that exists",
                path.string()
            ),
            "correct the name, or put the file back from its backup"
        );
        return;
    }
    const auto fault = check ? check(path) : std::nullopt;
    if (!fault) return;
    std::string message = "the hub does not start: " + *fault;
    if (node != nullptr) return reporter.warnAtValue(*node, Visibility::Shown, std::move(message));
    out.add(
        {.severity = Severity::Warning,
         .file = document.source->name(),
         .message = std::move(message)}
    );
}

}  // namespace ferry::config
