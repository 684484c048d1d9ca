#pragma once
// Instances declared in files: what the operator wants to run. The files own them; the store keeps
// their state.

#include "base/secret.h"
#include "config/connector_manifest.h"
#include "config/diagnostic.h"
#include "config/references.h"
#include "config/yaml_document.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ferry::config {

/// Where the name of an instance is written, or, if it has none, where the instance begins.
struct NamePlace {
    std::shared_ptr<const SourceText> source;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// One declared instance, checked against its connector, references resolved.
struct InstanceDefinition {
    std::string name;  ///< unique over all files
    std::string key;   ///< of its connector
    std::vector<std::string> tags;
    Secret code;  ///< grant code, if one was given; works once
    /// Every parameter with a value, in normal form; holds secrets.
    std::map<std::string, std::string> configuration;
    std::string file;
    std::uint32_t line = 0;
    NamePlace name_place;

    /// "file:line", for messages to people.
    std::string source() const;
};

/// A declared instance with errors: its running version, if there is one, is to be kept.
struct RejectedInstance {
    std::string name;  ///< "" if even that is missing
    std::string file;
    std::uint32_t line = 0;
    NamePlace name_place = {};
    std::string connector = {};          ///< "" if it names none that there is
    std::string missing_connector = {};  ///< what it names, if there is none of that key
};

/// What a set of files declares.
struct InstanceLoad {
    std::vector<InstanceDefinition> instances;  ///< in the order of files and lines
    std::vector<RejectedInstance> rejected;
    /// Files whose text could not be parsed: what they declared before is to be kept.
    std::vector<std::string> unreadable_files;
    /// Files with nothing behind `instances:`. One that is cut off there looks the same, so what it
    /// declared before is to be kept; `instances: []` says that there are to be none.
    std::vector<std::string> empty_files;
    /// Folders of the configuration in which there is no file at all, as one looks that is not
    /// mounted: what came from its files is to be kept. A file with `instances: []` says that there
    /// are to be none.
    std::vector<std::string> empty_folders;
    /// Files and folders of the configuration that are not there or can't be read: the same for
    /// what came from them and from what is in them.
    std::vector<std::string> missing_paths;
    std::size_t file_count = 0;  ///< files that were found, good or bad
};

inline constexpr std::size_t kInstanceNameBytesMax = 128;

/// Reads the instances of one parsed document. Two forms: an `instances` list, or one instance at
/// the top. In both, parameters stand in `configuration`, or flat beside `key` and `name`, as in
/// the vendor's tables. References are resolved in `document`; with `CheckFormOnly` they are not,
/// and `load` is then good for checks alone.
void readInstances(
    YamlDocument& document,
    const ManifestSet& connectors,
    const ReferenceOptions& references,
    InstanceLoad& load,
    Diagnostics& out
);

/// The file of a source, "file:line".
std::string fileOfSource(std::string_view source);

/// Where the instance of this name was declared that runs, as "file:line"; "" if none does.
using RunningSource = std::function<std::string(const std::string& name)>;

/// Moves instances whose name another one has to `load.rejected`, and reports them. The one that
/// stays is that of the file which declared what runs, else the first: a copied file must not take
/// a running instance over.
void rejectRepeatedNames(InstanceLoad& load, Diagnostics& out, const RunningSource& running = {});

/// Moves those whose name an instance has that was made over REST to `load.rejected`, and reports
/// them.
void rejectTakenNames(InstanceLoad& load, const std::vector<std::string>& taken, Diagnostics& out);

/// Reads all of `paths`: files, and folders one level deep (`expandPaths`).
InstanceLoad loadInstances(
    const std::vector<std::filesystem::path>& paths,
    const ManifestSet& connectors,
    const ReferenceOptions& references,
    Diagnostics& out,
    const RunningSource& running = {}
);

/// Replaces each folder by its `*.yaml` and `*.yml` files, sorted by name, hidden ones left out. A
/// file that is named twice, in whatever way, comes once.
/// Paths that are not there or can't be read are reported; they, and folders without files, are
/// noted in `load` if it is given. Files whose names are almost like that give a warning.
std::vector<std::filesystem::path> expandPaths(
    const std::vector<std::filesystem::path>& paths, Diagnostics& out, InstanceLoad* load = nullptr
);

}  // namespace ferry::config
