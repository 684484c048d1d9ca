#pragma once
// What a `where` means for deliveries.

#include "api/where_clause.h"
#include "base/result.h"
#include "model/subscription_number.h"
#include "store/delivery_search.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace ferry::api {

struct DeliveryWhere {
    store::DeliveryQuery query;
    std::optional<DeliveryId> delivery;  ///< one alone
    std::string callback_url;            ///< deliveries to it alone; empty: to any
    CallbackId callback;                 ///< the same, for that of a subscription; none: to any
    std::set<InstanceId> instances;      ///< of these alone; empty: of any
    bool is_none = false;                ///< nothing can match: another channel, say
};

/// Fields: `channel` (webhook; the others have no deliveries), `status` (created, retry, delivered,
/// queued, notified), `config.url`, `notificationId`, `subscriptionId` or `instanceId`,
/// `httpStatus` of the last attempt, and `createdDate` with any comparison. All conditions have to
/// hold: nothing is meant by two that exclude each other. Errors: InvalidArgument
/// naming the field or the value.
Result<DeliveryWhere> readDeliveryWhere(std::string_view where);

/// Leaves the deliveries of the instance alone; none if another one is meant already.
void takeInstance(InstanceId instance, DeliveryWhere& where);

/// Leaves the deliveries of the subscription of this number alone; none if there can't be one.
void takeSubscription(std::int64_t number, DeliveryWhere& where);

/// A number from 1 on, below the greatest there is; nullopt for anything else.
std::optional<std::int64_t> parseId(std::string_view text);

/// Tokens of pages of deliveries.
std::string deliveryPageToken(const store::DeliveryPlace& place);
Result<store::DeliveryPlace> readDeliveryPageToken(std::string_view token);

}  // namespace ferry::api
