#include "config/cors_origins.h"

#include "base/ascii.h"
#include "config/node_reader.h"
#include "config/value_type.h"

#include <algorithm>

namespace ferry::config {

std::optional<std::string> originOf(std::string_view text) {
    UrlParts parts;
    if (!checkUrl(text, parts).empty() || !parts.rest.empty()) return std::nullopt;
    const bool is_ipv6 = parts.host.find(':') != std::string_view::npos;
    std::string origin(parts.scheme);
    origin += is_ipv6 ? "://[" : "://";
    origin += lowerAscii(parts.host);
    if (is_ipv6) origin += ']';
    const std::string_view own_port = parts.scheme == "https" ? "443" : "80";
    if (parts.port.empty() || parts.port == own_port) return origin;
    return origin + ':' + std::string(parts.port);
}

std::vector<std::string> readCorsOrigins(const YamlNode& api, Reporter& reporter) {
    std::vector<std::string> origins;
    for (const auto& [node, text] : itemsOf(api, "cors_origins")) {
        const auto origin = originOf(text);
        if (!origin) {
            reporter.atValue(
                *node,
                Visibility::Shown,
                "an item of 'cors_origins' is no origin, which is a scheme, a host and a port if "
                "it is not the usual one",
                text == "*" ? "name each site, such as https://app.example.com"
                            : "write for example https://app.example.com, without a path or a "
                              "slash at the end"
            );
            continue;
        }
        const bool is_known = std::find(origins.begin(), origins.end(), *origin) != origins.end();
        if (!is_known) origins.push_back(*origin);
    }
    return origins;
}

}  // namespace ferry::config
