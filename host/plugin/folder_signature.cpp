#include "plugin/folder_signature.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "plugin/limits.h"

#include <fmt/format.h>

#include <fstream>
#include <vector>

namespace ferry::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kManifestBytesMax = 1u << 20;

std::string digestOf(std::string_view content) {
    const Digest256 digest = sha256(content);
    return hexEncode(asText(digest));
}

Loaded<std::string> readFile(const fs::path& path, std::uintmax_t bytes_max) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    if (error || size > bytes_max)
        return refuse(
            "folder-unreadable",
            fmt::format(
                "{}: {}; mend the file or its permissions",
                path.string(),
                error ? error.message() : "too large"
            )
        );
    std::string content(size, '\0');
    std::ifstream in(path, std::ios::binary);
    in.read(content.data(), static_cast<std::streamsize>(size));
    if (!in)
        return refuse(
            "folder-unreadable",
            fmt::format("{}: can't be read; mend its permissions", path.string())
        );
    return content;
}

/// The names of all that is in the folder but its MANIFEST.
Loaded<std::vector<std::string>> namesIn(const fs::path& folder) {
    std::error_code error;
    std::vector<std::string> names;
    for (auto entry = fs::directory_iterator(folder, error);
         !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name != kFolderManifest) names.push_back(name);
    }
    if (!error) return names;
    return refuse(
        "folder-unreadable",
        fmt::format("{}: {}; mend its permissions", folder.string(), error.message())
    );
}

Loaded<std::string> digestOfFile(const fs::path& path) {
    std::error_code ignored;
    if (!isSignableName(path.filename().string()) || !fs::is_regular_file(path, ignored))
        return refuse(
            "file-unlisted",
            fmt::format(
                "{}: a signed folder has plain files alone, with names that can be written on one "
                "line; remove it",
                path.string()
            )
        );
    auto content = readFile(path, kPluginFileBytesMax);
    if (!content) return content;
    return digestOf(*content);
}

tl::unexpected<Refusal> changed(const fs::path& path) {
    return refuse(
        "file-changed",
        fmt::format(
            "{}: is not the file that was signed; put the signed one back, or sign the folder "
            "again",
            path.string()
        )
    );
}

tl::unexpected<Refusal> unlisted(const fs::path& path) {
    return refuse(
        "file-unlisted",
        fmt::format(
            "{}: was not there when the folder was signed; remove it, or sign the folder again",
            path.string()
        )
    );
}

Loaded<FolderManifest> readManifest(const fs::path& path) {
    auto text = readFile(path, kManifestBytesMax);
    if (!text) return tl::unexpected<Refusal>(std::move(text.error()));
    return parseFolderManifest(path.string(), *text);
}

/// The name of the key that the MANIFEST is signed with.
Loaded<std::string> signerOf(
    const fs::path& path, const FolderManifest& manifest, const SignaturePolicy& policy
) {
    for (const auto& [name, key] : policy.trusted_keys) {
        if (key != manifest.public_key) continue;
        if (verifyEd25519(key, manifest.signed_text, manifest.signature)) return name;
        return refuse(
            "signature-wrong",
            fmt::format(
                "{}: its signature was not made with the key '{}' that it names; get the folder "
                "again, or sign it again",
                path.string(),
                name
            )
        );
    }
    return refuse(
        "signature-untrusted",
        fmt::format(
            "{}: signed with the key {}, which is none of plugin_signatures.trusted_keys in "
            "ferry.yaml; add it there if you trust its owner",
            path.string(),
            base64Encode(manifest.public_key)
        )
    );
}

Loaded<void> checkFiles(const fs::path& folder, const FileDigests& digests) {
    auto names = namesIn(folder);
    if (!names) return tl::unexpected<Refusal>(std::move(names.error()));
    std::size_t found = 0;
    for (const std::string& name : *names) {
        const auto listed = digests.find(name);
        if (listed == digests.end()) return unlisted(folder / name);
        auto digest = digestOfFile(folder / name);
        if (!digest) return tl::unexpected<Refusal>(std::move(digest.error()));
        if (*digest != listed->second) return changed(folder / name);
        ++found;
    }
    if (found == digests.size()) return {};
    for (const auto& [name, digest] : digests) {
        std::error_code ignored;
        if (fs::exists(folder / name, ignored)) continue;
        return refuse(
            "file-missing",
            fmt::format(
                "{}: was signed with the folder and is not there; put it back, or sign the folder "
                "again",
                (folder / name).string()
            )
        );
    }
    return {};
}

}  // namespace

Loaded<std::optional<FolderSignature>> verifyFolder(
    const fs::path& folder, const SignaturePolicy& policy
) {
    std::error_code ignored;
    const bool is_own = !policy.own_plugins.empty() &&
                        fs::equivalent(folder.parent_path(), policy.own_plugins, ignored);
    if (!policy.isOn() || is_own) return std::optional<FolderSignature>();
    const fs::path path = folder / kFolderManifest;
    if (!fs::exists(path, ignored)) {
        if (!policy.is_required) return std::optional<FolderSignature>();
        return refuse(
            "signature-missing",
            fmt::format(
                "{}: not signed, and plugin_signatures.require_signed in ferry.yaml asks for it; "
                "sign it with 'ferry plugin sign', or get a signed one",
                folder.string()
            )
        );
    }
    auto manifest = readManifest(path);
    if (!manifest) return tl::unexpected<Refusal>(std::move(manifest.error()));
    auto signer = signerOf(path, *manifest, policy);
    if (!signer) return tl::unexpected<Refusal>(std::move(signer.error()));
    if (auto good = checkFiles(folder, manifest->digests); !good)
        return tl::unexpected<Refusal>(std::move(good.error()));
    return FolderSignature{std::move(*signer), std::move(manifest->digests)};
}

Loaded<void> checkDigest(
    const fs::path& path, std::string_view content, const std::string& digest
) {
    if (digestOf(content) == digest) return {};
    return changed(path);
}

Loaded<void> checkSigned(
    const FolderSignature& signature, const fs::path& path, std::string_view content
) {
    const auto listed = signature.digests.find(path.filename().string());
    if (listed == signature.digests.end()) return unlisted(path);
    return checkDigest(path, content, listed->second);
}

Loaded<std::size_t> signFolder(const fs::path& folder, const Ed25519Key& key) {
    auto names = namesIn(folder);
    if (!names) return tl::unexpected<Refusal>(std::move(names.error()));
    FileDigests digests;
    for (const std::string& name : *names) {
        auto digest = digestOfFile(folder / name);
        if (!digest) return tl::unexpected<Refusal>(std::move(digest.error()));
        digests.emplace(name, std::move(*digest));
    }
    const std::string text = manifestText(digests, key.publicKey());
    // Beside and renamed: a hub that looks meanwhile sees the one before, or this one.
    const fs::path draft = folder / ".MANIFEST.new";
    std::ofstream out(draft, std::ios::binary);
    out << signedManifestText(text, key.sign(text));
    out.close();
    std::error_code error;
    if (out) fs::rename(draft, folder / kFolderManifest, error);
    if (!out || error)
        return refuse(
            "folder-unreadable",
            fmt::format("{}: the MANIFEST can't be written; mend its permissions", folder.string())
        );
    return digests.size();
}

}  // namespace ferry::plugin
