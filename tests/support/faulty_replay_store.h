#pragma once
// The parts of FaultyStore for what people ask for: replays and cursors.

#include "store/store.h"
#include "support/fault_script.h"

namespace ferry::test {

class FaultyReplayStore final : public store::ReplayStore {
  public:
    FaultyReplayStore(store::ReplayStore& inner, FaultScript& script)
        : inner_(inner), script_(script) {}
    Result<std::size_t> redeliver(std::span<const store::DeliveryKey> keys, TimePoint now)
        override {
        return script_.run("replays.redeliver", [&] { return inner_.redeliver(keys, now); });
    }
    Result<std::optional<DeliveryId>> redeliverEvent(
        InstanceId id, EventNumber event, CallbackId callback, TimePoint now
    ) override {
        return script_.run("replays.redeliverEvent", [&] {
            return inner_.redeliverEvent(id, event, callback, now);
        });
    }
    Result<ReplayId> create(const Replay& replay) override {
        return script_.run("replays.create", [&] { return inner_.create(replay); });
    }
    Result<ReplayId> createRedelivery(
        const Replay& replay, std::span<const store::DeliveryKey> keys
    ) override {
        return script_.run("replays.createRedelivery", [&] {
            return inner_.createRedelivery(replay, keys);
        });
    }
    Result<store::RedeliveryStep> redeliverSome(
        ReplayId replay, const store::RedeliveryLimits& limits, TimePoint now
    ) override {
        return script_.run("replays.redeliverSome", [&] {
            return inner_.redeliverSome(replay, limits, now);
        });
    }
    Result<std::optional<Replay>> find(ReplayId id) override {
        return script_.run("replays.find", [&] { return inner_.find(id); });
    }
    Result<std::vector<Replay>> page(ReplayId before, std::size_t limit) override {
        return script_.run("replays.page", [&] { return inner_.page(before, limit); });
    }
    Result<std::vector<Replay>> running(std::size_t limit) override {
        return script_.run("replays.running", [&] { return inner_.running(limit); });
    }
    Result<std::vector<store::ReplayPart>> parts(ReplayId id, InstanceId after, std::size_t limit)
        override {
        return script_.run("replays.parts", [&] { return inner_.parts(id, after, limit); });
    }
    Result<std::int64_t> room(CallbackId callback, std::size_t per_callback) override {
        return script_.run("replays.room", [&] { return inner_.room(callback, per_callback); });
    }
    Result<std::int64_t> untried() override {
        return script_.run("replays.untried", [&] { return inner_.untried(); });
    }
    Status advance(const store::ReplayProgress& progress) override {
        return script_.run("replays.advance", [&] { return inner_.advance(progress); });
    }
    Result<bool> cancel(ReplayId id, TimePoint now) override {
        return script_.run("replays.cancel", [&] { return inner_.cancel(id, now); });
    }
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override {
        return script_.run("replays.prune", [&] { return inner_.prune(before, limit); });
    }

  private:
    store::ReplayStore& inner_;
    FaultScript& script_;
};

class FaultyCursorStore final : public store::CursorStore {
  public:
    FaultyCursorStore(store::CursorStore& inner, FaultScript& script)
        : inner_(inner), script_(script) {}
    Result<std::optional<store::CursorStatus>> status(InstanceId id) override {
        return script_.run("cursors.status", [&] { return inner_.status(id); });
    }
    Status request(InstanceId id, store::CursorRequest request, TimePoint now) override {
        return script_.run("cursors.request", [&] { return inner_.request(id, request, now); });
    }
    Result<std::optional<store::CursorRequest>> requested(InstanceId id) override {
        return script_.run("cursors.requested", [&] { return inner_.requested(id); });
    }
    Status begin(InstanceId id, store::CursorRequest request, const SyncPosition& position)
        override {
        return script_.run("cursors.begin", [&] { return inner_.begin(id, request, position); });
    }

  private:
    store::CursorStore& inner_;
    FaultScript& script_;
};

}  // namespace ferry::test
