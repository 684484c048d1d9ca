#pragma once
// Subscriptions of URLs to topics that callers name.

#include "api/api_parts.h"
#include "api/subscription_body.h"
#include "base/json_writer.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace ferry::api {

/// There are this many at most.
inline constexpr std::size_t kTopicSubscriptionsMax = 1'000;

/// Makes one of a body without an instance, or finds that of the same topics and URL, which is
/// active again. Errors: RateLimited if there are too many.
Result<store::TopicSubscription> subscribeTopics(
    const ApiParts& parts, const SubscriptionBody& body
);

/// That of this number; nullopt if there is none.
Result<std::optional<store::TopicSubscription>> topicSubscriptionOf(
    const ApiParts& parts, std::int64_t number
);

/// As a Subscription. Errors: Corrupt.
Status writeTopicSubscription(
    JsonWriter& json, const store::TopicSubscription& subscription, const SealingKey& key
);

}  // namespace ferry::api
