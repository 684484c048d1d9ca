#pragma once
// The attempt that was the first of its delivery and took it: it stands in the delivery's row and
// not in the log, until the delivery is made again.

#include "model/delivery.h"
#include "store/sqlite/connection.h"

namespace ferry::store::sqlite {

/// Records the outcome if it is such an attempt; false if it is not, or the delivery is gone:
/// nothing was written.
Result<bool> recordFirstAttempt(Connection& connection, const AttemptOutcome& outcome);

/// Moves it into the log, if there is one. To be called before its delivery's row tells of another
/// attempt, or waits again.
Status logFirstAttempt(Connection& connection, DeliveryId delivery);

}  // namespace ferry::store::sqlite
