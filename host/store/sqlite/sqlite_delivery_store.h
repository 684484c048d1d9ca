#pragma once
// DeliveryStore on SQLite: deliveries and attempts in tables, leases and due queues in memory.

#include "store/delivery_store.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteDeliveryStore final : public DeliveryStore {
  public:
    explicit SqliteDeliveryStore(Core& core) : core_(core) {}

    Result<std::vector<Delivery>> lease(const DeliveryLeaseRequest& request) override;
    Result<std::optional<TimePoint>> nextDue(std::size_t per_callback_limit) override;
    Status record(std::span<const AttemptOutcome> outcomes) override;
    Status planAgain(TimePoint now) override;
    void pace(CallbackId callback, const CallbackPace& pace) override;
    Result<SharedLimits> limits(CallbackId callback) override;
    Status switchOff(CallbackId callback, TimePoint now, std::string_view reason) override;
    Status switchOn(CallbackId callback, TimePoint now) override;
    Result<std::vector<CallbackSwitchedOff>> switchedOff() override;
    Result<bool> acknowledge(InstanceId instance, DeliveryId id) override;
    Result<std::size_t> bringForward(CallbackId callback, TimePoint now, std::size_t limit)
        override;
    Result<std::size_t> bringInstanceForward(
        CallbackId callback, InstanceId instance, TimePoint now
    ) override;
    Result<std::vector<CallbackId>> dueLater(TimePoint now) override;
    Result<bool> isBehind(CallbackId callback, TimePoint now) override;
    void attempted(const Delivery& delivery) override;
    void release(std::span<const Delivery> deliveries) override;
    Status split(const Delivery& delivery, std::span<const EventNumber> events) override;
    Result<std::optional<Delivery>> find(InstanceId instance, DeliveryId id) override;
    Result<std::vector<Delivery>> page(InstanceId instance, DeliveryId before, std::size_t limit)
        override;
    Result<std::vector<DeliveryAttempt>> attempts(
        InstanceId instance, DeliveryId id, std::size_t limit
    ) override;
    Result<std::vector<FailingDeliveries>> failing() override;
    Result<std::map<DeliveryState, std::int64_t>> countByState() override;
    Result<std::map<DeliveryState, TimePoint>> oldestByState() override;
    Result<std::vector<DeadDelivery>> dead(TimePoint after, DeliveryId id, std::size_t limit)
        override;
    Result<std::size_t> expire(TimePoint before, TimePoint now, std::size_t limit) override;
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override;
    Result<std::int64_t> countFinished(TimePoint before) override;

  private:
    Core& core_;
    // Of whoever prunes: one thread at a time.
    DeliveryId expire_from_;
};

}  // namespace ferry::store::sqlite
