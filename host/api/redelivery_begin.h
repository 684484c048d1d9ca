#pragma once
// Deliveries that a call makes wait again: a few at once, more as a job among the replays.

#include "api/api_parts.h"
#include "api/delivery_list.h"
#include "model/ids.h"

namespace ferry::api {

/// Makes those of the list wait again, with all their attempts, and shows them so in it. Gives the
/// job that does it, beside live deliveries; none: they are due now. Errors: the store's.
Result<ReplayId> redeliverAll(const ApiParts& parts, DeliveryList& list);

}  // namespace ferry::api
