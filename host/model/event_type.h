#pragma once
// The four things that can happen to an object.

#include <cstdint>
#include <string_view>

namespace ferry {

enum class EventType : std::uint8_t { Created = 0, Updated = 1, Moved = 2, Deleted = 3 };

/// "CREATED", "UPDATED", "MOVED", "DELETED".
std::string_view eventTypeName(EventType type) noexcept;

}  // namespace ferry
