#pragma once
// Who vouches for a plugin folder: its MANIFEST, signed with a key that the operator trusts, names
// each file with its digest. It tells where a plugin comes from, and is no sandbox.

#include "base/ed25519.h"
#include "plugin/folder_manifest.h"
#include "plugin/refusal.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::plugin {

/// What ferry.yaml says about signatures.
struct SignaturePolicy {
    std::map<std::string, std::string> trusted_keys;  ///< 32 bytes each, by name
    bool is_required = false;
    std::filesystem::path own_plugins;  ///< came with the program, and is trusted as it is

    /// A MANIFEST is looked at if anybody is trusted, or has to be.
    bool isOn() const { return is_required || !trusted_keys.empty(); }
};

/// A folder whose MANIFEST is good.
struct FolderSignature {
    std::string signer;  ///< name of the key
    FileDigests digests;
};

/// Checks the folder: its signature, that each file in it is as it was signed, that none is missing
/// and none was added. nullopt if it has no MANIFEST and needs none. What is loaded from it later
/// is checked again by checkSigned, as it may have changed since. Refusals: signature-missing,
/// signature-malformed, signature-untrusted, signature-wrong, file-changed, file-missing,
/// file-unlisted; each names the file.
Loaded<std::optional<FolderSignature>> verifyFolder(
    const std::filesystem::path& folder, const SignaturePolicy& policy
);

/// OK if `content` of the file at `path` has this digest. Refusal: file-changed.
Loaded<void> checkDigest(
    const std::filesystem::path& path, std::string_view content, const std::string& digest
);

/// OK if `content`, which is about to be used, is what was signed under the file name of `path`.
/// Refusals: file-changed, file-unlisted.
Loaded<void> checkSigned(
    const FolderSignature& signature, const std::filesystem::path& path, std::string_view content
);

/// Writes the MANIFEST of what is in the folder now, in place of one that is there. Gives how many
/// files it names. Refusals: file-unlisted, for what can't be signed; folder-unreadable.
Loaded<std::size_t> signFolder(const std::filesystem::path& folder, const Ed25519Key& key);

}  // namespace ferry::plugin
