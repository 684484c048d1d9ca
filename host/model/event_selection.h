#pragma once
// Which events are meant, by what is known without reading their bodies.

#include "model/event_type.h"
#include "model/object.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ferry {

/// True if one of `names` is that of the object's kind (`file`, `folder`, `other`) or, of kind
/// Other, of its type (`issue`); true if there are none.
bool isObjectNamed(
    std::span<const std::string> names, ObjectKind kind, std::string_view object_type
) noexcept;

struct EventSelection {
    std::uint8_t types = 0;  ///< bit n stands for the EventType of value n; 0: all types
    std::vector<std::string> object_types = {};  ///< as for isObjectNamed

    void add(EventType type) { types = with(types, static_cast<unsigned>(type)); }

    bool matches(EventType type, ObjectKind kind, std::string_view object_type) const {
        return has(types, static_cast<unsigned>(type)) &&
               isObjectNamed(object_types, kind, object_type);
    }
    /// The type, whatever the object is.
    bool matches(EventType type) const { return has(types, static_cast<unsigned>(type)); }
    bool operator==(const EventSelection&) const = default;

  private:
    static std::uint8_t with(std::uint8_t mask, unsigned bit) {
        return static_cast<std::uint8_t>(mask | 1U << bit);
    }
    static bool has(std::uint8_t mask, unsigned bit) {
        return mask == 0 || (mask & 1U << bit) != 0;
    }
};

}  // namespace ferry
