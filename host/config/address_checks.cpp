#include "config/address_checks.h"

#include "base/ascii.h"
#include "config/node_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace ferry::config {

namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

/// "host" or "host:port" in lower case; "" if a template is in it.
std::string authorityOf(std::string_view after_scheme) {
    const std::string_view authority = after_scheme.substr(0, after_scheme.find_first_of("/?#"));
    if (authority.find("${") != authority.npos || authority.find('@') != authority.npos) return {};
    return lowerAscii(authority);
}

/// As the hub decides it when the request is sent (plugin/egress_hosts.h).
bool mayReach(const ConnectorManifest& manifest, const std::string& authority) {
    const std::string host = authority.substr(0, authority.find(':'));
    const std::string at_port = host == authority ? host + ":443" : authority;
    const bool is_listed =
        std::any_of(manifest.egress.begin(), manifest.egress.end(), [&](const std::string& item) {
            const std::string pattern = lowerAscii(item);
            const std::string& whole = pattern.find(':') == pattern.npos ? host : at_port;
            if (!pattern.starts_with("*.")) return pattern == whole;
            const std::string_view suffix = std::string_view(pattern).substr(1);
            return whole.size() > suffix.size() && whole.ends_with(suffix);
        });
    if (is_listed) return true;
    return std::any_of(manifest.base_urls.begin(), manifest.base_urls.end(), [&](const auto& base) {
        const std::string_view url = base.second;
        const std::size_t scheme = url.find("://");
        return scheme != url.npos && authorityOf(url.substr(scheme + 3)) == authority;
    });
}

bool areHostsKnown(const YamlNode& root) {
    if (isUnknown(root, "egress") || isUnknown(root, "base_urls")) return false;
    const YamlNode* urls = given(root, "base_urls");
    return urls == nullptr ||
           std::none_of(urls->children.begin(), urls->children.end(), [](const YamlNode& node) {
               return node.isGap();
           });
}

bool hasBlank(std::string_view text) {
    // A template may have one: sources are told of elsewhere.
    bool is_source = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("${")) is_source = true;
        if (text[i] == '}') is_source = false;
        if (!is_source && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n')) return true;
    }
    return false;
}

void tellNoHost(const YamlNode& url, const ConnectorManifest& manifest, Reporter& reporter) {
    std::string suggestion = "write https://... or begin with a base URL: ${base_url:name}/...";
    if (url.text.starts_with('/') && !manifest.base_urls.empty())
        suggestion = fmt::format(
            "write ${{base_url:{}}}{}", manifest.base_urls.begin()->first, url.text.substr(0, 80)
        );
    reporter.atValue(
        url, Visibility::Shown, "the address does not say to which host it goes", suggestion
    );
}

}  // namespace

void checkAddress(
    const YamlNode& url, const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter
) {
    if (url.isGap() || !url.isScalar()) return;
    const std::string_view text = url.text;
    if (hasBlank(text))
        reporter.atValue(
            url, Visibility::Shown, "an address has no blank in it", "remove it, or write %20"
        );
    if (text.starts_with("${")) return;
    if (text.starts_with(kHttp)) {
        reporter.atValue(
            url,
            Visibility::Shown,
            "a request goes by https: anybody could read its tokens otherwise",
            fmt::format("write https://{}", text.substr(kHttp.size(), 80))
        );
        return;
    }
    if (!text.starts_with(kHttps)) return tellNoHost(url, manifest, reporter);
    const std::string authority = authorityOf(text.substr(kHttps.size()));
    if (authority.empty() || !areHostsKnown(root) || mayReach(manifest, authority)) return;
    reporter.atValue(
        url,
        Visibility::Shown,
        fmt::format("the connector's requests may not reach '{}'", authority.substr(0, 80)),
        fmt::format("add {} to 'egress', or a base URL of it", authority.substr(0, 80))
    );
}

}  // namespace ferry::config
