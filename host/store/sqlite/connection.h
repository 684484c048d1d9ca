#pragma once
// One SQLite connection with its prepared statements, and transactions on it.

#include "base/result.h"
#include "store/sqlite/row_counts.h"
#include "store/sqlite/statement.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace ferry::store::sqlite {

enum class ConnectionMode : std::uint8_t {
    Write,     ///< makes the file if there is none
    Read,      ///< beside a writer of this process
    ReadOnly,  ///< of another process: never writes to the file
};

/// Threads: one at a time.
class Connection {
  public:
    /// `cache_kib` bounds the page cache.
    static Result<std::unique_ptr<Connection>> open(
        const std::string& path, ConnectionMode mode, int cache_kib
    );
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// A use of the statement `sql`, which is prepared at its first use and kept. `sql` must be a
    /// literal: it is known by its address. The same statement can't be in two uses at once.
    Query query(const char* sql);

    /// Runs SQL text that may hold several statements.
    Status execute(const char* sql);

    bool isInTransaction() const { return sqlite3_get_autocommit(db_) == 0; }
    /// Rows changed by this connection since it was opened.
    std::int64_t totalChanges() const { return sqlite3_total_changes64(db_); }
    /// Rows changed by the last finished statement.
    std::int64_t changes() const { return sqlite3_changes64(db_); }
    std::int64_t lastInsertId() const { return sqlite3_last_insert_rowid(db_); }

    /// Counts rows by their state from now on. Of the writer, once its schema is there.
    Status countRows();
    /// Null if it does not count.
    const std::shared_ptr<RowCounts>& rowCounts() const { return row_counts_; }

    /// Copies the log into the file if commits have made it long. Only of the writer, which calls
    /// it when nobody waits: SQLite's own way would be inside the commit that made it too long.
    void checkpointIfDue();
    /// The same, however long the log is.
    void checkpoint();
    /// Bytes that the file's disk has left for this user; the largest number if that is unknown.
    std::uint64_t roomLeft() const;

  private:
    explicit Connection(sqlite3* db) : db_(db) {}

    std::shared_ptr<RowCounts> row_counts_;
    sqlite3* db_;
    int log_pages_ = 0;  ///< after the last commit
    std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

/// Holds one snapshot for the reads made while it lives.
class Snapshot {
  public:
    static Result<Snapshot> begin(Connection& connection);
    ~Snapshot();
    Snapshot(Snapshot&& other) noexcept : connection_(other.connection_) {
        other.connection_ = nullptr;
    }
    Snapshot& operator=(Snapshot&&) = delete;

  private:
    explicit Snapshot(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace ferry::store::sqlite
