#include "model/event_selection.h"

#include <algorithm>

namespace ferry {

bool isObjectNamed(
    std::span<const std::string> names, ObjectKind kind, std::string_view object_type
) noexcept {
    if (names.empty()) return true;
    const bool has_type = kind == ObjectKind::Other && !object_type.empty();
    return std::ranges::any_of(names, [&](const std::string& name) {
        return name == objectKindName(kind) || (has_type && name == object_type);
    });
}

}  // namespace ferry
