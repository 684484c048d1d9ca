#pragma once
// The text of a MANIFEST: the files of a plugin folder with their digests, and who signed that.
//
//   ferry-manifest-1
//   sha256 <64 hex digits> <name>        one line a file, sorted by name, each name once
//   key <public key, base64>
//   signature <base64>                   Ed25519, of all bytes before this line
//
// Lines end with '\n', the last one too; words are parted by one space.

#include "plugin/refusal.h"

#include <map>
#include <string>
#include <string_view>

namespace ferry::plugin {

/// The file's name in the folder.
inline constexpr const char* kFolderManifest = "MANIFEST";

/// Digests are 64 hex digits in small letters, by the name of the file.
using FileDigests = std::map<std::string, std::string>;

struct FolderManifest {
    FileDigests digests;
    std::string public_key;  ///< 32 bytes
    std::string signature;   ///< 64 bytes
    std::string signed_text;
};

/// Reads a MANIFEST, whatever it holds; `path` is for messages. That a name is a name in the folder
/// itself is checked, that the signature is good is not. Refusals: signature-malformed, with the
/// line.
Loaded<FolderManifest> parseFolderManifest(const std::string& path, std::string_view text);

/// True for what may stand in a MANIFEST: a file in the folder itself, and not the MANIFEST.
bool isSignableName(std::string_view name) noexcept;

/// The lines before the signature.
std::string manifestText(const FileDigests& digests, std::string_view public_key);

/// The whole text.
std::string signedManifestText(std::string signed_text, std::string_view signature);

}  // namespace ferry::plugin
