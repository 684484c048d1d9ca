#pragma once
// What the instances that share a callback ask of how fast it is sent to.

#include "base/result.h"
#include "model/delivery.h"
#include "store/delivery_store.h"
#include "store/sqlite/connection.h"

namespace ferry::store::sqlite {

/// As DeliveryStore::limits: three entries of indexes, however many instances there are.
Result<SharedLimits> readSharedLimits(Connection& connection, CallbackId callback);

/// Notes how far the rate of the attempt's callback is used, if it has one, and what its receiver
/// asked for.
Status noteCallbackUse(Connection& connection, const AttemptOutcome& outcome);

}  // namespace ferry::store::sqlite
