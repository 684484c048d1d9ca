#pragma once
// The plugin ABI as manifests name it.

#include <cstdint>

namespace ferry::config {

/// The major version of the plugin ABI that this program has.
/// Source: sdk/include/ferry/abi/entry.h, which this folder does not include.
inline constexpr std::int64_t kPluginAbi = 1;

}  // namespace ferry::config
