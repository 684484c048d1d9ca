#include "store/sqlite/sqlite_token_store.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

/// NotFound if the instance is gone: tokens are never kept for nobody.
Status writeTokens(Connection& connection, InstanceId id, const SealedTokens& tokens) {
    FERRY_TRY(connection
                  .query("INSERT OR REPLACE INTO token (instance_id, sealed, expires_at) "
                         "SELECT id, ?2, ?3 FROM instance WHERE id = ?1")
                  .bind(id, Blob{tokens.sealed}, tokens.expires_at)
                  .run());
    if (connection.changes() != 0) return {};
    return fail(ErrorCode::NotFound, fmt::format("there is no instance {}", id.value));
}

}  // namespace

Result<std::optional<SealedTokens>> SqliteTokenStore::get(InstanceId id) {
    return core_.read([&](Connection& connection) {
        auto row = connection.query("SELECT sealed, expires_at FROM token WHERE instance_id = ?");
        row.bind(id);
        return collectOne<SealedTokens>(row, [](const Query& found) {
            return SealedTokens{
                found.text(0),
                found.isNull(1) ? std::nullopt : std::optional(found.time(1)),
            };
        });
    });
}

Status SqliteTokenStore::put(InstanceId id, const SealedTokens& tokens) {
    return core_.write([&](Connection& connection) { return writeTokens(connection, id, tokens); });
}

Status SqliteTokenStore::completeAuthorization(
    InstanceId id,
    const std::optional<SealedTokens>& tokens,
    std::string_view account_id,
    std::string_view account_state,
    TimePoint notice_due
) {
    return core_.write(
        [&](Connection& connection) -> Status {
            FERRY_TRY(connection
                          .query("UPDATE instance SET account_id = ?, account_state = ?, "
                                 "state = ?, state_reason = '', "
                                 "updated_at = max(updated_at, ?) WHERE id = ?")
                          .bind(account_id, account_state, InstanceState::Running, notice_due, id)
                          .run());
            if (connection.changes() == 0) {
                return fail(ErrorCode::NotFound, fmt::format("there is no instance {}", id.value));
            }
            if (tokens) FERRY_TRY(writeTokens(connection, id, *tokens));
            return putNotice(connection, id, notice_due);
        },
        [&] {
            core_.accounts.clear();
            core_.notices.noteDue(notice_due);
        }
    );
}

Status SqliteTokenStore::remove(InstanceId id) {
    return core_.write([id](Connection& connection) {
        return connection.query("DELETE FROM token WHERE instance_id = ?").bind(id).run();
    });
}

Result<std::optional<std::string>> SqliteMetaStore::get(std::string_view name) {
    return core_.read([&](Connection& connection) {
        auto row = connection.query("SELECT value FROM meta WHERE name = ?");
        row.bind(name);
        return collectOne<std::string>(row, [](const Query& found) { return found.text(0); });
    });
}

Status SqliteMetaStore::put(std::string_view name, std::string_view value) {
    return core_.write([=](Connection& connection) {
        return connection.query("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)")
            .bind(name, value)
            .run();
    });
}

Result<std::int64_t> SqliteMetaStore::bytesUsed() {
    return core_.read([&](Connection& connection) -> Result<std::int64_t> {
        auto row = connection.query(
            "SELECT (page_count - freelist_count) * page_size "
            "FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        );
        FERRY_TRY(row.step());
        return row.integer(0);
    });
}

}  // namespace ferry::store::sqlite
