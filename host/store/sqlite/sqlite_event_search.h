#pragma once
// EventSearch on SQLite.

#include "store/event_search.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteEventSearch final : public EventSearch {
  public:
    explicit SqliteEventSearch(Core& core) : core_(core) {}

    Result<std::optional<RecordedEvent>> find(std::string_view id) override;
    Result<EventPage> page(const EventQuery& query) override;
    Result<std::vector<EventHead>> heads(
        InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
    ) override;
    Result<std::vector<EventNumber>> numbers(
        InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
    ) override;
    Result<EventNumber> firstAt(TimePoint time) override;
    Result<EventPlaces> places(
        EventPlace after, InstanceId only, EventNumber first, EventNumber end, std::size_t limit
    ) override;

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
