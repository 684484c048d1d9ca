// What is on its way to subscriptions of topics.

#include "store/sqlite/sqlite_topic_store.h"

namespace ferry::store::sqlite {

Result<std::vector<TopicSending>> SqliteTopicStore::nextSendings() {
    return core_.read([&](Connection& connection) {
        // A look at the first of each: what waits behind it costs nothing.
        auto rows = connection.query(
            "SELECT t.notification_id, t.subscription_id, t.attempt_count, t.due_at "
            "FROM topic_subscription s JOIN topic_sending t ON t.subscription_id = s.id "
            "AND t.notification_id = (SELECT notification_id FROM topic_sending "
            "WHERE subscription_id = s.id ORDER BY due_at, notification_id LIMIT 1) "
            "ORDER BY t.due_at"
        );
        return collect<TopicSending>(rows, [](const Query& row) {
            TopicSending sending;
            sending.notification = DeliveryId(row.integer(0));
            sending.subscription = row.integer(1);
            sending.attempt_count = row.as<unsigned>(2);
            sending.due_at = row.time(3);
            return sending;
        });
    });
}

Result<std::size_t> SqliteTopicStore::sendingCount() {
    return core_.read([](Connection& connection) -> Result<std::size_t> {
        FERRY_TRY_ASSIGN(
            const std::int64_t count,
            firstInteger(connection.query("SELECT count(*) FROM topic_sending"))
        );
        return static_cast<std::size_t>(count);
    });
}

Status SqliteTopicStore::postpone(const TopicSending& sending) {
    return core_.write([&](Connection& connection) {
        return connection
            .query(
                "UPDATE topic_sending SET attempt_count = ?, due_at = ? "
                "WHERE subscription_id = ? AND notification_id = ?"
            )
            .bind(sending.attempt_count, sending.due_at, sending.subscription, sending.notification)
            .run();
    });
}

Status SqliteTopicStore::endSending(const TopicSending& sending) {
    return core_.write([&](Connection& connection) {
        return connection
            .query("DELETE FROM topic_sending WHERE subscription_id = ? AND notification_id = ?")
            .bind(sending.subscription, sending.notification)
            .run();
    });
}

}  // namespace ferry::store::sqlite
