#pragma once
// Switching a callback on as part of a transaction that asks for its deliveries.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "store/sqlite/connection.h"

namespace ferry::store::sqlite {

/// Gives whether it was off; then the schedule has to know (DeliverySchedule::setOff) once this is
/// committed. Deliveries that were tried before are due at `now`.
Result<bool> switchCallbackOn(Connection& connection, CallbackId callback, TimePoint now);

}  // namespace ferry::store::sqlite
