#pragma once
// The list of subscriptions: those of instances, and behind them those of topics.

#include "api/api_parts.h"
#include "api/route.h"

namespace ferry::api {

/// A page of them. It may have fewer than asked for, or none, and still be followed by another,
/// where many instances in a row have no subscription.
Result<http::Response> listSubscriptions(const ApiParts& parts, const Call& call);

}  // namespace ferry::api
