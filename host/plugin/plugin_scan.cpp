#include "plugin/plugin_scan.h"

#include "base/plugin_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace ferry::plugin {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kEntriesMax = 10'000;  // a folder with more is no plugins folder

struct Listing {
    std::vector<fs::path> entries;
    std::error_code error;
};

/// Sorted entries of `folder`, without hidden ones.
Listing list(const fs::path& folder) {
    Listing result;
    fs::directory_iterator entry(folder, result.error);
    while (!result.error && entry != fs::directory_iterator() && result.entries.size() < kEntriesMax
    ) {
        if (entry->path().filename().native().front() != '.')
            result.entries.push_back(entry->path());
        entry.increment(result.error);
    }
    std::sort(result.entries.begin(), result.entries.end());
    return result;
}

ScanProblem unreadable(const fs::path& folder, const std::error_code& error) {
    return {
        folder,
        Refusal(
            "folder-unreadable",
            fmt::format(
                "folder {}: {}; create it or mend its permissions", folder.string(), error.message()
            )
        )};
}

void scanFolder(const fs::path& folder, ScanResult& result) {
    const Listing listing = list(folder);
    if (listing.error) {
        result.problems.push_back(unreadable(folder, listing.error));
        return;
    }
    PluginFolder found{folder, folder / "connector.yaml", {}};
    std::error_code ignored;
    if (!fs::is_regular_file(found.manifest, ignored)) {
        const std::string name = folder.filename().string();
        const fs::path shared = folder / ("lib" + name + ".so");
        if (fs::is_regular_file(shared, ignored)) {
            result.shared.emplace(name, shared);
            return;
        }
        result.problems.push_back({folder, manifestMissing(folder)});
        return;
    }
    for (const fs::path& entry : listing.entries)
        if (entry.extension() == ".so" && fs::is_regular_file(entry, ignored))
            found.libraries.push_back(entry);
    result.plugins.push_back(std::move(found));
}

/// What would be a plugin in a folder of its own.
bool isStray(const fs::path& entry) {
    std::error_code ignored;
    const bool is_part = entry.extension() == ".so" || entry.filename() == "connector.yaml";
    return is_part && fs::is_regular_file(entry, ignored);
}

ScanProblem stray(const fs::path& file) {
    return {
        file,
        Refusal(
            "folder-missing",
            fmt::format(
                "{} lies in the plugins folder itself; put it into a folder of its own there, with "
                "what belongs to it",
                file.string()
            )
        )};
}

/// Else a connector that nobody reads would be looked for in what it says.
ScanProblem misnamed(const fs::path& file) {
    return {
        file,
        Refusal(
            "connector-name",
            fmt::format("{} is not read: rename it, so that its name ends in .yaml", file.string())
        )};
}

}  // namespace

Refusal manifestMissing(const fs::path& folder) {
    const fs::path manifest = folder / "connector.yaml";
    std::error_code ignored;
    const std::string wrong =
        fs::is_directory(manifest, ignored)
            ? fmt::format("{} is a folder; it has to be a file", manifest.string())
            : fmt::format(
                  "folder {} has no connector.yaml; put it beside the library", folder.string()
              );
    return Refusal("manifest-missing", wrong);
}

Loaded<fs::path> ScanResult::library(const PluginFolder& connector, const std::string& name) const {
    const fs::path file(name);
    if (name.empty() || name.front() == '.' || file.filename() != file)
        return refuse(
            "library-outside",
            fmt::format(
                "{}: plugin must be the name of a file in the same folder",
                connector.manifest.string()
            )
        );
    if (namesSharedLibrary(name)) {
        const auto found = shared.find(name);
        if (found != shared.end()) return found->second;
        return refuse(
            "library-missing",
            fmt::format(
                "{} names the plugin {}, but no plugins folder has {}/lib{}.so",
                connector.manifest.string(),
                name,
                name,
                name
            )
        );
    }
    const auto& libraries = connector.libraries;
    const auto found = std::find(libraries.begin(), libraries.end(), connector.folder / file);
    if (found == libraries.end())
        return refuse(
            "library-missing",
            fmt::format(
                "{} names {}, but there is no such file beside it",
                connector.manifest.string(),
                name
            )
        );
    return *found;
}

ScanResult scanConnectors(
    const std::vector<fs::path>& plugin_roots, const std::vector<fs::path>& connector_roots
) {
    ScanResult result;
    std::error_code ignored;
    for (const fs::path& root : plugin_roots) {
        const Listing listing = list(root);
        if (listing.error) {
            result.problems.push_back(unreadable(root, listing.error));
            continue;
        }
        for (const fs::path& entry : listing.entries) {
            if (fs::is_directory(entry, ignored)) scanFolder(entry, result);
            if (isStray(entry)) result.problems.push_back(stray(entry));
        }
    }
    for (const fs::path& root : connector_roots) {
        if (!fs::exists(root, ignored)) continue;  // most hubs have no connectors of their own
        const Listing listing = list(root);
        if (listing.error) result.problems.push_back(unreadable(root, listing.error));
        for (const fs::path& entry : listing.entries) {
            if (!fs::is_regular_file(entry, ignored)) continue;
            if (entry.extension() == ".yaml") result.plugins.push_back({entry, entry, {}});
            if (entry.extension() == ".yml") result.problems.push_back(misnamed(entry));
        }
    }
    return result;
}

}  // namespace ferry::plugin
