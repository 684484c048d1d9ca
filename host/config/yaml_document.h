#pragma once
// Text to tree: the one place that meets the YAML library. Everything that is wrong with the text
// as YAML becomes a Diagnostic here, in words a person can act on.

#include "config/diagnostic.h"
#include "config/source_text.h"
#include "config/yaml_node.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace ferry::config {

/// Limits on what a file may hold; each is far above any real file.
inline constexpr std::size_t kYamlDepthMax = 32;
inline constexpr std::size_t kYamlNodesMax = 3'000'000;
/// Nodes that anchors and aliases may add by copying, so that no alias bomb can go off.
inline constexpr std::size_t kYamlAliasNodesMax = 200'000;
/// Aliases without an anchor that are passed over; each costs another look at the text.
inline constexpr std::size_t kYamlGapsMax = 10;
/// Slips of a file that are told at once; each costs another reading of it.
inline constexpr std::size_t kYamlSlipsMax = 20;

/// A parsed file. The root is a mapping, always.
struct YamlDocument {
    std::shared_ptr<const SourceText> source;
    YamlNode root;
    /// Aliases stand for nothing (reported): nodes of any shape may be missing in `root`.
    bool has_gaps = false;
};

/// Parses one document. Refuses, with findings in `out`: text that is not UTF-8, control
/// characters, tabs as indentation, syntax faults, quotes that don't close, duplicate keys, keys
/// that are not plain text, foreign tags, a second document, an empty file, a root that is not a
/// mapping, and the limits above. Merge keys (`<<: *anchor`) are applied.
/// True if `document.root` may be used; false after a finding that makes it useless. After true
/// there may still be errors in `out` (duplicate keys: the first counts; aliases without an anchor:
/// what they stand for is unresolved), so that all else in the file can be checked as well.
/// Threads: any.
bool parseYaml(std::string name, std::string text, YamlDocument& document, Diagnostics& out);

/// As `parseYaml`, from a file of at most `kFileBytesMax` bytes; findings name it `path`.
bool parseYamlFile(const std::filesystem::path& path, YamlDocument& document, Diagnostics& out);

}  // namespace ferry::config
