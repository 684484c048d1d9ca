#pragma once
// Looks what an operator has to know of just now. Cheap whatever waits: every question is answered
// by an index or from memory.

#include "base/clock.h"
#include "base/result.h"
#include "model/condition.h"
#include "pipeline/callback_health.h"
#include "store/store.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ferry::pipeline {

struct ConditionWatchOptions {
    /// A callback that accepts nothing for so long is told of; so is one whose receiver has been
    /// asked for its permission for so long.
    Milliseconds failing_after{600'000};
    /// Deliveries that die are one condition, until none has died for so long.
    Milliseconds dead_window{900'000};
    /// Where a person authorizes the instance again, empty if that is no matter of a page; may be
    /// null.
    std::function<std::string(const Instance& instance)> authorize_url;
};

/// Threads: one at a time. Lifetime: the store outlives it.
class ConditionWatch {
  public:
    ConditionWatch(
        store::Store& store, std::shared_ptr<CallbackHealth> health, ConditionWatchOptions options
    );

    /// After a start, before the first look: what was open when the process before this one ended.
    void restore(const std::vector<Condition>& conditions, TimePoint now);

    /// The conditions that are there now, by kind and subject; to be described before they are told
    /// of.
    Result<std::vector<Condition>> look(TimePoint now);

    /// Fills in whom a condition concerns.
    Status describe(Condition& condition);

  private:
    struct DeadOnes {
        TimePoint since;
        TimePoint last_at;
        std::int64_t count = 0;
        std::string error;

        void add(const store::DeadDelivery& one) {
            last_at = one.finished_at;
            error = one.error;
            ++count;
        }
    };
    using DeadByInstance = std::map<InstanceId, DeadOnes>;
    /// When it died, and its id: the order of the store.
    using DeadPlace = std::pair<TimePoint, DeliveryId>;
    /// Another count of the same, under way: some have been delivered again, or are gone.
    struct Recount {
        DeadPlace begun_at;  ///< dead_until_ then
        DeadPlace until;     ///< dead deliveries up to here were counted
        DeadByInstance found;
    };

    Status lookAtInstances(std::vector<Condition>& found);
    Status lookAtCallbacks(TimePoint now, std::vector<Condition>& found);
    Status lookAtPermissions(TimePoint now, std::vector<Condition>& callbacks);
    Status lookAtDead(TimePoint now, std::vector<Condition>& found);
    Status countNewDead();
    Status recountDead();
    Result<std::vector<Instance>> concerned(const Condition& condition);

    store::Store& store_;
    const std::shared_ptr<CallbackHealth> health_;
    const ConditionWatchOptions options_;
    DeadByInstance dead_;
    DeadPlace dead_until_{};                  // dead deliveries up to here were looked at
    std::optional<std::int64_t> dead_total_;  // all that were there at the last look
    std::optional<Recount> recount_;
};

}  // namespace ferry::pipeline
