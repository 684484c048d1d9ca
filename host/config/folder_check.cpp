// The folders that ferry.yaml names against what is there: one with a slip in its name would be
// scanned without a word, and what lies in the right one would never be loaded.
#include "config/hub_config.h"
#include "config/node_reader.h"

#include <fmt/format.h>

#include <filesystem>

namespace ferry::config {

namespace {

namespace fs = std::filesystem;

fs::path located(const YamlDocument& document, const std::string& written) {
    return (document.source->folder() / written).lexically_normal();
}

void checkScanned(const YamlDocument& document, std::string_view key, Reporter& reporter) {
    for (const auto& [node, written] : itemsOf(document.root, key)) {
        const fs::path path = located(document, written);
        std::error_code ignored;
        if (fs::is_directory(path, ignored)) continue;
        reporter.warnAtKey(
            *node,
            fs::exists(path, ignored)
                ? fmt::format("'{}' is not a folder, and '{}' names folders", path.string(), key)
                : fmt::format("there is no folder '{}'", path.string()),
            "make it, or correct the name"
        );
    }
}

}  // namespace

void checkFolders(const YamlDocument& document, Diagnostics& out) {
    Reporter reporter(*document.source, out);
    checkScanned(document, "plugins", reporter);
    checkScanned(document, "connectors", reporter);
    for (const auto& [node, written] : itemsOf(document.root, "instances")) {
        const fs::path path = located(document, written);
        std::error_code ignored;
        if (fs::exists(path, ignored)) continue;
        reporter.atValue(
            *node,
            Visibility::Shown,
            fmt::format("there is no file or folder '{}'", path.string()),
            "make it, or correct the name"
        );
    }
}

}  // namespace ferry::config
