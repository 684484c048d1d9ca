#include "oauth/authorize_urls.h"

#include "base/encoding.h"
#include "oauth/oauth_links.h"
#include "oauth/pkce.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::oauth {
namespace {

constexpr std::string_view kMetaPairs = "oauth.url_pairs";
constexpr std::size_t kMarkDigits = 16;

}  // namespace

Status AuthorizeUrls::load() {
    FERRY_TRY_ASSIGN(const auto stored, meta_.get(kMetaPairs));
    const std::lock_guard lock(mutex_);
    std::string_view rest = stored ? std::string_view(*stored) : std::string_view();
    for (; rest.size() >= kMarkDigits; rest.remove_prefix(kMarkDigits))
        known_.emplace(rest.substr(0, kMarkDigits));
    return {};
}

Result<std::string> AuthorizeUrls::make(
    pipeline::Provider& provider,
    const pipeline::ProviderAccount& account,
    pipeline::AuthorizeUrlRequest request,
    std::string_view app_key
) {
    const std::string redirect_uri = request.redirect_uri;
    const bool has_pkce = provider.options().uses_pkce;
    if (has_pkce) {
        request.code_challenge = derivedPkce(key_, app_key, redirect_uri).challenge;
    }
    FERRY_TRY_ASSIGN(std::string url, provider.authorizeUrl(account, request));
    if (!isRedirectTarget(url)) {
        return fail(ErrorCode::Internal, "the plugin's authorize URL is not a URL");
    }
    if (has_pkce) FERRY_TRY(remember({app_key, redirect_uri}));
    return url;
}

std::vector<Secret> AuthorizeUrls::verifiersOf(const AppCallback& pair) const {
    std::vector<Secret> verifiers = {
        derivedPkce(key_, pair.app_key, pair.redirect_uri).verifier, Secret()};
    const Mark mark = markOf(pair);
    const std::lock_guard lock(mutex_);
    if (!isKnown(mark)) std::swap(verifiers[0], verifiers[1]);
    return verifiers;
}

Status AuthorizeUrls::remember(const AppCallback& pair) {
    const Mark mark = markOf(pair);
    // Held over the write, so that no caller goes on before what it has to rely on is kept.
    const std::lock_guard lock(mutex_);
    if (isKnown(mark)) return {};
    std::string text;
    for (const Mark& known : known_)
        text += known;
    FERRY_TRY(meta_.put(kMetaPairs, text + mark));
    known_.insert(mark);
    return {};
}

/// Keyed, so that the store does not tell which apps there are.
AuthorizeUrls::Mark AuthorizeUrls::markOf(const AppCallback& pair) const {
    const Digest256 digest =
        key_.fingerprint(fmt::format("authorize url v1\n{}\n{}", pair.app_key, pair.redirect_uri));
    return hexEncode(asText(digest).substr(0, kMarkDigits / 2));
}

bool AuthorizeUrls::isKnown(const Mark& mark) const {
    return known_.size() >= kUrlPairsMax || known_.contains(mark);
}

}  // namespace ferry::oauth
