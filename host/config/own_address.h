#pragma once
// The hub's own addresses, and whether a URL is one of them.

#include "config/field_table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::config {

enum class OwnAddress : std::uint8_t {
    Elsewhere,  ///< not below public_url
    Callback,   ///< <public_url>/oauth/callback
    NoRoute,  ///< below /oauth or /elements, where the hub answers everything, and no page there is
              ///< for a browser that comes back
    Beside,   ///< somewhere else below public_url; a proxy may have another program there
};

/// "127.0.0.1:8080", "[::1]:8080".
std::string listenAddress(std::string_view host, std::uint16_t port);

/// True for an IPv4 address, an IPv6 address in brackets, or what can be the name of a host.
bool isListenHost(std::string_view host);

/// What a program on this machine connects to, of a hub that listens there: loopback in place of
/// "any address".
std::string localUrl(std::string_view host, std::uint16_t port);

/// What `url` is to a hub with this public_url.
OwnAddress ownAddress(std::string_view url, std::string_view public_url);

/// What is wrong with `url` for callbacks: the hub itself answers there, and takes none. nullopt if
/// it is another's.
std::optional<ValueProblem> ownCallbackProblem(std::string_view url, std::string_view public_url);

}  // namespace ferry::config
