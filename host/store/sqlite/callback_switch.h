#pragma once
// Freeing callbacks as part of a transaction that asks for their deliveries, and what comes after
// it.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "store/sqlite/core.h"

#include <set>

namespace ferry::store::sqlite {

/// Callbacks that are sent to again because somebody asks for it, whatever they or their receivers
/// said before: switched on, and not held by what a receiver asked for.
class FreedCallbacks {
  public:
    /// Of a transaction that is tried again.
    void clear();
    /// Within the transaction.
    Status free(Connection& connection, CallbackId callback);
    /// Once it is committed.
    void tell(Core& core) const;
    /// After that: what was tried before at those that were off is due at `now`. In transactions so
    /// short that nobody waits for them. What a failure leaves is brought forward when the callback
    /// is found to be back, or comes by its schedule.
    Status bringForward(Core& core, TimePoint now) const;

  private:
    std::set<CallbackId> off_;
    std::set<CallbackId> held_;
};

/// As DeliveryStore::bringForward.
Result<std::size_t> bringSomeForward(
    Core& core, CallbackId callback, TimePoint now, std::size_t limit
);

}  // namespace ferry::store::sqlite
