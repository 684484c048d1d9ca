#pragma once
// DeliverySearch on SQLite.

#include "store/delivery_search.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteDeliverySearch final : public DeliverySearch {
  public:
    explicit SqliteDeliverySearch(Core& core) : core_(core) {}

    Result<std::vector<Delivery>> ofEvents(
        InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
    ) override;
    Result<DeliveryPage> page(const DeliveryQuery& query) override;
    Result<std::vector<EventOutcome>> outcomes(
        InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
    ) override;
    Result<std::vector<DeadDeliveries>> dead() override;
    Result<std::optional<EventNumber>> firstUntaken(InstanceId instance) override;

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
