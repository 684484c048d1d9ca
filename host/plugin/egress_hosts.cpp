#include "plugin/egress_hosts.h"

#include "base/ascii.h"

#include <algorithm>

namespace ferry::plugin {
namespace {

/// "host:port" of an absolute URL in lower case, or nothing if it has none or has user information.
std::string authorityOf(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    std::string_view rest = url.substr(scheme + 3);
    rest = rest.substr(0, rest.find_first_of("/?#\\"));
    if (rest.find('@') != std::string_view::npos) return {};
    return lowerAscii(rest);
}

bool isPlainHttp(std::string_view url) {
    return lowerAscii(url.substr(0, url.find("://"))) == "http";
}

std::string_view hostOf(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

bool matches(std::string_view pattern, std::string_view host) {
    if (!pattern.starts_with("*.")) return pattern == host;
    const std::string_view suffix = pattern.substr(1);  // with its dot
    return host.size() > suffix.size() && host.ends_with(suffix);
}

/// `host:port`, with the port of the scheme if the URL names none.
std::string withPort(std::string_view url, std::string_view authority) {
    std::string text(authority);
    if (hostOf(authority) == authority) text += isPlainHttp(url) ? ":80" : ":443";
    return text;
}

}  // namespace

Status checkEgress(
    std::string_view url,
    const std::vector<std::string>& egress,
    const std::vector<std::pair<std::string, std::string>>& base_urls
) {
    const std::string authority = authorityOf(url);
    const std::string_view host = hostOf(authority);
    const std::string at_port = withPort(url, authority);
    const bool is_listed = std::any_of(egress.begin(), egress.end(), [&](const std::string& item) {
        const std::string pattern = lowerAscii(item);
        return matches(pattern, pattern.find(':') == pattern.npos ? host : at_port);
    });
    const auto hasBase = [&](bool of_plain_http) {
        return std::any_of(base_urls.begin(), base_urls.end(), [&](const auto& base) {
            return authorityOf(base.second) == authority &&
                   (!of_plain_http || isPlainHttp(base.second));
        });
    };
    if (!authority.empty() && (is_listed || hasBase(false))) {
        // The address may come from an answer of the provider, and tokens go with the request.
        if (!isPlainHttp(url) || hasBase(true)) return {};
        return fail(
            ErrorCode::PermissionDenied,
            "the plugin wants to reach '" + std::string(host) +
                "' by http, which only a base URL that begins with http:// allows"
        );
    }
    return fail(
        ErrorCode::PermissionDenied,
        "the plugin wants to reach '" + std::string(host) +
            "', which is not in the egress list of its connector.yaml"
    );
}

}  // namespace ferry::plugin
