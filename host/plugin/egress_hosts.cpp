#include "plugin/egress_hosts.h"

#include "base/url_hosts.h"

#include <algorithm>

namespace ferry::plugin {

Status checkEgress(
    std::string_view url,
    const std::vector<std::string>& egress,
    const std::vector<std::pair<std::string, std::string>>& base_urls
) {
    const std::string authority = authorityOf(url);
    const std::string_view host = hostOf(authority);
    const auto hasBase = [&](bool of_plain_http) {
        return std::any_of(base_urls.begin(), base_urls.end(), [&](const auto& base) {
            return authorityOf(base.second) == authority &&
                   (!of_plain_http || isPlainHttp(base.second));
        });
    };
    if (!authority.empty() && (isHostListed(url, egress) || hasBase(false))) {
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
