#include "app/housekeeping.h"

namespace ferry::app {

namespace {
/// Rows of one transaction: a few milliseconds.
constexpr std::size_t kRowsPerStep = 1'000;
constexpr Milliseconds kRest{60'000};
/// Between two transactions of a long clean-up; writers get the store in between.
constexpr Milliseconds kPause{50};
}  // namespace

TimePoint Housekeeping::step() {
    const TimePoint now = clock_.now();
    std::size_t dropped_max = 0;
    const auto note = [&](const char* what, const Result<std::size_t>& dropped) {
        if (dropped) {
            dropped_max = std::max(dropped_max, *dropped);
        } else {
            log_.warning(
                "housekeeping",
                "can't drop old rows",
                {{"what", what}, {"error", dropped.error().message}}
            );
        }
    };
    note("deliveries", store_.deliveries().prune(now - retention_.events, kRowsPerStep));
    note("events", store_.events().prune(now - retention_.events, kRowsPerStep));
    note("replays", store_.replays().prune(now - retention_.events, kRowsPerStep));
    note("tombstones", store_.sync().pruneTombstones(now - retention_.tombstones, kRowsPerStep));
    return now + (dropped_max == kRowsPerStep ? kPause : kRest);
}

}  // namespace ferry::app
