#pragma once
// How many deliveries and instances there are of each state, in memory, so that nobody counts rows:
// counted once, then kept by what the writer's connection changes, whichever statement does it.

#include "base/result.h"

#include <array>
#include <cstdint>
#include <mutex>

#include <sqlite3.h>

namespace ferry::store::sqlite {

/// Told by SQLite's pre-update hook, which costs a look at each changed row; a trigger in the
/// schema was measured at 3 us for each, because every statement gets a journal of its own then.
///
/// Threads: `committed` any; the others that of the connection. Lifetime: longer than the
/// connection's.
class RowCounts {
  public:
    /// By the numbers of DeliveryState and InstanceState.
    using States = std::array<std::int64_t, 4>;
    struct Counts {
        States deliveries{};
        States instances{};
    };

    /// Counts the rows of `db`, and those that it changes from now on.
    Status watch(sqlite3* db);

    /// As of the last commit.
    Counts committed() const;

    /// A transaction begins: what was not committed before did not happen.
    void begin() { now_ = before_; }
    void commit();
    /// What is counted now, to go back to.
    Counts mark() const { return now_; }
    void backTo(const Counts& counts) { now_ = counts; }

  private:
    static void onChange(
        void* self,
        sqlite3* db,
        int operation,
        const char* database,
        const char* table,
        sqlite3_int64 old_key,
        sqlite3_int64 new_key
    );
    /// Adds to the row's state `amount`; `read` gives a column of the row as it was or will be.
    using Read = int (*)(sqlite3*, int, sqlite3_value**);
    static void add(sqlite3* db, Read read, int column, States& states, std::int64_t amount);

    Counts now_;     // of the transaction under way
    Counts before_;  // the same as committed_, of the connection's thread
    mutable std::mutex mutex_;
    Counts committed_;
};

}  // namespace ferry::store::sqlite
