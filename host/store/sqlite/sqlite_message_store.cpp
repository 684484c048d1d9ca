#include "store/sqlite/sqlite_message_store.h"

#include "store/sqlite/instance_rows.h"
#include "store/sqlite/sequence.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

/// Of a row that begins with id, instance_id, is_asked, attempt_count, due_at, created_at.
Message messageOf(const Query& row) {
    Message message;
    message.id = DeliveryId(row.integer(0));
    message.instance = InstanceId(row.integer(1));
    message.is_asked = row.integer(2) != 0;
    message.attempt_count = row.as<unsigned>(3);
    message.due_at = row.time(4);
    message.created_at = row.time(5);
    return message;
}

Status checkRoom(Connection& connection, std::size_t count_max) {
    FERRY_TRY_ASSIGN(
        const std::int64_t count, firstInteger(connection.query("SELECT count(*) FROM message"))
    );
    if (count < static_cast<std::int64_t>(count_max)) return {};
    return fail(
        ErrorCode::RateLimited,
        fmt::format("{} answers are on their way already: ask again later", count_max)
    );
}

}  // namespace

Result<std::vector<Message>> SqliteMessageStore::all() {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT id, instance_id, is_asked, attempt_count, due_at, created_at FROM message "
            "ORDER BY id"
        );
        return collect<Message>(rows, messageOf);
    });
}

Result<std::optional<Message>> SqliteMessageStore::find(DeliveryId id) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT id, instance_id, is_asked, attempt_count, due_at, created_at, sealed "
            "FROM message WHERE id = ?"
        );
        return collectOne<Message>(rows.bind(id), [](const Query& row) {
            Message message = messageOf(row);
            message.sealed = row.text(6);
            return message;
        });
    });
}

Result<DeliveryId> SqliteMessageStore::add(const Message& message, std::size_t count_max) {
    DeliveryId id;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(checkRoom(connection, count_max));
        FERRY_TRY(checkInstanceIsThere(connection, message.instance));
        FERRY_TRY_ASSIGN(const std::int64_t number, takeNumbers(connection, "delivery", 1));
        id = DeliveryId(number);
        auto insert = connection.query(
            "INSERT INTO message (id, instance_id, sealed, is_asked, attempt_count, due_at, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        );
        insert.bind(
            id,
            message.instance,
            Blob{message.sealed},
            message.is_asked,
            message.attempt_count,
            message.due_at,
            message.created_at
        );
        return insert.run();
    }));
    return id;
}

Status SqliteMessageStore::update(const Message& message) {
    return core_.write([&](Connection& connection) -> Status {
        auto change = connection.query(
            "UPDATE message SET sealed = ?, is_asked = ?, attempt_count = ?, due_at = ? "
            "WHERE id = ?"
        );
        change.bind(
            Blob{message.sealed},
            message.is_asked,
            message.attempt_count,
            message.due_at,
            message.id
        );
        return change.run();
    });
}

Status SqliteMessageStore::remove(DeliveryId id) {
    return core_.write([&](Connection& connection) {
        return connection.query("DELETE FROM message WHERE id = ?").bind(id).run();
    });
}

}  // namespace ferry::store::sqlite
