#include "oauth/authorize_urls.h"

#include "base/encoding.h"
#include "oauth/oauth_links.h"
#include "oauth/pkce.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::oauth {
namespace {

constexpr std::string_view kMetaProved = "oauth.proved_urls";
constexpr std::size_t kMarkDigits = 16;
constexpr char kWith = '+';
constexpr char kWithout = '-';

}  // namespace

Status AuthorizeUrls::load() {
    FERRY_TRY_ASSIGN(const auto stored, meta_.get(kMetaProved));
    const std::lock_guard lock(mutex_);
    std::string_view rest = stored ? std::string_view(*stored) : std::string_view();
    while (rest.size() > kMarkDigits) {
        proved_.push_back({Mark(rest.substr(0, kMarkDigits)), rest[kMarkDigits] == kWith});
        rest.remove_prefix(kMarkDigits + 1);
    }
    return {};
}

Result<std::string> AuthorizeUrls::make(
    pipeline::Provider& provider,
    const pipeline::ProviderAccount& account,
    pipeline::AuthorizeUrlRequest request,
    std::string_view app_key,
    bool has_key
) {
    const AppCallback pair{app_key, request.redirect_uri};
    const Mark mark = markOf(pair);
    const bool is_expected = provedVerifier(mark).value_or(has_key || isExpected(mark));
    const bool has_pkce = provider.options().uses_pkce && is_expected;
    if (has_pkce) {
        request.code_challenge = derivedPkce(key_, pair.app_key, pair.redirect_uri).challenge;
    }
    FERRY_TRY_ASSIGN(std::string url, provider.authorizeUrl(account, request));
    if (!isRedirectTarget(url)) {
        return fail(ErrorCode::Internal, "the plugin's authorize URL is not a URL");
    }
    if (has_pkce && has_key) remember(mark);
    return url;
}

std::vector<Secret> AuthorizeUrls::verifiersOf(const AppCallback& pair) const {
    std::vector<Secret> verifiers = {
        derivedPkce(key_, pair.app_key, pair.redirect_uri).verifier, Secret()
    };
    if (!isExpected(markOf(pair))) std::swap(verifiers[0], verifiers[1]);
    return verifiers;
}

Status AuthorizeUrls::prove(const AppCallback& pair, bool has_verifier) {
    const Mark mark = markOf(pair);
    if (provedVerifier(mark) == has_verifier) return {};
    std::vector<Proof> proved;
    {
        const std::lock_guard lock(mutex_);
        proved = proved_;
    }
    std::erase_if(proved, [&](const Proof& proof) { return proof.mark == mark; });
    proved.push_back({mark, has_verifier});
    if (proved.size() > kUrlsProvedMax) proved.erase(proved.begin());
    std::string text;
    for (const Proof& proof : proved)
        text.append(proof.mark).push_back(proof.has_verifier ? kWith : kWithout);
    FERRY_TRY(meta_.put(kMetaProved, text));
    const std::lock_guard lock(mutex_);
    proved_ = std::move(proved);
    return {};
}

/// Keyed, so that the store does not tell which apps there are.
AuthorizeUrls::Mark AuthorizeUrls::markOf(const AppCallback& pair) const {
    const Digest256 digest =
        key_.fingerprint(fmt::format("authorize url v1\n{}\n{}", pair.app_key, pair.redirect_uri));
    return hexEncode(asText(digest).substr(0, kMarkDigits / 2));
}

std::optional<bool> AuthorizeUrls::provedVerifier(const Mark& mark) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(proved_.begin(), proved_.end(), [&](const Proof& proof) {
        return proof.mark == mark;
    });
    return found == proved_.end() ? std::nullopt : std::optional(found->has_verifier);
}

bool AuthorizeUrls::isExpected(const Mark& mark) const {
    if (const auto proved = provedVerifier(mark)) return *proved;
    const std::lock_guard lock(mutex_);
    return made_.contains(mark);
}

void AuthorizeUrls::remember(const Mark& mark) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] = made_.try_emplace(mark, next_number_);
    if (!is_new) made_by_age_.erase(entry->second);
    entry->second = next_number_;
    made_by_age_.emplace(next_number_++, mark);
    if (made_.size() <= kUrlsMadeMax) return;
    made_.erase(made_by_age_.begin()->second);
    made_by_age_.erase(made_by_age_.begin());
}

}  // namespace ferry::oauth
