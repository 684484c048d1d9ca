#pragma once
// What the stores of this driver share: the writer, the readers, and what is kept in memory.

#include "store/sqlite/account_cache.h"
#include "store/sqlite/delivery_schedule.h"
#include "store/sqlite/notice_queue.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/writer.h"

#include <memory>
#include <type_traits>

namespace ferry::store::sqlite {

/// Threads: any.
class Core {
  public:
    /// `writer` is null for a store that is only read.
    Core(std::unique_ptr<Writer> writer_or_null, std::unique_ptr<ReaderPool> reader_pool)
        : readers_(std::move(reader_pool)), writer_(std::move(writer_or_null)) {}

    /// Runs `apply` as one durable transaction, then `committed`. See Write.
    Status write(
        std::function<Status(Connection&)> apply,
        std::function<void()> committed = {},
        std::size_t bytes = 0,
        Milliseconds patience = Milliseconds(0)
    ) {
        FERRY_TRY(checkWritable());
        return writer_->run(std::move(apply), std::move(committed), bytes, patience);
    }

    /// Runs all in one transaction.
    void write(std::span<Write> writes) {
        if (const Status writable = checkWritable(); !writable) {
            for (Write& write : writes)
                write.result = writable;
            return;
        }
        writer_->run(writes);
    }

    /// Runs all in one transaction without waiting; `done` is told on the writer's thread.
    void post(std::vector<Write> writes, std::function<void(std::span<Write>)> done) {
        if (const Status writable = checkWritable(); !writable) {
            for (Write& write : writes)
                write.result = writable;
            return done(writes);
        }
        writer_->post(std::move(writes), std::move(done));
    }

    /// Calls `read(connection)` with one snapshot; gives what it gives.
    template <typename Read>
    std::invoke_result_t<Read, Connection&> read(Read&& read) {
        FERRY_TRY_ASSIGN(const auto loan, readers_->borrow());
        FERRY_TRY_ASSIGN(const auto snapshot, Snapshot::begin(*loan));
        return read(*loan);
    }

    /// See MetaStore.
    std::optional<Error> writeFailure() const {
        return writer_ == nullptr ? std::nullopt : writer_->failure();
    }

    Status checkWritable() const {
        if (writer_ != nullptr) return {};
        return fail(ErrorCode::Unsupported, "store: opened for reading only");
    }

    /// Null for a store that is only read.
    std::shared_ptr<const RowCounts> counts;
    NoticeQueue notices;
    AccountCache accounts;
    DeliverySchedule deliveries;

  private:
    // The writer goes first: what it still commits touches the members above.
    std::unique_ptr<ReaderPool> readers_;
    std::unique_ptr<Writer> writer_;
};

/// Reads the rows of `query` to the end with `decode(query)`.
template <typename Row, typename Decode>
Result<std::vector<Row>> collect(Query& query, Decode&& decode) {
    std::vector<Row> rows;
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, query.step());
        if (!has_row) return rows;
        rows.push_back(decode(query));
    }
}

/// The first row of `query`, or nullopt.
template <typename Row, typename Decode>
Result<std::optional<Row>> collectOne(Query& query, Decode&& decode) {
    FERRY_TRY_ASSIGN(const bool has_row, query.step());
    if (!has_row) return std::optional<Row>();
    return std::optional<Row>(decode(query));
}

/// The integer of a query that gives one, such as a count; 0 if it gives no row.
inline Result<std::int64_t> firstInteger(Query query) {
    FERRY_TRY_ASSIGN(const bool has_row, query.step());
    return has_row ? query.integer(0) : 0;
}

/// Number of rows per state of those that there are.
template <typename State>
std::map<State, std::int64_t> countsByState(const RowCounts::States& states) {
    std::map<State, std::int64_t> counts;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i] != 0) counts[static_cast<State>(i)] = states[i];
    }
    return counts;
}

/// Number of rows per state, from a query that gives (state, count).
template <typename State>
Result<std::map<State, std::int64_t>> countStates(Query& query) {
    std::map<State, std::int64_t> counts;
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, query.step());
        if (!has_row) return counts;
        counts[query.as<State>(0)] += query.integer(1);
    }
}

}  // namespace ferry::store::sqlite
