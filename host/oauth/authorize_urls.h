#pragma once
// URLs of a provider's consent page for callers who go through the consent by themselves, and what
// is known of them when such a caller comes back with the code.
//
// A URL that the caller has made by itself has no challenge of the hub's. One that is made here may
// have that of a verifier which the hub can derive again. Nothing in a code says where its URL came
// from, a provider may refuse the wrong guess, and with it the code may be used up. So a URL has a
// challenge only where the hub expects one when the code comes:
//
// - A good exchange has proved for the app and its redirect URI that codes come with it, or without.
//   That is kept in the store.
// - Before there was one: somebody with an API key has asked for a URL. That is kept until the hub
//   ends, or gives way to others.
//
// Who has no key changes nothing: what everybody may ask for must not decide what is made of codes.
//
// The verifier is the same for all URLs of an app and redirect URI, against RFC 7636, 4.1: the one
// thing that tells URLs apart is `state`, which is the caller's own and need not come back to the
// hub with the code, and what the hub would remember of each URL, a code does not lead to. It is no
// proof that the code belongs to the one who asked for it: `state` is, and the caller checks that.

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

/// Pairs of an app and a redirect URI that callers with a key had URLs made for; the one of which
/// that is longest ago gives way. About 200 bytes each.
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
    /// PKCE and it will be expected; `request.code_challenge` is set here. `has_key`: whoever asks
    /// has shown an API key; that is remembered.
    /// Errors: those of the provider; Internal if what it gives is no URL.
    Result<std::string> make(
        pipeline::Provider& provider,
        const pipeline::ProviderAccount& account,
        pipeline::AuthorizeUrlRequest request,
        std::string_view app_key,
        bool has_key
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
    /// True if a code of the pair is likely to come with the derived verifier.
    bool isExpected(const Mark& mark) const;
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
