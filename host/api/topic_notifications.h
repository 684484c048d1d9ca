#pragma once
// Notifications that callers send to topics, and lists in which they stand among those of
// instances: both have their numbers from one sequence.

#include "api/api_parts.h"
#include "api/delivery_list.h"
#include "api/route.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ferry::api {

/// Keeps the notification of the call's body, and has it brought to whoever subscribed.
Result<store::TopicNotification> publishNotification(const ApiParts& parts, const Call& call);

struct NotificationList {
    std::vector<std::variant<Delivery, store::TopicNotification>> notifications;
    std::optional<store::DeliveryPlace> next;
};

/// Those of `where`, and those of the topics that callers named, from the call's `nextPage` on,
/// newest first, at most `limit`. There may be fewer than asked for, and still more after them.
Result<NotificationList> listNotificationsOf(
    const ApiParts& parts,
    const Call& call,
    DeliveryWhere where,
    const std::vector<std::string>& named,
    std::size_t limit
);

}  // namespace ferry::api
