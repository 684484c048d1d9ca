#pragma once
// Switching a callback on as part of a transaction that asks for its deliveries, and what comes
// after it.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

/// Gives whether it was off; then the schedule has to know (DeliverySchedule::setOff) once this is
/// committed, and `bringAllForward` follows.
Result<bool> switchCallbackOn(Connection& connection, CallbackId callback);

/// As DeliveryStore::bringForward.
Result<std::size_t> bringSomeForward(
    Core& core, CallbackId callback, TimePoint now, std::size_t limit
);

/// The same of all of its deliveries, in transactions so short that nobody waits for them. What a
/// failure leaves is brought forward when the callback is found to be back, or comes by its
/// schedule.
Status bringAllForward(Core& core, CallbackId callback, TimePoint now);

}  // namespace ferry::store::sqlite
