#pragma once
// Whether a URL is one of the hub's own.

#include "config/field_table.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace ferry::config {

enum class OwnAddress : std::uint8_t {
    Elsewhere,  ///< not below public_url
    Callback,   ///< <public_url>/oauth/callback
    NoRoute,  ///< below /oauth or /elements, where the hub answers everything, and no page there is
              ///< for a browser that comes back
    Beside,   ///< somewhere else below public_url; a proxy may have another program there
};

/// What `url` is to a hub with this public_url.
OwnAddress ownAddress(std::string_view url, std::string_view public_url);

/// What is wrong with `url` for callbacks: the hub itself answers there, and takes none. nullopt if
/// it is another's.
std::optional<ValueProblem> ownCallbackProblem(std::string_view url, std::string_view public_url);

}  // namespace ferry::config
