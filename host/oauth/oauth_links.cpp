#include "oauth/oauth_links.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "pipeline/instance_record.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::oauth {
namespace {

/// Of the REST API, which stands above this folder.
constexpr std::string_view kApiPath = "/elements/api-v2";

std::string_view withoutSlash(std::string_view url) {
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return url;
}

}  // namespace

bool usesApiKey(const pipeline::InstanceSettings& settings) {
    return pipeline::hasOwnKey(settings.configuration);
}

std::string startLink(std::string_view public_url, std::string_view instance_name) {
    return fmt::format("{}/oauth/start/{}", withoutSlash(public_url), percentEncode(instance_name));
}

bool isOfAnotherProgram(std::string_view redirect_uri) {
    const std::string_view path = redirect_uri.substr(0, redirect_uri.find('?'));
    return !path.ends_with("/oauth/callback");
}

std::string consentUrl(const pipeline::InstanceSettings& settings, std::string_view public_url) {
    if (usesApiKey(settings)) return {};
    if (!isOfAnotherProgram(redirectUri(settings, public_url))) {
        return startLink(public_url, settings.name);
    }
    return fmt::format(
        "{}{}/elements/{}/oauth/url", withoutSlash(public_url), kApiPath, settings.connector_key
    );
}

std::string howToAuthorize(
    const pipeline::InstanceSettings& settings, std::string_view public_url
) {
    if (usesApiKey(settings)) return "put a valid access key into its configuration";
    const std::string url = consentUrl(settings, public_url);
    const std::string redirect_uri = redirectUri(settings, public_url);
    if (!isOfAnotherProgram(redirect_uri)) return "open " + url;
    return fmt::format(
        "GET {} with the instance's Element token for the page to consent at, then PATCH "
        "{}{}/instances/{} with the code that comes back to {} as providerData.code",
        url,
        withoutSlash(public_url),
        kApiPath,
        settings.id.value,
        redirect_uri
    );
}

std::string redirectUri(const pipeline::InstanceSettings& settings, std::string_view public_url) {
    return redirectUri(settings.value(kCallbackUrl), public_url);
}

std::string redirectUri(std::string_view callback_url, std::string_view public_url) {
    if (!callback_url.empty()) return std::string(callback_url);
    return fmt::format("{}/oauth/callback", withoutSlash(public_url));
}

bool isRedirectTarget(std::string_view url) {
    const bool is_clean = std::all_of(url.begin(), url.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F;
    });
    const std::string scheme = lowerAscii(url.substr(0, std::min(url.find(':'), url.size())));
    const bool is_web = scheme == "https" || scheme == "http";
    return is_clean && is_web && url.substr(scheme.size()).starts_with("://");
}

}  // namespace ferry::oauth
