#include "pipeline/replay_pages.h"

namespace ferry::pipeline {
namespace {

struct OpenPage {
    EventRange range;
    std::size_t size = 0;
};

bool fits(const OpenPage& page, EventNumber number, std::size_t size_max) {
    return page.size < size_max && number.value - page.range.first.value < kDeliverySpanMax;
}

/// True if `number` is in the first of `ranges`, after those before it were dropped.
bool isWithin(std::span<const EventRange>& ranges, EventNumber number) {
    while (!ranges.empty() && ranges.front().last < number)
        ranges = ranges.subspan(1);
    return !ranges.empty() && ranges.front().first <= number;
}

}  // namespace

ReplayedEvents pageEvents(
    std::span<const store::EventHead> events,
    const EventSelection& selection,
    const PageLimits& limits,
    bool is_end,
    std::span<const EventRange> waiting
) {
    ReplayedEvents done;
    OpenPage page;
    const auto close = [&] {
        if (page.size > 0) done.pages.push_back(page.range);
        page.size = 0;
    };
    std::size_t i = 0;
    for (; i < events.size(); ++i) {
        const EventNumber number = events[i].number;
        const bool is_meant =
            selection.matches(events[i].type, events[i].object_kind, events[i].object_type) &&
            !isWithin(waiting, number);
        if (!is_meant) {
            close();
            continue;
        }
        if (done.matched == limits.events) break;
        if (page.size > 0 && !fits(page, number, limits.events_per_page)) close();
        if (page.size == 0 && done.pages.size() == limits.pages) break;
        if (page.size == 0) page.range.first = number;
        page.range.last = number;
        ++page.size;
        ++done.matched;
    }
    const bool is_cut = i == events.size() && !is_end;
    const bool may_grow = page.size < limits.events_per_page;
    if (is_cut && page.size > 0 && page.size < i && may_grow) {
        i -= page.size;
        done.matched -= page.size;
        page.size = 0;
    }
    close();
    done.examined = i;
    if (i > 0) done.next = EventNumber(events[i - 1].number.value + 1);
    return done;
}

}  // namespace ferry::pipeline
