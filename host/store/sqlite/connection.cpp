#include "store/sqlite/connection.h"

#include "base/letter_case.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <limits>

namespace ferry::store::sqlite {
namespace {

// Nobody else writes the file, so a lock is held only while WAL frames are recovered or the log is
// restarted: milliseconds. Five seconds is for a machine that stands still.
constexpr int kBusyTimeoutMs = 5000;

// The log is copied into the file when it has this many pages (16 MiB), and cut to 64 MiB after a
// burst. Measured with tests/bench/store_bench.cpp: 1,000 pages (the default) costs a tenth.
constexpr int kLogPagesMax = 2000;
// With little room on the disk the log is kept short: one that has taken the last of it can't be
// copied into a file that has to grow, and so never be given back.
constexpr int kLogPagesWhenShort = 32;
constexpr std::uint64_t kRoomLeast = 64U << 20U;
// A page of 8 KiB halves the system calls of large commits (most bytes are texts of events) and
// costs the marks of webhooks nothing. Of a new file; an old one keeps its own.
constexpr const char* kWriterPragmas =
    "PRAGMA page_size = 8192;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 67108864;";

/// lower_letters(text): what SQLite's own lower() is for ASCII.
void lowerLettersOf(sqlite3_context* context, int, sqlite3_value** values) {
    const auto* const bytes = static_cast<const char*>(sqlite3_value_blob(values[0]));
    const int count = sqlite3_value_bytes(values[0]);
    if (bytes == nullptr) return sqlite3_result_text(context, "", 0, SQLITE_STATIC);
    const std::string lower = lowerLetters({bytes, static_cast<std::size_t>(count)});
    sqlite3_result_text(context, lower.data(), static_cast<int>(lower.size()), SQLITE_TRANSIENT);
}

Status addFunctions(sqlite3* db) {
    const int code = sqlite3_create_function(
        db,
        "lower_letters",
        1,
        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
        nullptr,
        lowerLettersOf,
        nullptr,
        nullptr
    );
    if (code == SQLITE_OK) return {};
    return fail(errorOf(db, code, "add a function"));
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(
    const std::string& path, ConnectionMode mode, int cache_kib
) {
    // Counting memory takes a lock at each allocation, and nobody reads the count. Has an effect in
    // the first call of the process only.
    static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(configured);
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (mode == ConnectionMode::Write  ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                       : mode == ConnectionMode::Read ? SQLITE_OPEN_READWRITE
                                                      : SQLITE_OPEN_READONLY);
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
    std::unique_ptr<Connection> connection(new Connection(db));
    if (code != SQLITE_OK) return fail(errorOf(db, code, "open '" + path + "'"));

    sqlite3_busy_timeout(db, kBusyTimeoutMs);
    // Foreign keys stay off: every removal is written out, and a check per row would cost.
    const std::string pragmas = fmt::format(
        "PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;", cache_kib
    );
    FERRY_TRY(connection->execute(pragmas.c_str()));
    if (mode == ConnectionMode::Write) {
        FERRY_TRY(connection->execute(kWriterPragmas));
        // Takes the place of the checkpoint inside COMMIT.
        sqlite3_wal_hook(
            db,
            [](void* pages, sqlite3*, const char*, int count) {
                *static_cast<int*>(pages) = count;
                return SQLITE_OK;
            },
            &connection->log_pages_
        );
    }
    if (mode != ConnectionMode::Write) FERRY_TRY(connection->execute("PRAGMA query_only = 1;"));
    FERRY_TRY(addFunctions(db));
    return connection;
}

Connection::~Connection() {
    for (const auto& [sql, statement] : statements_)
        sqlite3_finalize(statement);
    sqlite3_close(db_);
}

Query Connection::query(const char* sql) {
    sqlite3_stmt*& statement = statements_[sql];
    int code = SQLITE_OK;
    if (statement == nullptr) {
        code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    }
    return {db_, statement, code};
}

Status Connection::execute(const char* sql) {
    const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(errorOf(db_, code, "run"));
    return {};
}

Status Connection::countRows() {
    row_counts_ = std::make_shared<RowCounts>();
    return row_counts_->watch(db_);
}

void Connection::checkpointIfDue() {
    const bool is_long = log_pages_ >= kLogPagesMax;
    if (is_long || (log_pages_ >= kLogPagesWhenShort && roomLeft() < kRoomLeast)) checkpoint();
}

std::uint64_t Connection::roomLeft() const {
    struct statvfs room {};
    if (::statvfs(sqlite3_db_filename(db_, "main"), &room) != 0) {
        return std::numeric_limits<std::uint64_t>::max();
    }
    return static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
}

void Connection::checkpoint() {
    // What can't be copied now (a reader looks at it, the disk is full) stays in the log, and the
    // next commit asks again.
    sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

Result<Snapshot> Snapshot::begin(Connection& connection) {
    FERRY_TRY(connection.query("BEGIN").run());
    return Snapshot(connection);
}

Snapshot::~Snapshot() {
    // Ending a read cannot fail in a way that matters: the next BEGIN would tell.
    if (connection_ != nullptr) (void)connection_->query("COMMIT").run();
}

}  // namespace ferry::store::sqlite
