#include "config/own_address.h"

#include "base/ascii.h"
#include "base/ip_network.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {

bool isListenHost(std::string_view host) {
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) return false;
        const std::string_view address = host.substr(1, host.size() - 2);
        return address.find(':') != address.npos &&
               IpAddress::parse(address.substr(0, address.find('%')));
    }
    const bool is_numeric = host.find_first_not_of("0123456789.") == host.npos;
    if (is_numeric) return IpAddress::parse(host).has_value();
    return std::all_of(host.begin(), host.end(), [](char c) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return is_letter || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    });
}

std::string listenAddress(std::string_view host, std::uint16_t port) {
    return host.find(':') == host.npos ? fmt::format("{}:{}", host, port)
                                       : fmt::format("[{}]:{}", host, port);
}

std::string localUrl(std::string_view host, std::uint16_t port) {
    if (host == "0.0.0.0") host = "127.0.0.1";
    if (host == "::") host = "::1";
    return "http://" + listenAddress(host, port);
}

OwnAddress ownAddress(std::string_view url, std::string_view public_url) {
    while (public_url.ends_with('/'))
        public_url.remove_suffix(1);
    // Scheme and host are the same in any case; if public_url has a path, that is compared so, too.
    const bool is_below = !public_url.empty() && url.size() > public_url.size() &&
                          lowerAscii(url.substr(0, public_url.size())) == lowerAscii(public_url) &&
                          url[public_url.size()] == '/';
    if (!is_below) return OwnAddress::Elsewhere;
    std::string_view path = url.substr(public_url.size());
    path = path.substr(0, std::min(path.find('?'), path.size()));
    if (path == "/oauth/callback") return OwnAddress::Callback;
    const bool is_the_hubs = path == "/oauth" || path.starts_with("/oauth/") ||
                             path == "/elements" || path.starts_with("/elements/");
    return is_the_hubs ? OwnAddress::NoRoute : OwnAddress::Beside;
}

std::optional<ValueProblem> ownCallbackProblem(std::string_view url, std::string_view public_url) {
    const OwnAddress address = ownAddress(url, public_url);
    if (address != OwnAddress::NoRoute && address != OwnAddress::Callback) return std::nullopt;
    return ValueProblem{
        "is an address of the hub itself, which takes no callbacks",
        "name the program that is to get them"};
}

}  // namespace ferry::config
