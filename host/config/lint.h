#pragma once
// Checks configuration files of any kind and reports every error at once. Nothing is started,
// written or sent.

#include "config/connector_manifest.h"
#include "config/diagnostic.h"
#include "config/field_table.h"
#include "config/references.h"
#include "config/value_type.h"
#include "config/yaml_document.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

enum class DocumentKind : std::uint8_t { Unknown, HubConfig, Connector, Instances };

/// Tells what a file is, from its keys and, if they don't tell, from its name.
DocumentKind recogniseDocument(const YamlDocument& document);

/// Why the hub would not send to a callback, or a token URL, of this URL, and what to do; nullopt
/// if it would, or if only the name server can tell.
using CallbackCheck = std::function<std::optional<ValueProblem>(const UrlParts& url)>;

/// Why a hub would not start with the key file at a path, which is there; nullopt if it would, or
/// if it can't be told here.
using KeyFileCheck = std::function<std::optional<std::string>(const std::filesystem::path& path)>;

/// What a compiler says of the program of a connector.
struct ProgramVerdict {
    bool is_compiled = false;  ///< if not, `problem` says why nobody could try
    std::string problem;       ///< empty: the program is good
};
using ProgramCheck = std::function<ProgramVerdict(const ConnectorManifest& manifest)>;

/// Warns of a key file that is named and not there, and of one with which the hub of this document
/// would not start. `check` may be empty.
void adviseOnKeyFile(const YamlDocument& document, const KeyFileCheck& check, Diagnostics& out);

/// Checks `paths`: files, and folders one level deep. `connectors` are the ones that are there
/// already; those among `paths` are added, and stand in for ones of the same key. Names of
/// instances must be unique over all files. Callbacks that `check_callback`, if there is one, finds
/// fault with are warnings: the hub may be told otherwise; so are key files that `check_key_file`
/// finds fault with. Programs of connectors are compiled if there is `check_program`. The findings
/// are sorted.
Diagnostics lintFiles(
    const std::vector<std::filesystem::path>& paths,
    const ManifestSet& connectors,
    const ReferenceOptions& references,
    const CallbackCheck& check_callback = {},
    const KeyFileCheck& check_key_file = {},
    const ProgramCheck& check_program = {}
);

/// Checks `files` as connectors, whatever their keys say: one that is begun has few. Folders, and
/// files that are no connectors beyond doubt, are told.
Diagnostics lintConnectors(
    const std::vector<std::filesystem::path>& files, const ProgramCheck& check_program
);

}  // namespace ferry::config
