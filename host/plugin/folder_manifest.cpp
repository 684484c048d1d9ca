#include "plugin/folder_manifest.h"

#include "base/ascii.h"
#include "base/ed25519.h"
#include "base/encoding.h"
#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace ferry::plugin {
namespace {

constexpr std::string_view kFirstLine = "ferry-manifest-1";
constexpr std::string_view kFile = "sha256 ";
constexpr std::string_view kKey = "key ";
constexpr std::string_view kSignature = "signature ";
constexpr std::size_t kDigestDigits = 64;
constexpr std::size_t kNameBytesMax = 255;

bool isDigest(std::string_view text) {
    return text.size() == kDigestDigits && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// Takes one line after the other.
class Lines {
  public:
    explicit Lines(std::string_view text) : text_(text) {}

    /// nullopt at the end, or if the rest has no line end.
    std::optional<std::string_view> next() {
        const std::size_t end = text_.find('\n', at_);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view line = text_.substr(at_, end - at_);
        begin_ = at_;
        at_ = end + 1;
        ++number_;
        return line;
    }
    std::size_t number() const { return number_; }
    std::size_t beginOfLine() const { return begin_; }
    bool isAtEnd() const { return at_ == text_.size(); }

  private:
    const std::string_view text_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;
    std::size_t number_ = 0;
};

class Parser {
  public:
    Parser(const std::string& path, std::string_view text)
        : path_(path), text_(text), lines_(text) {}

    Loaded<FolderManifest> parse() {
        if (lines_.next() != kFirstLine) return wrong("is not '" + std::string(kFirstLine) + "'");
        std::optional<std::string_view> line = lines_.next();
        for (; line && line->starts_with(kFile); line = lines_.next())
            if (auto taken = takeFile(line->substr(kFile.size())); !taken)
                return tl::unexpected<Refusal>(taken.error());
        if (!line || !line->starts_with(kKey)) return wrong("is neither a file nor the key");
        const auto key = base64Decode(line->substr(kKey.size()));
        if (!key || key->size() != Ed25519Key::kPublicBytes) return wrong("has no public key");
        line = lines_.next();
        if (!line || !line->starts_with(kSignature)) return wrong("is not the signature");
        const auto signature = base64Decode(line->substr(kSignature.size()));
        if (!signature || signature->size() != Ed25519Key::kSignatureBytes)
            return wrong("has no signature");
        if (!lines_.isAtEnd()) return wrong("is the signature, and more comes after it");
        manifest_.public_key = *key;
        manifest_.signature = *signature;
        manifest_.signed_text = text_.substr(0, lines_.beginOfLine());
        return std::move(manifest_);
    }

  private:
    Loaded<void> takeFile(std::string_view words) {
        const std::size_t space = std::min(words.find(' '), words.size());
        const std::string_view digest = words.substr(0, space);
        const std::string_view name = words.substr(std::min(space + 1, words.size()));
        if (!isDigest(digest)) return wrong("has no digest of 64 small hex digits");
        if (!isSignableName(name)) return wrong("names no file of the folder itself");
        const auto& digests = manifest_.digests;
        if (!digests.empty() && digests.rbegin()->first >= name)
            return wrong("names a file twice, or not in order");
        manifest_.digests.emplace(name, digest);
        return {};
    }

    tl::unexpected<Refusal> wrong(const std::string& what) const {
        return refuse(
            "signature-malformed",
            fmt::format(
                "{}:{}: the line {}; sign the folder again with 'ferry plugin sign'",
                path_,
                std::max<std::size_t>(lines_.number(), 1),
                what
            )
        );
    }

    const std::string& path_;
    const std::string_view text_;
    Lines lines_;
    FolderManifest manifest_;
};

}  // namespace

bool isSignableName(std::string_view name) noexcept {
    const bool is_place = name.empty() || name == "." || name == ".." || name == kFolderManifest;
    if (is_place || name.size() > kNameBytesMax || !isValidUtf8(name)) return false;
    return std::none_of(name.begin(), name.end(), [](char c) {
        return c == '/' || c == '\\' || isControl(c);
    });
}

Loaded<FolderManifest> parseFolderManifest(const std::string& path, std::string_view text) {
    return Parser(path, text).parse();
}

std::string manifestText(const FileDigests& digests, std::string_view public_key) {
    std::string text = std::string(kFirstLine) + "\n";
    for (const auto& [name, digest] : digests)
        text += fmt::format("{}{} {}\n", kFile, digest, name);
    return text + fmt::format("{}{}\n", kKey, base64Encode(public_key));
}

std::string signedManifestText(std::string signed_text, std::string_view signature) {
    return signed_text + fmt::format("{}{}\n", kSignature, base64Encode(signature));
}

}  // namespace ferry::plugin
