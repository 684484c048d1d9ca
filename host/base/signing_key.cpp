#include "base/signing_key.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "base/time_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry {
namespace {

constexpr std::string_view kHmacPrefix = "whsec_";
constexpr std::string_view kPrivatePrefix = "whsk_";
constexpr std::string_view kPublicPrefix = "whpk_";
// Standard Webhooks 1.0.0, "Signature scheme": 24 to 64 bytes.
constexpr std::size_t kHmacBytesMin = 24;
constexpr std::size_t kHmacBytesMax = 64;
/// Of a key that is taken as it stands; Open Connectors asked for nothing.
constexpr std::size_t kPlainBytesMin = 16;

struct KeyPart {
    std::string_view key;
    std::optional<std::string_view> end;  ///< behind '@'
};

bool hasPrefix(std::string_view part) {
    return part.starts_with(kHmacPrefix) || part.starts_with(kPrivatePrefix);
}

/// The parts of a list of keys; none if the text is no list.
std::vector<KeyPart> partsOf(std::string_view text) {
    std::vector<KeyPart> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view part = trimBlanks(text.substr(begin, end - begin));
        if (!hasPrefix(part)) return {};
        const std::size_t at = part.find('@');
        KeyPart& added = parts.emplace_back(KeyPart{part.substr(0, at), std::nullopt});
        if (at != std::string_view::npos) added.end = part.substr(at + 1);
        begin = end + 1;
    }
    return parts;
}

std::optional<Secret> decode(std::string_view base64) {
    auto bytes = base64Decode(base64);
    if (!bytes || bytes->empty()) return std::nullopt;
    return Secret(std::move(*bytes));
}

/// The key of a `whsk_` text; nullopt unless it is one.
std::optional<Ed25519Key> privateKeyOf(std::string_view text) {
    const auto bytes = decode(text.substr(kPrivatePrefix.size()));
    if (!bytes) return std::nullopt;
    const std::string_view all = bytes->reveal();
    auto key = Ed25519Key::fromSeed(all.substr(0, Ed25519Key::kSeedBytes));
    const std::string_view rest = all.substr(std::min(all.size(), Ed25519Key::kSeedBytes));
    if (!key || (!rest.empty() && rest != key->publicKey())) return std::nullopt;
    return key;
}

std::optional<SigningKey> readPart(const KeyPart& part) {
    SigningKey key;
    key.text = Secret(std::string(part.key));
    if (part.end) key.ends_at = parseRfc3339(*part.end);
    if (part.key.starts_with(kPrivatePrefix)) {
        key.ed25519 = privateKeyOf(part.key);
        if (!key.ed25519) return std::nullopt;
        return key;
    }
    key.hmac = decode(part.key.substr(kHmacPrefix.size())).value_or(key.text);
    return key;
}

std::optional<SigningKeyFault> checkPart(const KeyPart& part) {
    if (part.key.starts_with(kPrivatePrefix)) {
        if (!privateKeyOf(part.key)) {
            return SigningKeyFault{
                "is no Ed25519 key: whsk_ stands before base64 of 64 bytes, the seed and its "
                "public "
                "key, or of the 32 bytes of the seed",
                "make one with: echo \"whsk_$(openssl rand -base64 32)\""};
        }
    } else {
        const auto bytes = decode(part.key.substr(kHmacPrefix.size()));
        const std::size_t size = bytes ? bytes->reveal().size() : 0;
        if (size < kHmacBytesMin || size > kHmacBytesMax) {
            return SigningKeyFault{
                fmt::format(
                    "is no key: whsec_ stands before base64 of {} to {} bytes",
                    kHmacBytesMin,
                    kHmacBytesMax
                ),
                "make one with: echo \"whsec_$(openssl rand -base64 32)\""};
        }
    }
    if (part.end && !parseRfc3339(*part.end)) {
        return SigningKeyFault{
            "has no time behind '@'", "write when the key ends as in @2027-01-31T00:00:00Z"};
    }
    return std::nullopt;
}

