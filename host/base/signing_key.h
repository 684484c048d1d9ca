#pragma once
// Keys that sign webhooks, as people write them down: the prefixes of Standard Webhooks 1.0.0, and
// several keys in one text while receivers change from one to another.

#include "base/clock.h"
#include "base/ed25519.h"
#include "base/secret.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry {

struct SigningKey {
    Secret text;                         ///< as it is written, without its end
    Secret hmac;                         ///< bytes for HMAC-SHA256; empty: an Ed25519 key
    std::optional<Ed25519Key> ed25519;   ///< set: an Ed25519 key
    std::optional<TimePoint> ends_at{};  ///< by the wall clock; it does not sign from then on

    bool signsAt(TimePoint wall_now) const { return !ends_at || wall_now < *ends_at; }
};

/// More keys than a rotation needs would make each callback longer for nothing.
inline constexpr std::size_t kSigningKeysMax = 8;

/// What is wrong with a text of keys, without the text.
struct SigningKeyFault {
    std::string message;  ///< to follow "the value ": "has a key that ..."
    std::string suggestion;
};

/// The keys of a text, in its order.
///
/// If every part between commas begins with `whsec_` or `whsk_`, it is a list of keys: each is
/// base64 behind its prefix, and may have `@` and the RFC 3339 time at which it ends behind it.
/// `whsec_` is a key for HMAC-SHA256, `whsk_` one for Ed25519, of 64 bytes (seed, public key) or 32
/// (seed). Any other text, whatever it looks like, is one key for HMAC-SHA256: its own bytes.
///
/// A text that `checkSigningKeys` finds a fault in is read as far as it goes: a `whsec_` part whose
/// base64 is wrong stands for its own bytes, a faulty `whsk_` part for nothing.
std::vector<SigningKey> readSigningKeys(std::string_view text);

/// nullopt for a text that can be used as it is meant. Beyond the above: `whsec_` keys have 24 to
/// 64 bytes, the halves of a `whsk_` key belong together, and one key has no end, so that nothing
/// ever goes out without a signature. `wall_now` is for the words alone: whether the last key has
/// ended already.
std::optional<SigningKeyFault> checkSigningKeys(
    std::string_view text, TimePoint wall_now = TimePoint::min()
);

/// What is useless in a text that `checkSigningKeys` finds no fault in: keys that have ended at
/// `wall_now`, and keys that stand in it twice. None names a key but by its number. `message`
/// follows the name of the value: "'x' ...".
std::vector<SigningKeyFault> signingKeyRemarks(std::string_view text, TimePoint wall_now);

/// `whpk_` and base64: how Standard Webhooks writes a public key.
std::string publicKeyText(const Ed25519Key& key);

}  // namespace ferry
