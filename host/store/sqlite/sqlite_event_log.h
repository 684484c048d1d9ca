#pragma once
// EventLog on SQLite.

#include "store/event_log.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteEventLog final : public EventLog {
  public:
    explicit SqliteEventLog(Core& core) : core_(core) {}

    Result<std::vector<RecordedEvent>> range(
        InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
    ) override;
    Result<std::vector<RecordedEvent>> after(
        EventNumber after, InstanceId instance, std::size_t limit
    ) override;
    Result<EventNumber> newest() override;
    Result<EventNumber> beforeNewest(InstanceId instance, std::size_t count) override;
    Result<std::int64_t> count(InstanceId instance) override;
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override;

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
