#include "store/sqlite/sqlite_store.h"

#include "store/sqlite/private_file.h"
#include "store/sqlite/schema.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace ferry::store::sqlite {

namespace {

/// How long a hub may take to fill the file that it has made.
constexpr std::chrono::seconds kFillPatience{5};

/// A file that is empty or not there is a new store. With a log beside it, it was one that held
/// something: opening it would remove the log, which may have all that is left.
Status checkNotLost(const std::string& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    const bool is_missing = error == std::errc::no_such_file_or_directory;
    if (!is_missing && (error || bytes != 0)) return {};
    const auto log_bytes = std::filesystem::file_size(path + "-wal", error);
    if (error || log_bytes == 0) return {};
    return fail(
        ErrorCode::Corrupt,
        fmt::format(
            "store file {0} is {2}, but there are {1} bytes in {0}-wal: it was {3}. Put both back "
            "from a backup, or move both away to begin anew",
            path,
            log_bytes,
            is_missing ? "not there" : "empty",
            is_missing ? "removed" : "truncated"
        )
    );
}

/// Names the file in what is wrong with its schema; damage names it already.
Status ofFile(const std::string& path, Status status) {
    if (status || status.error().message.starts_with("store file")) return status;
    return fail(std::move(status.error()).withContext("store file " + path));
}

}  // namespace

SqliteStore::SqliteStore(
    std::optional<FileLock> lock,
    std::unique_ptr<Writer> writer,
    std::unique_ptr<ReaderPool> readers
)
    : lock_(std::move(lock)), core_(std::move(writer), std::move(readers)) {}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(
    const std::string& path, const SqliteOptions& options
) {
    FERRY_TRY_ASSIGN(auto lock, FileLock::take(path));
    FERRY_TRY(checkNotLost(path));
    makePrivate(path);  // names and paths of customers' files are in it
    FERRY_TRY_ASSIGN(
        auto connection, Connection::open(path, ConnectionMode::Write, options.writer_cache_kib)
    );
    FERRY_TRY(ofFile(path, migrate(*connection, schemaMigrations())));
    FERRY_TRY(ofFile(path, connection->countRows()));
    const std::shared_ptr<const RowCounts> counts = connection->rowCounts();
    if (options.pages_max > 0) {
        FERRY_TRY(connection->execute(
            fmt::format("PRAGMA max_page_count = {}", options.pages_max).c_str()
        ));
    }

    WriterOptions writer_options;
    writer_options.is_inline = options.inline_writes;
    writer_options.fails_commit = options.fails_commit;
    std::unique_ptr<SqliteStore> store(new SqliteStore(
        std::optional(std::move(lock)),
        std::make_unique<Writer>(std::move(connection), std::move(writer_options)),
        std::make_unique<ReaderPool>(
            path, ConnectionMode::Read, options.reader_cache_kib, options.readers_max
        )
    ));
    store->core_.counts = counts;
    FERRY_TRY(store->core_.read([&](Connection& reader) {
        return store->core_.deliveries.load(reader);
    }));
    FERRY_TRY(store->instances_.sweepRemoved());
    return store;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::openReadOnly(
    const std::string& path, const SqliteOptions& options
) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        return fail(ErrorCode::NotFound, fmt::format("there is no store file {}", path));
    }
    const auto deadline = std::chrono::steady_clock::now() + kFillPatience;
    std::unique_ptr<SqliteStore> store;
    for (;;) {
        store.reset(new SqliteStore(
            std::nullopt,
            nullptr,
            std::make_unique<ReaderPool>(
                path, ConnectionMode::ReadOnly, options.reader_cache_kib, options.readers_max
            )
        ));
        const Status checked = store->core_.read([&](Connection& reader) {
            return checkSchema(reader, schemaMigrations());
        });
        if (checked) break;
        // A hub that makes the file fills it in its first moments.
        const bool is_empty = checked.error().code == ErrorCode::NotFound;
        const auto taken = is_empty ? FileLock::isTaken(path) : Result<bool>(false);
        const bool may_be_filled = taken && *taken;
        if (!may_be_filled || std::chrono::steady_clock::now() > deadline)
            return fail(ofFile(path, checked).error());
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    FERRY_TRY(store->core_.read([&](Connection& reader) {
        return store->core_.deliveries.load(reader);
    }));
    return store;
}

}  // namespace ferry::store::sqlite
