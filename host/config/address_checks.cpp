#include "config/address_checks.h"

#include "base/url_hosts.h"
#include "config/node_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace ferry::config {

namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

/// As the hub decides it when the request is sent (plugin/egress_hosts.h).
bool mayReach(const ConnectorManifest& manifest, std::string_view url) {
    const std::string authority = authorityOf(url);
    return isHostListed(url, manifest.egress) ||
           std::any_of(manifest.base_urls.begin(), manifest.base_urls.end(), [&](const auto& base) {
               return authorityOf(base.second) == authority;
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
    const std::string authority = authorityOf(text);
    const bool is_known = !authority.empty() && authority.find("${") == authority.npos;
    if (!is_known || !areHostsKnown(root) || mayReach(manifest, text)) return;
    reporter.atValue(
        url,
        Visibility::Shown,
        fmt::format("the connector's requests may not reach '{}'", authority.substr(0, 80)),
        fmt::format("add {} to 'egress', or a base URL of it", authority.substr(0, 80))
    );
}

}  // namespace ferry::config
