#pragma once
// The event log: append-only (SyncStore::commit appends), read by deliveries and by people.

#include "base/result.h"
#include "model/event.h"
#include "model/ids.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::store {

/// Events of `instance` in [first, last].
struct EventRange {
    InstanceId instance;
    EventNumber first;
    EventNumber last;
};

/// Events of several ranges.
using EventPages = std::vector<std::vector<RecordedEvent>>;

/// What their texts take in memory, about.
inline std::size_t bytesOf(std::span<const RecordedEvent> events) {
    std::size_t bytes = 0;
    for (const RecordedEvent& event : events)
        bytes += event.body.size() + event.raw.size();
    return bytes;
}

class EventLog {
  public:
    virtual ~EventLog() = default;

    /// Events of the instance in [first, last], in order, at most `limit`.
    virtual Result<std::vector<RecordedEvent>> range(
        InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
    ) = 0;

    /// As `range` of each of `ranges`, which a driver may read more cheaply together: the events of
    /// each are put into its page of `pages`, which takes the place of what was there and uses its
    /// memory again. Ends early, after one at least, when what was read comes to `bytes_max`. Gives
    /// how many pages it wrote.
    virtual Result<std::size_t> ranges(
        std::span<const EventRange> ranges,
        std::size_t limit,
        std::size_t bytes_max,
        EventPages& pages
    ) {
        return readInTurn(
            ranges,
            bytes_max,
            pages,
            [&](const EventRange& one, std::vector<RecordedEvent>& page) -> Status {
                FERRY_TRY_ASSIGN(page, range(one.instance, one.first, one.last, limit));
                return {};
            }
        );
    }

    /// Events after `after` in order, of one instance or of all (`instance` none), at most `limit`.
    virtual Result<std::vector<RecordedEvent>> after(
        EventNumber after, InstanceId instance, std::size_t limit
    ) = 0;

    /// Number of the newest event; none if the log is empty.
    virtual Result<EventNumber> newest() = 0;

    /// Number of the event that stands before the `count` newest ones of one instance or of all;
    /// none if there are no more than `count`.
    virtual Result<EventNumber> beforeNewest(InstanceId instance, std::size_t count) = 0;

    /// Events in the log, of one instance or of all.
    virtual Result<std::int64_t> count(InstanceId instance) = 0;

    /// Drops events from before `before` that no waiting or dead delivery needs, at most `limit` in
    /// one transaction; gives how many. Goes by number and stops at the first newer event, so one
    /// that was recorded by a clock that ran ahead holds back those after it for that long.
    virtual Result<std::size_t> prune(TimePoint before, std::size_t limit) = 0;

    /// Events with a lower number, of one instance or of all. Reads an entry of an index for each:
    /// for people who ask. Not pure, so that doubles stay small.
    virtual Result<std::int64_t> countBelow(EventNumber, InstanceId) {
        return fail(ErrorCode::Unsupported, "this store counts no events");
    }

  protected:
    /// What `ranges` does, with `read(range, page)` for each.
    template <typename Read>
    static Result<std::size_t> readInTurn(
        std::span<const EventRange> ranges, std::size_t bytes_max, EventPages& pages, Read&& read
    ) {
        if (pages.size() < ranges.size()) pages.resize(ranges.size());
        std::size_t count = 0;
        for (std::size_t bytes = 0; count < ranges.size() && bytes < bytes_max; ++count) {
            FERRY_TRY(read(ranges[count], pages[count]));
            bytes += bytesOf(pages[count]);
        }
        return count;
    }
};

}  // namespace ferry::store
