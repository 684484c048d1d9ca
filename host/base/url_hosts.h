#pragma once
// Where URLs lead to, and whether a list of hosts names it.

#include <string>
#include <string_view>
#include <vector>

namespace ferry {

/// "host" or "host:port" of an absolute URL in lower case; "" if it has none, or has user
/// information.
std::string authorityOf(std::string_view url);

/// An authority without its port; an IPv6 address keeps its brackets.
std::string_view hostOf(std::string_view authority);

bool isPlainHttp(std::string_view url);

/// True if one of `hosts` is that of the URL: "api.example.com", "*.example.com"; with ":8443" at
/// that port alone. In any case of letters.
bool isHostListed(std::string_view url, const std::vector<std::string>& hosts);

}  // namespace ferry
