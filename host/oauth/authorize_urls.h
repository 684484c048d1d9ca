#pragma once
// URLs of a provider's consent page for callers who go through the consent by themselves, and what
// is known of them when such a caller comes back with the code.
//
// A URL that was made here has the challenge of a verifier that the hub can derive again; one that
// the caller has made by itself has none. Nothing in a code says which it is, a provider may refuse
// the wrong guess, and with it the code may be used up. So the hub remembers for an app and its
// redirect URI that it has made a URL, until it ends: anybody may ask for one, and nobody shall
// fill the disk with it or change what is known better. What a good exchange has proved is known
// better, and kept in the store. If it was a code without a verifier, the caller makes URLs by
// itself: then those that are made here have no challenge either, so that both are good.

#include "base/crypto.h"
#include "base/result.h"
#include "base/secret.h"
#include "pipeline/stages.h"
#include "store/store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::oauth {

/// Pairs of an app and a redirect URI that URLs were made for; the one of which that is longest ago
/// gives way. About 200 bytes each.
inline constexpr std::size_t kUrlsMadeMax = 10'000;
/// Pairs that are kept in the store; the oldest gives way. 18 bytes each.
inline constexpr std::size_t kUrlsProvedMax = 1'000;

/// What a verifier is derived from.
struct AppCallback {
    std::string_view app_key;
    std::string_view redirect_uri;
};

/// Threads: any; load() and prove() by one at a time. Lifetime: key and meta outlive it.
class AuthorizeUrls {
  public:
    AuthorizeUrls(const SealingKey& key, store::MetaStore& meta) : key_(key), meta_(meta) {}
    AuthorizeUrls(const AuthorizeUrls&) = delete;
    AuthorizeUrls& operator=(const AuthorizeUrls&) = delete;

    /// Reads what the store has. Once, before anything else. Errors: those of the store.
    Status load();

    /// The URL of the consent page, with the challenge of the derived verifier if the provider has
    /// PKCE and nothing speaks against it; `request.code_challenge` is set here. Remembers that.
    /// Errors: those of the provider; Internal if what it gives is no URL.
    Result<std::string> make(
        pipeline::Provider& provider,
        const pipeline::ProviderAccount& account,
        pipeline::AuthorizeUrlRequest request,
        std::string_view app_key
    );

    /// The verifiers to try a code with whose URL may have been made here or elsewhere, the likely
    /// one first; an empty one stands for none. Not empty.
    std::vector<Secret> verifiersOf(const AppCallback& pair) const;

    /// The provider took a code of this pair with the derived verifier, or without one. Errors:
    /// those of the store; then it is said again with the next code.
    Status prove(const AppCallback& pair, bool has_verifier);

  private:
    using Mark = std::string;  ///< what a pair is known by
    struct Proof {
        Mark mark;
        bool has_verifier = false;
    };

    Mark markOf(const AppCallback& pair) const;
    std::optional<bool> provedVerifier(const Mark& mark) const;
    void remember(const Mark& mark);

    const SealingKey& key_;
    store::MetaStore& meta_;
    mutable std::mutex mutex_;
    std::unordered_map<Mark, std::uint64_t> made_;  ///< guarded by mutex_, as is all below
    std::map<std::uint64_t, Mark> made_by_age_;
    std::uint64_t next_number_ = 1;
    std::vector<Proof> proved_;  ///< oldest first
};

}  // namespace ferry::oauth
