#include "base/url_hosts.h"

#include "base/ascii.h"

#include <algorithm>

namespace ferry {
namespace {

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

std::string authorityOf(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    std::string_view rest = url.substr(scheme + 3);
    rest = rest.substr(0, rest.find_first_of("/?#\\"));
    if (rest.find('@') != std::string_view::npos) return {};
    return lowerAscii(rest);
}

std::string_view hostOf(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

bool isPlainHttp(std::string_view url) {
    return lowerAscii(url.substr(0, url.find("://"))) == "http";
}

bool isHostListed(std::string_view url, const std::vector<std::string>& hosts) {
    const std::string authority = authorityOf(url);
    const std::string_view host = hostOf(authority);
    const std::string at_port = withPort(url, authority);
    return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& item) {
        const std::string pattern = lowerAscii(item);
        return matches(pattern, pattern.find(':') == pattern.npos ? host : at_port);
    });
}

}  // namespace ferry
