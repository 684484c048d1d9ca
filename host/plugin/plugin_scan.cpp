#include "plugin/plugin_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace ferry::plugin {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kEntriesMax = 1000;  // a folder with more is not a plugins folder

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
        const std::string wrong =
            fs::is_directory(found.manifest, ignored)
                ? fmt::format("{} is a folder; it has to be a file", found.manifest.string())
                : fmt::format(
                      "folder {} has no connector.yaml; put it beside the library", folder.string()
                  );
        result.problems.push_back({folder, Refusal("manifest-missing", wrong)});
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

}  // namespace

Loaded<fs::path> PluginFolder::library(const std::string& file_name) const {
    const fs::path name(file_name);
    if (file_name.empty() || name.filename() != name || file_name == "." || file_name == "..")
        return refuse(
            "library-outside",
            fmt::format(
                "{}: plugin must be the name of a file in the same folder", manifest.string()
            )
        );
    const auto found = std::find(libraries.begin(), libraries.end(), folder / name);
    if (found == libraries.end())
        return refuse(
            "library-missing",
            fmt::format(
                "{} names {}, but there is no such file beside it", manifest.string(), file_name
            )
        );
    return *found;
}

ScanResult scanPluginFolders(const std::vector<fs::path>& roots) {
    ScanResult result;
    for (const fs::path& root : roots) {
        const Listing listing = list(root);
        if (listing.error) {
            result.problems.push_back(unreadable(root, listing.error));
            continue;
        }
        std::error_code ignored;
        for (const fs::path& entry : listing.entries) {
            if (fs::is_directory(entry, ignored)) scanFolder(entry, result);
            if (isStray(entry)) result.problems.push_back(stray(entry));
        }
    }
    return result;
}

}  // namespace ferry::plugin
