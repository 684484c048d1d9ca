#include "store/sqlite/sqlite_topic_store.h"

#include "model/subscription_number.h"
#include "store/sqlite/instance_rows.h"
#include "store/sqlite/sequence.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::store::sqlite {
namespace {

/// Of a row of id, fingerprint, sealed_url, is_active, created_at.
Result<TopicSubscription> subscriptionOf(const Query& row) {
    TopicSubscription subscription;
    subscription.id = row.integer(0);
    FERRY_TRY_ASSIGN(subscription.fingerprint, digestFrom(row.view(1), "topic subscription"));
    subscription.sealed_url = row.text(2);
    subscription.is_active = row.integer(3) != 0;
    subscription.created_at = row.time(4);
    return subscription;
}

Status readTopics(Connection& connection, TopicSubscription& subscription) {
    auto rows =
        connection.query("SELECT topic FROM topic_listener WHERE subscription_id = ? ORDER BY topic"
        );
    rows.bind(subscription.id);
    FERRY_TRY_ASSIGN(subscription.topics, collect<std::string>(rows, [](const Query& row) {
                         return row.text(0);
                     }));
    return {};
}

/// Of a row of id, topic, sender, severity, message, is_acknowledged, created_at.
TopicNotification notificationOf(const Query& row) {
    TopicNotification notification;
    notification.id = DeliveryId(row.integer(0));
    notification.topic = row.text(1);
    notification.sender = row.text(2);
    notification.severity = row.text(3);
    notification.message = row.text(4);
    notification.is_acknowledged = row.integer(5) != 0;
    notification.created_at = row.time(6);
    return notification;
}

Status dropSendings(Connection& connection, std::int64_t subscription) {
    return connection.query("DELETE FROM topic_sending WHERE subscription_id = ?")
        .bind(subscription)
        .run();
}

/// The number of the subscription of this fingerprint, active from now on; 0 if there is none.
Result<std::int64_t> reactivate(Connection& connection, const Digest256& fingerprint) {
    auto update = connection.query(
        "UPDATE topic_subscription SET is_active = 1 WHERE fingerprint = ? RETURNING id"
    );
    FERRY_TRY_ASSIGN(const bool has_row, update.bind(Blob{asText(fingerprint)}).step());
    if (!has_row) return std::int64_t{0};
    const std::int64_t id = update.integer(0);
    FERRY_TRY(update.run());
    return id;
}

Status insertSubscription(
    Connection& connection, std::int64_t id, const TopicSubscription& subscription
) {
    auto insert = connection.query(
        "INSERT INTO topic_subscription (id, fingerprint, sealed_url, is_active, created_at) "
        "VALUES (?, ?, ?, 1, ?)"
    );
    insert.bind(
        id,
        Blob{asText(subscription.fingerprint)},
        Blob{subscription.sealed_url},
        subscription.created_at
    );
    FERRY_TRY(insert.run());
    auto listen =
        connection.query("INSERT INTO topic_listener (topic, subscription_id) VALUES (?, ?)");
    for (const std::string& topic : subscription.topics)
        FERRY_TRY(listen.bind(topic, id).run());
    return {};
}

Status checkRoom(Connection& connection, const std::string& topic, std::size_t waiting_max) {
    auto full = connection.query(
        "SELECT subscription_id FROM topic_listener l WHERE topic = ?1 AND (SELECT count(*) "
        "FROM topic_sending WHERE subscription_id = l.subscription_id) > ?2 LIMIT 1"
    );
    FERRY_TRY_ASSIGN(const bool is_full, full.bind(topic, waiting_max).step());
    if (!is_full) return {};
    return fail(
        ErrorCode::RateLimited,
        fmt::format(
            "subscription {} has {} notifications waiting already, as its receiver does not take "
            "them: send it later, or remove that subscription",
            topicSubscriptionNumber(full.integer(0)),
            waiting_max
        )
    );
}

}  // namespace

Result<std::int64_t> SqliteTopicStore::subscribe(
    const TopicSubscription& subscription, std::size_t count_max
) {
    std::int64_t id = 0;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY_ASSIGN(id, reactivate(connection, subscription.fingerprint));
        if (id != 0) return {};
        FERRY_TRY_ASSIGN(
            const std::int64_t count,
            firstInteger(connection.query("SELECT count(*) FROM topic_subscription"))
        );
        if (count >= static_cast<std::int64_t>(count_max)) {
            return fail(
                ErrorCode::RateLimited,
                fmt::format("there are {} subscriptions of topics already: remove some", count)
            );
        }
        FERRY_TRY_ASSIGN(id, takeNumbers(connection, "topic_subscription", 1));
        return insertSubscription(connection, id, subscription);
    }));
    return id;
}

Result<std::optional<TopicSubscription>> SqliteTopicStore::subscription(std::int64_t id) {
    return core_.read([&](Connection& connection) -> Result<std::optional<TopicSubscription>> {
        auto row = connection.query(
            "SELECT id, fingerprint, sealed_url, is_active, created_at FROM topic_subscription "
            "WHERE id = ?"
        );
        FERRY_TRY_ASSIGN(const bool has_row, row.bind(id).step());
        if (!has_row) return std::optional<TopicSubscription>();
        FERRY_TRY_ASSIGN(TopicSubscription found, subscriptionOf(row));
        FERRY_TRY(readTopics(connection, found));
        return std::optional(std::move(found));
    });
}

