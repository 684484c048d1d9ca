#include "api/proxy_headers.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>
#include <string_view>

namespace ferry::api {
namespace {

/// Of one connection, not of the message (RFC 9110, 7.6.1).
constexpr std::array<std::string_view, 9> kOfConnection = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade"};

constexpr std::array<std::string_view, 11> kOfCaller = {
    "authorization",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "origin",
    "referer",
    "via",
    "x-real-ip",
    "x-request-id"};

constexpr std::array<std::string_view, 9> kOfProvider = {
    "alt-svc",
    "clear-site-data",
    "content-length",
    "content-type",
    "date",
    "set-cookie",
    "strict-transport-security",
    "x-request-id",
    "elements-request-id"};

template <std::size_t kCount>
bool isOneOf(const std::array<std::string_view, kCount>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Names that the Connection header says belong to the connection.
std::set<std::string> namedByConnection(const http::Headers& headers) {
    std::set<std::string> names;
    for (const auto& [name, value] : headers.fields()) {
        if (lowerAscii(std::string_view(name)) != "connection") continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::string_view one = rest.substr(0, rest.find(','));
            names.insert(lowerAscii(trimBlanks(one)));
            rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        }
    }
    return names;
}

template <typename Drops>
http::Headers filtered(const http::Headers& from, Drops drops) {
    const std::set<std::string> named = namedByConnection(from);
    http::Headers kept;
    for (const auto& [name, value] : from.fields()) {
        const std::string lower = lowerAscii(std::string_view(name));
        if (isOneOf(kOfConnection, lower) || named.count(lower) > 0 || drops(lower)) continue;
        kept.add(name, value);
    }
    return kept;
}

}  // namespace

http::Headers headersForProvider(const http::Headers& from) {
    return filtered(from, [](std::string_view name) {
        return isOneOf(kOfCaller, name) || name.starts_with("x-forwarded-") ||
               name.starts_with("elements-");
    });
}

http::Headers headersForCaller(const http::Headers& from) {
    return filtered(from, [](std::string_view name) {
        // Which scripts may read an answer of the hub is the hub's to say.
        return isOneOf(kOfProvider, name) || name.starts_with("access-control-");
    });
}

std::optional<std::uint64_t> contentLength(const http::Headers& headers) {
    const auto text = headers.get("Content-Length");
    if (!text) return std::nullopt;
    std::uint64_t length = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, length);
    if (error != std::errc() || stop != end) return std::nullopt;
    return length;
}

}  // namespace ferry::api
