#pragma once
// The event log: append-only (SyncStore::commit appends), read by deliveries and by people.

#include "base/result.h"
#include "model/event.h"
#include "model/ids.h"

#include <optional>
#include <string_view>
#include <vector>

namespace ferry::store {

class EventLog {
  public:
    virtual ~EventLog() = default;

    /// Events of the instance in [first, last], in order, at most `limit`.
    virtual Result<std::vector<RecordedEvent>> range(
        InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
    ) = 0;

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

    /// Drops events recorded before `before` that no waiting delivery needs, at most `limit` in one
    /// transaction; gives how many. Goes by number and stops at the first newer event, so one that
    /// was recorded by a clock that ran ahead holds back those after it for that long.
    virtual Result<std::size_t> prune(TimePoint before, std::size_t limit) = 0;

    /// Events with a lower number, of one instance or of all. Reads an entry of an index for each:
    /// for people who ask. Not pure, so that doubles stay small.
    virtual Result<std::int64_t> countBelow(EventNumber, InstanceId) {
        return fail(ErrorCode::Unsupported, "this store counts no events");
    }
};

}  // namespace ferry::store
