#include "store/sqlite/sqlite_api_key_store.h"

#include "store/sqlite/instance_rows.h"
#include "store/sqlite/private_file.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

constexpr int kCacheKib = 64;
constexpr std::int64_t kSchemaVersion = 1;
// In one transaction: two commands may make the file at the same time.
constexpr const char* kSchema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS api_key ("
    "  id         INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  name       TEXT NOT NULL UNIQUE,"
    "  role       INTEGER NOT NULL,"
    "  hash       BLOB NOT NULL UNIQUE,"
    "  created_at INTEGER NOT NULL"  // epoch milliseconds
    ");"
    "PRAGMA user_version = 1;"
    "COMMIT;";

}  // namespace

Result<std::unique_ptr<SqliteApiKeyStore>> SqliteApiKeyStore::open(const std::string& path) {
    makePrivate(path);
    FERRY_TRY_ASSIGN(auto connection, Connection::open(path, ConnectionMode::Write, kCacheKib));
    std::unique_ptr<SqliteApiKeyStore> store(new SqliteApiKeyStore(std::move(connection)));
    FERRY_TRY(store->prepare(path));
    return store;
}

Status SqliteApiKeyStore::prepare(const std::string& path) {
    std::int64_t version = 0;
    {
        auto row = connection_->query("PRAGMA user_version");
        FERRY_TRY_ASSIGN(const bool has_row, row.step());
        version = has_row ? row.integer(0) : 0;
    }
    if (version > kSchemaVersion) {
        return fail(
            ErrorCode::Unsupported,
            fmt::format("the file of API keys {} was changed by a newer version of Ferry", path)
        );
    }
    if (version == kSchemaVersion) return {};
    Status made = connection_->execute(kSchema);
    if (!made && connection_->isInTransaction()) (void)connection_->execute("ROLLBACK");
    return made;
}

Result<std::vector<ApiKey>> SqliteApiKeyStore::list() {
    const std::lock_guard lock(mutex_);
    auto rows = connection_->query("SELECT name, role, hash, created_at FROM api_key ORDER BY id");
    std::vector<ApiKey> keys;
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return keys;
        FERRY_TRY_ASSIGN(const Digest256 hash, digestFrom(rows.view(2), "hash of an API key"));
        keys.push_back({rows.text(0), rows.as<ApiRole>(1), hash, rows.time(3)});
    }
}

Status SqliteApiKeyStore::add(const ApiKey& key) {
    const std::lock_guard lock(mutex_);
    const Status added =
        connection_->query("INSERT INTO api_key (name, role, hash, created_at) VALUES (?, ?, ?, ?)")
            .bind(key.name, key.role, Blob{asText(key.hash)}, key.created_at)
            .run();
    if (added || added.error().code != ErrorCode::Conflict) return added;
    return fail(ErrorCode::Conflict, fmt::format("there is an API key '{}' already", key.name));
}

Status SqliteApiKeyStore::remove(std::string_view name) {
    const std::lock_guard lock(mutex_);
    FERRY_TRY(connection_->query("DELETE FROM api_key WHERE name = ?").bind(name).run());
    if (connection_->changes() != 0) return {};
    return fail(ErrorCode::NotFound, fmt::format("there is no API key '{}'", name));
}

Result<std::int64_t> SqliteApiKeyStore::revision() {
    const std::lock_guard lock(mutex_);
    auto row = connection_->query("PRAGMA data_version");
    FERRY_TRY_ASSIGN(const bool has_row, row.step());
    return has_row ? row.integer(0) : 0;
}

}  // namespace ferry::store::sqlite
