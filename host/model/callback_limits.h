#pragma once
// How fast a callback may be sent to, as instances ask for it.

#include "base/clock.h"

#include <cstdint>
#include <optional>

namespace ferry {

struct RateLimit {
    std::int64_t count = 0;  ///< callbacks
    Milliseconds period{1'000};

    bool operator==(const RateLimit&) const = default;
};

/// True if `one` lets no more through in a time than `other` does; no limit lets everything.
bool isAtLeastAsSlow(
    const std::optional<RateLimit>& one, const std::optional<RateLimit>& other
) noexcept;

/// `event.notification.concurrency` and `event.notification.rate.limit` of one instance.
struct CallbackLimits {
    std::int64_t concurrency = 0;   ///< callbacks at a time; 0: as many as the hub says
    std::optional<RateLimit> rate;  ///< none: no limit

    bool operator==(const CallbackLimits&) const = default;
};

}  // namespace ferry
