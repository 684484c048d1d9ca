#pragma once
// Deliveries that a call means.

#include "api/api_parts.h"
#include "api/delivery_query.h"
#include "api/route.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace ferry::api {

struct DeliveryList {
    std::vector<Delivery> deliveries;
    std::optional<store::DeliveryPlace> next;
};

/// Deliveries that match, at most `limit`, newest first, from the call's `nextPage` on; of the
/// call's instance if it has one. There may be fewer than asked for, or none, and still more after
/// them.
Result<DeliveryList> listDeliveries(
    const ApiParts& parts, const Call& call, DeliveryWhere where, std::size_t limit
);

}  // namespace ferry::api
