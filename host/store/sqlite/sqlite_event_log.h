#pragma once
// EventLog on SQLite.

#include "store/event_log.h"
#include "store/sqlite/core.h"

#include <atomic>
#include <cstdint>
#include <limits>

namespace ferry::store::sqlite {

class SqliteEventLog final : public EventLog {
  public:
    explicit SqliteEventLog(Core& core) : core_(core) {}

    Result<std::vector<RecordedEvent>> range(
        InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
    ) override;
    Result<std::size_t> ranges(
        std::span<const EventRange> ranges,
        std::size_t limit,
        std::size_t bytes_max,
        EventPages& pages
    ) override;
    Result<std::vector<RecordedEvent>> after(
        EventNumber after, InstanceId instance, std::size_t limit
    ) override;
    Result<EventNumber> newest() override;
    Result<EventNumber> beforeNewest(InstanceId instance, std::size_t count) override;
    Result<std::int64_t> count(InstanceId instance) override;
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override;
    Result<std::int64_t> countBelow(EventNumber end, InstanceId instance) override;

  private:
    Core& core_;
    /// Where `prune` goes on: it looks at so many events in one call.
    std::atomic<std::int64_t> prune_from_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace ferry::store::sqlite
