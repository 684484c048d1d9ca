#include "api/topic_subscriptions.h"

#include "api/topic_message.h"
#include "model/subscription_number.h"

namespace ferry::api {

Result<store::TopicSubscription> subscribeTopics(
    const ApiParts& parts, const SubscriptionBody& body
) {
    store::TopicSubscription subscription =
        makeTopicSubscription(body.topics, body.url, parts.clock.now(), parts.key, parts.random);
    FERRY_TRY_ASSIGN(
        subscription.id, parts.store.topics().subscribe(subscription, kTopicSubscriptionsMax)
    );
    return subscription;
}

Result<std::optional<store::TopicSubscription>> topicSubscriptionOf(
    const ApiParts& parts, std::int64_t number
) {
    const auto id = topicSubscriptionOfNumber(number);
    if (!id) return std::optional<store::TopicSubscription>();
    return parts.store.topics().subscription(*id);
}

Status writeTopicSubscription(
    JsonWriter& json, const store::TopicSubscription& subscription, const SealingKey& key
) {
    FERRY_TRY_ASSIGN(const std::string url, urlOf(subscription, key));
    json.beginObject().field("id", topicSubscriptionNumber(subscription.id));
    json.field("channel", "webhook");
    json.key("topics").beginArray();
    for (const std::string& topic : subscription.topics)
        json.string(topic);
    json.endArray();
    json.key("config").beginObject().field("url", url).endObject();
    json.field("active", subscription.is_active).endObject();
    return {};
}

}  // namespace ferry::api
