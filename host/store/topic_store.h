#pragma once
// Topics that callers name: they subscribe URLs to them, and send notifications to whoever
// subscribed. Topics of instances are not among these: their subscriptions are instances, and
// their notifications are deliveries.

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "model/ids.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ferry::store {

struct TopicSubscription {
    std::int64_t id = 0;              ///< from 1 on, never given twice
    std::vector<std::string> topics;  ///< sorted, each once
    Digest256 fingerprint{};          ///< of the topics and the URL
    std::string sealed_url;           ///< the store does not look
    bool is_active = true;            ///< false: its receiver wants no more
    TimePoint created_at;
};

struct TopicNotification {
    DeliveryId id;  ///< of the numbers of deliveries: receivers know callbacks by them
    std::string topic;
    std::string sender;
    std::string severity;
    std::string message;
    bool is_acknowledged = false;
    TimePoint created_at;
};

/// A notification on its way to one subscription.
struct TopicSending {
    DeliveryId notification;
    std::int64_t subscription = 0;
    unsigned attempt_count = 0;
    TimePoint due_at;
};

class TopicStore {
  public:
    virtual ~TopicStore() = default;

    /// Keeps a subscription and gives its number, whatever `subscription.id` is. One of the same
    /// fingerprint that there is already stays, active again. Errors: RateLimited if there are
    /// `count_max` already.
    virtual Result<std::int64_t> subscribe(
        const TopicSubscription& subscription, std::size_t count_max
    ) = 0;
    virtual Result<std::optional<TopicSubscription>> subscription(std::int64_t id) = 0;
    /// Those with a greater id than `after`, by id.
    virtual Result<std::vector<TopicSubscription>> subscriptions(
        std::int64_t after, std::size_t limit
    ) = 0;
    /// Removes it, and what is on its way to it. False if there is none.
    virtual Result<bool> unsubscribe(std::int64_t id) = 0;
    /// Its receiver wants no more: nothing goes to it, and what is on its way to it is removed.
    virtual Status deactivate(std::int64_t id) = 0;

    /// Keeps a notification, gives it a number, and makes it due at each active subscription of
    /// its topic. Errors: RateLimited if one of them would have more than `waiting_max` waiting.
    virtual Result<DeliveryId> publish(
        const TopicNotification& notification, std::size_t waiting_max
    ) = 0;
    virtual Result<std::optional<TopicNotification>> notification(DeliveryId id) = 0;
    /// Of these topics, with an id below `before`, newest first.
    virtual Result<std::vector<TopicNotification>> notifications(
        std::span<const std::string> topics, DeliveryId before, std::size_t limit
    ) = 0;
    /// False if there is none.
    virtual Result<bool> acknowledge(DeliveryId id) = 0;
    /// Removes notifications that were made before this and are on their way no more, at most
    /// `limit`. Gives how many.
    virtual Result<std::size_t> prune(TimePoint before, std::size_t limit) = 0;

    /// The next sending of each subscription that has one, by the time when it is due.
    virtual Result<std::vector<TopicSending>> nextSendings() = 0;
    virtual Result<std::size_t> sendingCount() = 0;
    /// Replaces `attempt_count` and `due_at`; one that is gone stays gone.
    virtual Status postpone(const TopicSending& sending) = 0;
    virtual Status endSending(const TopicSending& sending) = 0;
};

}  // namespace ferry::store
