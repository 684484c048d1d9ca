#pragma once
// What `plugin` of a connector's manifest names.

#include <string_view>

namespace ferry {

/// True for the id of a library that connectors share; false for a file beside the manifest, or for
/// none.
inline bool namesSharedLibrary(std::string_view plugin) noexcept {
    return !plugin.empty() && !plugin.ends_with(".so");
}

}  // namespace ferry
