#pragma once
// The commented ferry.yaml that `ferry init` writes. A test proves that it says what the defaults
// are.

#include <string_view>

namespace ferry::config {

std::string_view defaultConfigText() noexcept;

/// A commented instance file for `ferry init`.
std::string_view exampleInstanceText() noexcept;

}  // namespace ferry::config
