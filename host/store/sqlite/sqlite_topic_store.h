#pragma once
// TopicStore on SQLite.

#include "store/sqlite/core.h"
#include "store/topic_store.h"

namespace ferry::store::sqlite {

class SqliteTopicStore final : public TopicStore {
  public:
    explicit SqliteTopicStore(Core& core) : core_(core) {}

    Result<std::int64_t> subscribe(const TopicSubscription& subscription, std::size_t count_max)
        override;
    Result<std::optional<TopicSubscription>> subscription(std::int64_t id) override;
    Result<std::vector<TopicSubscription>> subscriptions(std::int64_t after, std::size_t limit)
        override;
    Result<bool> unsubscribe(std::int64_t id) override;
    Status deactivate(std::int64_t id) override;

    Result<DeliveryId> publish(const TopicNotification& notification, std::size_t waiting_max)
        override;
    Result<std::optional<TopicNotification>> notification(DeliveryId id) override;
    Result<std::vector<TopicNotification>> notifications(
        std::span<const std::string> topics, DeliveryId before, std::size_t limit
    ) override;
    Result<bool> acknowledge(DeliveryId id) override;
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override;

    Result<std::vector<TopicSending>> nextSendings() override;
    Result<std::size_t> sendingCount() override;
    Status postpone(const TopicSending& sending) override;
    Status endSending(const TopicSending& sending) override;

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
