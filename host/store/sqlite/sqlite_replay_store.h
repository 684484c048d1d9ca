#pragma once
// ReplayStore on SQLite: replays in sqlite_replay_store.cpp, what is asked for singly in
// sqlite_redelivery.cpp, and by the many in sqlite_redelivery_job.cpp.

#include "store/replay_store.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteReplayStore final : public ReplayStore {
  public:
    explicit SqliteReplayStore(Core& core) : core_(core) {}

    Result<std::size_t> redeliver(std::span<const DeliveryKey> keys, TimePoint now) override;
    Result<std::optional<DeliveryId>> redeliverEvent(
        InstanceId instance, EventNumber event, CallbackId callback, TimePoint now
    ) override;
    Result<ReplayId> create(const Replay& replay) override;
    Result<ReplayId> createRedelivery(const Replay& replay, std::span<const DeliveryKey> keys)
        override;
    Result<RedeliveryStep> redeliverSome(
        ReplayId replay, const RedeliveryLimits& limits, TimePoint now
    ) override;
    Result<std::optional<Replay>> find(ReplayId id) override;
    Result<std::vector<Replay>> page(ReplayId before, std::size_t limit) override;
    Result<std::vector<Replay>> running(std::size_t limit) override;
    Result<std::vector<ReplayPart>> parts(ReplayId id, InstanceId after, std::size_t limit)
        override;
    Result<std::int64_t> room(CallbackId callback, std::size_t per_callback) override;
    Result<std::int64_t> untried() override;
    Status advance(const ReplayProgress& progress) override;
    Result<bool> cancel(ReplayId id, TimePoint now) override;
    Result<ReplayOutcomes> outcomes(ReplayId id) override;
    Result<std::vector<CallbackId>> callbacksLeft(ReplayId id, std::size_t limit) override;
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override;

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
