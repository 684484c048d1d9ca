#pragma once
// Subscriptions to topics that callers name, and what they send to them: as they are read, kept,
// shown and brought. Pure.

#include "base/crypto.h"
#include "base/json_writer.h"
#include "base/random.h"
#include "base/result.h"
#include "http/outbound.h"
#include "store/topic_store.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::api {

inline constexpr std::size_t kTopicBytesMax = 200;

/// Why `text` can be no topic of callers, or "" if it can: empty, too long, with control
/// characters, or the topic of an instance, whose notifications the hub alone makes.
std::string topicProblem(std::string_view text);

/// A subscription of these topics for the URL, ready to be kept.
store::TopicSubscription makeTopicSubscription(
    std::vector<std::string> topics,
    std::string_view url,
    TimePoint now,
    const SealingKey& key,
    Random& random
);
/// Errors: Corrupt.
Result<std::string> urlOf(const store::TopicSubscription& subscription, const SealingKey& key);

/// Reads {topic, from, severity, message}. Errors: InvalidArgument naming everything that is wrong
/// at once.
Result<store::TopicNotification> readTopicNotification(std::string_view body);

/// Writes {id, topic, from, severity, message, createdDate, active, acknowledged}.
void writeTopicNotification(JsonWriter& json, const store::TopicNotification& notification);

/// What the subscriber at `url` gets: the notification as JSON, its number as Elements-Webhook-Id.
/// Not signed: a signature says that the hub saw something at a provider.
http::OutboundRequest topicCallback(
    const store::TopicNotification& notification, const std::string& url
);

}  // namespace ferry::api
