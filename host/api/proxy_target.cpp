#include "api/proxy_target.h"

#include "api/route.h"
#include "base/ascii.h"
#include "base/encoding.h"

#include <algorithm>

namespace ferry::api {
namespace {

/// Nobody encodes a path more often than this by mistake.
constexpr int kDecodingsMax = 4;

std::string_view withoutSegment(std::string_view path) {
    const std::size_t slash = path.find('/', 1);
    return slash == std::string_view::npos ? std::string_view() : path.substr(slash);
}

bool isHarmless(std::string_view path) {
    if (path.find('\\') != std::string_view::npos) return false;
    if (std::any_of(path.begin(), path.end(), isControl)) return false;
    while (!path.empty()) {
        const std::string_view segment = path.substr(0, path.find('/'));
        // What follows a semicolon is a parameter for some servers: "..;x" is "..".
        const std::string_view name = segment.substr(0, segment.find(';'));
        if (name == "." || name == "..") return false;
        path.remove_prefix(std::min(path.size(), segment.size() + 1));
    }
    return true;
}

}  // namespace

std::string proxiedPath(std::string_view raw_path) {
    std::string_view rest = raw_path.substr(std::min(raw_path.size(), kBasePath.size()));
    if (rest.starts_with("/hubs/")) rest = withoutSegment(withoutSegment(rest));
    std::string path(withoutSegment(withoutSegment(rest)));
    if (path.find('/', 1) != std::string::npos) return path;
    for (const std::string_view encoded : {"%2F", "%2f"}) {
        for (std::size_t at = path.find(encoded); at != std::string::npos; at = path.find(encoded)) {
            path.erase(at, encoded.size() - 1);
            path[at] = '/';
        }
    }
    return path;
}

Result<std::string> proxyUrl(
    std::string_view base_url, std::string_view path, std::string_view query
) {
    const auto refuse = [] {
        return fail(
            ErrorCode::InvalidArgument,
            "the path behind the base URL may not have '.' or '..' as a segment, backslashes, "
            "control characters or '#', encoded or not"
        );
    };
    if (path.find('#') != std::string_view::npos || query.find('#') != std::string_view::npos) {
        return refuse();
    }
    std::string decoded(path);
    for (int i = 0; isHarmless(decoded); ++i) {
        const auto next = percentDecode(decoded, false);
        if (!next || i == kDecodingsMax) return refuse();
        if (*next == decoded) {
            std::string url(base_url);
            url.append(path);
            if (!query.empty()) url.append("?").append(query);
            return url;
        }
        decoded = *next;
    }
    return refuse();
}

}  // namespace ferry::api
