#include "model/callback_limits.h"

namespace ferry {

bool isAtLeastAsSlow(
    const std::optional<RateLimit>& one, const std::optional<RateLimit>& other
) noexcept {
    if (!one || !other) return one.has_value() || !other;
    return one->count * other->period.count() <= other->count * one->period.count();
}

}  // namespace ferry
