#pragma once
// URLs of a provider's consent page for callers who go through the consent by themselves, and what
// is known of them when such a caller comes back with the code.
//
// Each URL that is made here has a challenge where the provider has PKCE, whoever asks for it. Its
// verifier is derived from the app and its redirect URI, so that it is the same for all their URLs,
// and a code of any of them is exchanged with it: at once, after years, and after a restart. A
// verifier for each URL (RFC 7636, 4.1) would have to be found by `state`, which is the caller's
// own and need not come back to the hub with the code. It still proves what it is there for:
// whoever exchanges the code is the hub that made the URL. It is no proof that the code belongs to
// the browser that asked for it: `state` is, and the caller checks that.
//
// A URL that the caller has made by itself has no challenge, and nothing in a code says where its
// URL came from. A provider may ignore a verifier too many, or refuse it; then the code is tried
// without. Few may use the code up with that, so the verifier is the first guess only for pairs of
// an app and a redirect URI that a URL was made for. These pairs are kept in the store before the
// URL is given out, and are not forgotten: no code of a URL that was made here is ever guessed
// wrong. When there are too many to keep, all are taken to be among them.

#include "base/crypto.h"
#include "base/result.h"
#include "base/secret.h"
#include "pipeline/stages.h"
#include "store/store.h"

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::oauth {

/// Pairs that are kept in the store, 16 bytes each. Callers without a key can add some, and so
/// cause as many writes, and no more.
inline constexpr std::size_t kUrlPairsMax = 1'000;

/// What a verifier is derived from.
struct AppCallback {
    std::string_view app_key;
    std::string_view redirect_uri;
};

/// Threads: any; load() before anything else. Lifetime: key and meta outlive it.
class AuthorizeUrls {
  public:
    AuthorizeUrls(const SealingKey& key, store::MetaStore& meta) : key_(key), meta_(meta) {}
    AuthorizeUrls(const AuthorizeUrls&) = delete;
    AuthorizeUrls& operator=(const AuthorizeUrls&) = delete;

    /// Reads what the store has. Errors: those of the store.
    Status load();

    /// The URL of the consent page, with the challenge of the derived verifier if the provider has
    /// PKCE; `request.code_challenge` is set here. Errors: those of the provider and of the store;
    /// Internal if what the provider gives is no URL.
    Result<std::string> make(
        pipeline::Provider& provider,
        const pipeline::ProviderAccount& account,
        pipeline::AuthorizeUrlRequest request,
        std::string_view app_key
    );

    /// The verifiers to try a code with whose URL may have been made here or elsewhere, the likely
    /// one first; an empty one stands for none. Not empty.
    std::vector<Secret> verifiersOf(const AppCallback& pair) const;

    /// Codes of the pair may come with a challenge from now on. Errors: those of the store; then
    /// nothing has changed.
    Status remember(const AppCallback& pair);

  private:
    using Mark = std::string;  ///< what a pair is known by

    Mark markOf(const AppCallback& pair) const;
    /// With mutex_ held.
    bool isKnown(const Mark& mark) const;

    const SealingKey& key_;
    store::MetaStore& meta_;
    mutable std::mutex mutex_;
    std::set<Mark> known_;  ///< guarded by mutex_
};

}  // namespace ferry::oauth
