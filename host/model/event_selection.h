#pragma once
// Which events are meant, by what is known without reading their bodies.

#include "model/event_type.h"
#include "model/object.h"

#include <cstdint>

namespace ferry {

struct EventSelection {
    std::uint8_t types = 0;  ///< bit n stands for the EventType of value n; 0: all types
    std::uint8_t kinds = 0;  ///< bit n stands for the ObjectKind of value n; 0: all kinds

    void add(EventType type) { types = with(types, static_cast<unsigned>(type)); }
    void add(ObjectKind kind) { kinds = with(kinds, static_cast<unsigned>(kind)); }

    bool matches(EventType type, ObjectKind kind) const {
        return has(types, static_cast<unsigned>(type)) && has(kinds, static_cast<unsigned>(kind));
    }
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