Result<std::vector<TopicSubscription>> SqliteTopicStore::subscriptions(
    std::int64_t after, std::size_t limit
) {
    return core_.read([&](Connection& connection) -> Result<std::vector<TopicSubscription>> {
        auto rows = connection.query(
            "SELECT id, fingerprint, sealed_url, is_active, created_at FROM topic_subscription "
            "WHERE id > ? ORDER BY id LIMIT ?"
        );
        rows.bind(after, limit);
        std::vector<TopicSubscription> all;
        for (;;) {
            FERRY_TRY_ASSIGN(const bool has_row, rows.step());
            if (!has_row) break;
            FERRY_TRY_ASSIGN(TopicSubscription one, subscriptionOf(rows));
            all.push_back(std::move(one));
        }
        for (TopicSubscription& one : all)
            FERRY_TRY(readTopics(connection, one));
        return all;
    });
}

Result<bool> SqliteTopicStore::unsubscribe(std::int64_t id) {
    bool was_there = false;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(dropSendings(connection, id));
        FERRY_TRY(
            connection.query("DELETE FROM topic_listener WHERE subscription_id = ?").bind(id).run()
        );
        FERRY_TRY(connection.query("DELETE FROM topic_subscription WHERE id = ?").bind(id).run());
        was_there = connection.changes() > 0;
        return {};
    }));
    return was_there;
}

Status SqliteTopicStore::deactivate(std::int64_t id) {
    return core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(dropSendings(connection, id));
        return connection.query("UPDATE topic_subscription SET is_active = 0 WHERE id = ?")
            .bind(id)
            .run();
    });
}

Result<DeliveryId> SqliteTopicStore::publish(
    const TopicNotification& notification, std::size_t waiting_max
) {
    DeliveryId id;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY_ASSIGN(const std::int64_t number, takeNumbers(connection, "delivery", 1));
        id = DeliveryId(number);
        auto insert = connection.query(
            "INSERT INTO topic_notification (id, topic, sender, severity, message, "
            "is_acknowledged, created_at) VALUES (?, ?, ?, ?, ?, 0, ?)"
        );
        insert.bind(
            id,
            notification.topic,
            notification.sender,
            notification.severity,
            notification.message,
            notification.created_at
        );
        FERRY_TRY(insert.run());
        auto send = connection.query(
            "INSERT INTO topic_sending (subscription_id, notification_id, attempt_count, due_at) "
            "SELECT s.id, ?1, 0, ?2 FROM topic_listener l "
            "JOIN topic_subscription s ON s.id = l.subscription_id "
            "WHERE l.topic = ?3 AND s.is_active = 1"
        );
        FERRY_TRY(send.bind(id, notification.created_at, notification.topic).run());
        return checkRoom(connection, notification.topic, waiting_max);
    }));
    return id;
}

Result<std::optional<TopicNotification>> SqliteTopicStore::notification(DeliveryId id) {
    return core_.read([&](Connection& connection) {
        auto row = connection.query(
            "SELECT id, topic, sender, severity, message, is_acknowledged, created_at "
            "FROM topic_notification WHERE id = ?"
        );
        return collectOne<TopicNotification>(row.bind(id), notificationOf);
    });
}

Result<std::vector<TopicNotification>> SqliteTopicStore::notifications(
    std::span<const std::string> topics, DeliveryId before, std::size_t limit
) {
    std::vector<TopicNotification> all;
    FERRY_TRY(core_.read([&](Connection& connection) -> Status {
        auto rows = connection.query(
            "SELECT id, topic, sender, severity, message, is_acknowledged, created_at "
            "FROM topic_notification WHERE topic = ? AND id < ? ORDER BY id DESC LIMIT ?"
        );
        for (const std::string& topic : topics) {
            rows.bind(topic, before, limit);
            FERRY_TRY_ASSIGN(auto found, collect<TopicNotification>(rows, notificationOf));
            std::move(found.begin(), found.end(), std::back_inserter(all));
        }
        return {};
    }));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.id.value > b.id.value;
    });
    if (all.size() > limit) all.resize(limit);
    return all;
}

Result<bool> SqliteTopicStore::acknowledge(DeliveryId id) {
    bool is_there = false;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(connection.query("UPDATE topic_notification SET is_acknowledged = 1 WHERE id = ?")
                      .bind(id)
                      .run());
        is_there = connection.changes() > 0;
        return {};
    }));
    return is_there;
}

Result<std::size_t> SqliteTopicStore::prune(TimePoint before, std::size_t limit) {
    std::size_t dropped = 0;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        auto remove = connection.query(
            "DELETE FROM topic_notification WHERE id IN (SELECT id FROM topic_notification n "
            "WHERE created_at < ?1 AND NOT EXISTS "
            "(SELECT 1 FROM topic_sending WHERE notification_id = n.id) ORDER BY id LIMIT ?2)"
        );
        FERRY_TRY(remove.bind(before, limit).run());
        dropped = static_cast<std::size_t>(connection.changes());
        return {};
    }));
    return dropped;
}

}  // namespace ferry::store::sqlite