/// Of a single key that is taken as it stands.
std::vector<SigningKeyFault> remarksOnPlain(std::string_view text) {
    const std::string start = lowerAscii(text.substr(0, kHmacPrefix.size()));
    if (start == kHmacPrefix || start.starts_with(kPrivatePrefix)) {
        return {
            {"begins with a prefix in capitals, which counts as part of the key",
             "write whsec_ or whsk_ in small letters"}};
    }
    if (text.empty() || text.size() >= kPlainBytesMin) return {};
    return {
        {fmt::format("is short ({} bytes), and can be guessed", text.size()),
         "make one with: openssl rand -hex 32"}};
}

/// However they are written: base64 of a seed, or of the seed and its public key.
bool isSameKey(const SigningKey& a, const SigningKey& b) {
    if (a.ed25519 || b.ed25519)
        return a.ed25519 && b.ed25519 && a.ed25519->publicKey() == b.ed25519->publicKey();
    return !a.hmac.empty() && a.hmac.reveal() == b.hmac.reveal();
}

}  // namespace

std::vector<SigningKey> readSigningKeys(std::string_view text) {
    std::vector<SigningKey> keys;
    if (text.empty()) return keys;
    const std::vector<KeyPart> parts = partsOf(text);
    if (parts.empty()) {
        SigningKey& key = keys.emplace_back();
        key.text = Secret(std::string(text));
        key.hmac = key.text;
    }
    for (const KeyPart& part : parts) {
        if (auto key = readPart(part)) keys.push_back(std::move(*key));
    }
    return keys;
}

std::optional<SigningKeyFault> checkSigningKeys(std::string_view text, TimePoint wall_now) {
    const std::vector<KeyPart> parts = partsOf(text);
    if (parts.empty()) {
        const std::string_view key = trimBlanks(text);
        const bool is_blank = key.empty() && !text.empty();
        if (is_blank || key.starts_with(kPublicPrefix)) {
            return SigningKeyFault{
                is_blank ? "is blank" : "is a public key, which everybody may have",
                "make one with: echo \"whsec_$(openssl rand -base64 32)\""};
        }
        if (!hasPrefix(key)) return std::nullopt;
        return SigningKeyFault{
            "begins like a list of keys, and not all of its parts do",
            "begin each key between commas with whsec_ or whsk_, or a single key with neither"};
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto fault = checkPart(parts[i]);
        if (fault && parts.size() > 1) {
            fault->message = fmt::format("is faulty: key {} of it {}", i + 1, fault->message);
        }
        if (fault) return fault;
    }
    if (parts.size() > kSigningKeysMax) {
        return SigningKeyFault{
            fmt::format("has more than {} keys", kSigningKeysMax), "remove some"};
    }
    if (std::all_of(parts.begin(), parts.end(), [](const KeyPart& part) { return part.end; })) {
        const bool signs_now = std::any_of(parts.begin(), parts.end(), [&](const KeyPart& part) {
            return parseRfc3339(*part.end) > wall_now;
        });
        return SigningKeyFault{
            signs_now ? "has no key that goes on: callbacks would have no signature some day"
                      : "has no key that signs now: the last one has ended, and callbacks would "
                        "have no signature",
            "add a key without '@' and a time"};
    }
    return std::nullopt;
}

std::vector<SigningKeyFault> signingKeyRemarks(std::string_view text, TimePoint wall_now) {
    std::vector<SigningKeyFault> remarks;
    const std::vector<KeyPart> parts = partsOf(text);
    if (parts.empty()) return remarksOnPlain(text);
    std::vector<SigningKey> keys;
    for (const KeyPart& part : parts)
        keys.push_back(readPart(part).value_or(SigningKey()));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!keys[i].signsAt(wall_now)) {
            remarks.push_back(
                {fmt::format(
                     "has a key that signs nothing any more: key {} ended at {}",
                     i + 1,
                     formatRfc3339(*keys[i].ends_at)
                 ),
                 "remove it"}
            );
        }
        for (std::size_t before = 0; before < i; ++before) {
            if (!isSameKey(keys[before], keys[i])) continue;
            remarks.push_back(
                {fmt::format("has the same key twice: keys {} and {}", before + 1, i + 1),
                 "remove one of them, or put the new key in its place"}
            );
            break;
        }
    }
    return remarks;
}

std::string publicKeyText(const Ed25519Key& key) {
    return std::string(kPublicPrefix) + base64Encode(key.publicKey());
}

}  // namespace ferry
