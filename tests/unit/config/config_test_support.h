#pragma once
// What the tests of this folder share: a folder per test, reading from memory, findings as text.

#include "config/connector_manifest.h"
#include "config/diagnostic.h"
#include "config/instance_file.h"
#include "config/references.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace ferry::config {

/// A folder to write files into, removed at the end.
class TempFolder : public test::TempDir {
  public:
    std::filesystem::path write(const std::string& name, const std::string& text) const {
        const std::filesystem::path file = path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }
};

inline std::filesystem::path sourceFolder() {
    const char* folder = std::getenv("FERRY_SOURCE_DIR");
    return folder == nullptr ? std::filesystem::current_path() : std::filesystem::path(folder);
}

/// The Dropbox connector as it is shipped.
inline const ConnectorManifest& dropboxManifest() {
    static const ConnectorManifest manifest = [] {
        Diagnostics out;
        auto read = readManifestFile(sourceFolder() / "plugins/dropbox/connector.yaml", out);
        for (const Diagnostic& found : out.items())
            ADD_FAILURE() << describe(found);
        return read.value();
    }();
    return manifest;
}

inline ManifestSet dropboxAlone() {
    return {{"dropbox", dropboxManifest()}};
}

/// References that see only `variables`.
inline ReferenceOptions withVariables(std::map<std::string, std::string> variables) {
    ReferenceOptions options;
    options.environment = [variables = std::move(variables)](const std::string& name
                          ) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
    return options;
}

/// Everything a person or a program could get to see of the findings.
inline std::string allText(const Diagnostics& diagnostics) {
    std::ostringstream text;
    printDiagnostics(text, diagnostics, SourceLines::Show);
    JsonWriter json;
    writeDiagnostics(json, diagnostics);
    text << json.view();
    for (const Diagnostic& found : diagnostics.items())
        text << describe(found) << '\n';
    return text.str();
}

inline std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    for (std::size_t at = 0; at < count; ++at)
        all += text;
    return all;
}

inline std::string printed(const Diagnostics& diagnostics) {
    std::ostringstream text;
    printDiagnostics(text, diagnostics, SourceLines::Show);
    return text.str();
}

/// Reads instances from memory against the Dropbox connector.
inline InstanceLoad readText(
    const std::string& text, const ReferenceOptions& references, Diagnostics& out
) {
    InstanceLoad load;
    YamlDocument document;
    if (parseYaml("instances.yaml", text, document, out)) {
        readInstances(document, dropboxAlone(), references, load, out);
        rejectRepeatedNames(load, out);
    } else {
        load.unreadable_files.emplace_back("instances.yaml");
    }
    return load;
}

}  // namespace ferry::config
