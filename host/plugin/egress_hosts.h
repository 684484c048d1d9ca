#pragma once
// Which hosts a plugin's requests may reach: the manifest's list and the hosts of its base URLs.

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::plugin {

/// PermissionDenied, naming the host, unless the URL's host is in `egress` ("api.example.com",
/// "*.example.com"; with ":8443" at that port alone) or host and port are those of one of
/// `base_urls`. By http only where a base URL of that host and port is http itself.
Status checkEgress(
    std::string_view url,
    const std::vector<std::string>& egress,
    const std::vector<std::pair<std::string, std::string>>& base_urls
);

}  // namespace ferry::plugin
