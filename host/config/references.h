#pragma once
// `${env:NAME}` and `${file:/path}`: values from outside the file. Resolved in the tree, after
// parsing and in whole scalars, so that what a variable holds can never become YAML.

#include "config/reporter.h"
#include "config/yaml_node.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace ferry::config {

/// A referenced file holds one value: a key, a token, a certificate chain.
inline constexpr std::size_t kReferencedFileBytesMax = std::size_t{64} << 10;

/// Looks a variable up; nullopt if it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// The variables of this process. Safe from any thread as long as nobody changes them.
EnvironmentLookup processEnvironment();

enum class ReferenceMode : std::uint8_t {
    Resolve,
    CheckFormOnly,  ///< the machine that checks is not the one that runs
};

struct ReferenceOptions {
    ReferenceMode mode = ReferenceMode::Resolve;
    EnvironmentLookup environment = processEnvironment();
};

/// Resolves every reference in the values (not the keys) below `root`: `text` becomes the value
/// and `reference` what was written. Relative file names are relative to the document's folder;
/// one line end at the end of a file is dropped. Reports, naming the variable or file and never
/// the value: unset variables, unreadable, oversize or binary files, and text that looks like a
/// reference but is none. Such nodes are left as written, with `is_unresolved` set. Warns of plain
/// values that are hardly meant: `$NAME`, `<place to fill in>`, typographic quotes.
void resolveReferences(YamlNode& root, const ReferenceOptions& options, Reporter& reporter);

}  // namespace ferry::config
