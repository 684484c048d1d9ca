#include "store/sqlite/schema.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

Result<std::vector<AppliedMigration>> appliedMigrations(Connection& connection) {
    std::vector<AppliedMigration> applied;
    auto exists = connection.query(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'"
    );
    FERRY_TRY_ASSIGN(const bool has_table, exists.step());
    if (!has_table) return applied;
    auto rows = connection.query("SELECT version, checksum FROM schema_migration ORDER BY version");
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return applied;
        applied.push_back({rows.as<int>(0), rows.text(1)});
    }
}

Status apply(Connection& connection, const Migration& migration) {
    FERRY_TRY(connection.execute(std::string(migration.sql).c_str()));
    const std::string checksum = migrationChecksum(migration);
    auto note =
        connection.query("INSERT INTO schema_migration (version, name, checksum) VALUES (?, ?, ?)");
    return note.bind(migration.version, migration.name, checksum).run();
}

Status applyAll(Connection& connection, std::span<const Migration> missing) {
    FERRY_TRY(
        connection.execute("CREATE TABLE IF NOT EXISTS schema_migration ("
                           "version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                           "checksum TEXT NOT NULL)")
    );
    for (const Migration& migration : missing) {
        Status status = apply(connection, migration);
        if (status) continue;
        const std::string step =
            fmt::format("schema step {} ({})", migration.version, migration.name);
        return fail(std::move(status.error()).withContext(step));
    }
    return {};
}

}  // namespace

Status migrate(Connection& connection, std::span<const Migration> known) {
    FERRY_TRY_ASSIGN(const auto applied, appliedMigrations(connection));
    FERRY_TRY_ASSIGN(const auto missing, planMigrations(known, applied));
    if (missing.empty()) return {};
    // All in one: who reads beside it finds the former schema or this one, and none in between.
    FERRY_TRY(connection.execute("BEGIN IMMEDIATE"));
    Status status = applyAll(connection, missing);
    if (status) status = connection.execute("COMMIT");
    if (!status && connection.isInTransaction()) (void)connection.execute("ROLLBACK");
    return status;
}

Status checkSchema(Connection& connection, std::span<const Migration> known) {
    FERRY_TRY_ASSIGN(const auto applied, appliedMigrations(connection));
    FERRY_TRY_ASSIGN(const auto missing, planMigrations(known, applied));
    if (missing.empty()) return {};
    if (applied.empty()) {
        return fail(ErrorCode::NotFound, "it is empty: starting the hub fills it");
    }
    return fail(
        ErrorCode::Unsupported,
        fmt::format(
            "the store has schema version {} and this program needs {}: start the hub once to "
            "upgrade it",
            applied.size(),
            known.size()
        )
    );
}

}  // namespace ferry::store::sqlite
