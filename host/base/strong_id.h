#pragma once
// Distinct integer types for the identifiers of the hub, so that they can't be mixed up.

#include <compare>
#include <cstdint>
#include <functional>

namespace ferry {

template <typename Tag>
struct StrongId {
    std::int64_t value = 0;

    constexpr StrongId() = default;
    constexpr explicit StrongId(std::int64_t number) : value(number) {}
    constexpr auto operator<=>(const StrongId&) const = default;
    /// Zero means "none": stores number from 1.
    constexpr explicit operator bool() const { return value != 0; }
};

}  // namespace ferry

template <typename Tag>
struct std::hash<ferry::StrongId<Tag>> {
    std::size_t operator()(ferry::StrongId<Tag> id) const noexcept {
        return std::hash<std::int64_t>{}(id.value);
    }
};
