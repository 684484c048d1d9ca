#include "oauth/oauth_links.h"

#include "base/ascii.h"
#include "base/encoding.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::oauth {
namespace {

std::string_view withoutSlash(std::string_view url) {
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return url;
}

}  // namespace

bool usesApiKey(const pipeline::InstanceSettings& settings) {
    return usesApiKey(settings.value(kAuthenticationType));
}

bool usesApiKey(std::string_view authentication_type) {
    return authentication_type == "apiKey" || authentication_type == "none";
}

std::string startLink(std::string_view public_url, std::string_view instance_name) {
    return fmt::format("{}/oauth/start/{}", withoutSlash(public_url), percentEncode(instance_name));
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
