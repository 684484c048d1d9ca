#pragma once
// Which deliveries a replay makes of an instance's events. Pure.

#include "model/delivery.h"
#include "model/event_selection.h"
#include "store/event_search.h"

#include <cstddef>
#include <span>
#include <vector>

namespace ferry::pipeline {

struct EventRange {
    EventNumber first;
    EventNumber last;

    bool operator==(const EventRange&) const = default;
};

/// What may be made in one go.
struct PageLimits {
    std::size_t pages = 0;
    std::size_t events = 0;  ///< in all pages
    /// In each page, at most; at least one.
    std::size_t events_per_page = static_cast<std::size_t>(kEventsPerDeliveryMax);
};

struct ReplayedEvents {
    std::vector<EventRange> pages;
    EventNumber next;          ///< nothing before it is left to do; none if nothing was done
    std::size_t examined = 0;  ///< events before `next`
    std::size_t matched = 0;   ///< of these, selected and not waiting; all of them are in pages
};

/// Pages of the selected ones of `events`, which are successive events of one instance, but for
/// those in `waiting` (ascending): they go out anyhow. A delivery carries all events of its
/// instance between its first and its last, so a page ends where an event is left out; it has at
/// most `limits.events_per_page` events and spans less than kDeliverySpanMax numbers. `is_end`:
/// there are no more after these; otherwise a last page that may go on is left for the next call,
/// unless it would be all.
ReplayedEvents pageEvents(
    std::span<const store::EventHead> events,
    const EventSelection& selection,
    const PageLimits& limits,
    bool is_end,
    std::span<const EventRange> waiting = {}
);

}  // namespace ferry::pipeline
