#include "app/housekeeping.h"

#include <algorithm>

namespace ferry::app {

namespace {
constexpr std::string_view kComponent = "housekeeping";
constexpr Milliseconds kRest{60'000};
/// Between two transactions of a long clean-up; writers get the store in between.
constexpr Milliseconds kPause{20};
/// Of the time that is kept, how much is given up in one go: this part, or the least that is worth
/// looking at the store again.
constexpr int kSizeSteps = 64;
constexpr Milliseconds kSizeStepMin{900'000};
constexpr Milliseconds kSizeLineInterval{3'600'000};
}  // namespace

TimePoint Housekeeping::step() {
    const TimePoint now = clock_.now();
    const TimePoint before = std::max(now - retention_.age, before_for_size_);
    const auto dropped = dropOlderThan(before, now);
    if (!dropped) return now + kRest;
    const bool has_more = *dropped == kPruneRows || dropsEarlier(before, now);
    return now + (has_more ? kPause : kRest);
}

/// Gives how many rows of one kind went at most: kPruneRows if there may be more. Nothing if the
/// store failed.
std::optional<std::size_t> Housekeeping::dropOlderThan(TimePoint before, TimePoint now) {
    std::optional<std::size_t> dropped_max = 0;
    const auto note = [&](std::string_view what, const Result<std::size_t>& dropped) {
        if (!dropped) {
            noteFailure(what, dropped.error());
            dropped_max.reset();
        } else if (dropped_max) {
            dropped_max = std::max(*dropped_max, *dropped);
        }
    };
    note("waiting deliveries", expire(now));
    note("deliveries", store_.deliveries().prune(before, kPruneRows));
    note("events", store_.events().prune(before, kPruneRows));
    note("notifications", store_.topics().prune(before, kPruneRows));
    note("replays", store_.replays().prune(before, kPruneRows));
    note("tombstones", store_.sync().pruneTombstones(now - retention_.tombstones, kPruneRows));
    note("inbox", store_.inbox().prune(now - retention_.inbox, kPruneRows));
    return dropped_max;
}

Result<std::size_t> Housekeeping::expire(TimePoint now) {
    FERRY_TRY_ASSIGN(
        const std::size_t count,
        store_.deliveries().expire(now - retention_.waiting, now, kPruneRows)
    );
    if (count > 0) {
        log_.warning(
            kComponent,
            "deliveries have waited longer than retention.waiting and are dead letters now",
            {{"deliveries", static_cast<std::int64_t>(count)}}
        );
    }
    return count;
}

/// Nothing is left that is older than `before`: moves it on if the store is too large all the same.
bool Housekeeping::dropsEarlier(TimePoint before, TimePoint now) {
    if (retention_.bytes_max == 0) return false;
    const auto used = store_.meta().bytesUsed();
    if (!used) {
        noteFailure("size", used.error());
        return false;
    }
    if (*used <= retention_.bytes_max) return false;
    const bool has_more = now - before >= kAgeMin + kSizeStepMin;
    if (has_more) {
        before_for_size_ =
            std::min(before + std::max((now - before) / kSizeSteps, kSizeStepMin), now - kAgeMin);
    }
    if (now >= next_size_line_) {
        next_size_line_ = now + kSizeLineInterval;
        log_.warning(
            kComponent,
            has_more
                ? "the store is larger than retention.size: events and finished deliveries "
                  "are dropped before retention.age"
                : "the store is larger than retention.size, and nothing is left in it to drop: "
                  "raise retention.size, or look for callbacks that are away (ferry instances)",
            {{"bytes", *used}, {"retention_size", retention_.bytes_max}}
        );
    }
    return has_more;
}

void Housekeeping::noteFailure(std::string_view what, const Error& error) {
    log_.warning(kComponent, "can't drop old rows", {{"what", what}, {"error", error.message}});
}

}  // namespace ferry::app
