#pragma once
// RAII over prepared statements of the SQLite C API: bind, step, read columns, map result codes.
// Statements are prepared once per connection and kept there; a Query is one use of one.

#include "base/clock.h"
#include "base/result.h"
#include "base/strong_id.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <sqlite3.h>

namespace ferry::store::sqlite {

/// The error of a failed call on `db`. Busy, full, I/O: Unavailable. Broken file: Corrupt. A
/// constraint: Conflict. Else Internal.
Error errorOf(sqlite3* db, int code, std::string_view doing);

/// Bytes that are bound as BLOB and not as TEXT.
struct Blob {
    std::string_view bytes;
};

/// One use of a prepared statement; the statement is reset when the Query goes. A failure to
/// prepare or bind shows at the next `step` or `run`.
/// Threads: that of the connection. Lifetime: shorter than the connection's.
class Query {
  public:
    /// `failure` is the code of a failed prepare; SQLITE_OK with a statement.
    Query(sqlite3* db, sqlite3_stmt* statement, int failure) noexcept
        : db_(db), statement_(statement), failure_(failure) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    /// Binds all parameters in order, after a reset: a Query may be bound and run many times.
    /// Texts are not copied: they must live until the statement has run.
    template <typename... Values>
    Query& bind(const Values&... values) {
        reset();
        int index = 0;
        (bindOne(++index, values), ...);
        return *this;
    }

    /// True: there is a row. False: the end.
    Result<bool> step();
    /// Steps to the end.
    Status run();

    bool isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    /// Valid until the next step.
    std::string_view view(int column) const;
    std::string text(int column) const { return std::string(view(column)); }
    TimePoint time(int column) const { return fromEpochMilliseconds(integer(column)); }
    template <typename T>
    T as(int column) const {
        if constexpr (std::is_enum_v<T>) {
            return static_cast<T>(integer(column));
        } else {
            return static_cast<T>(integer(column));
        }
    }

  private:
    void reset();
    void keep(int code) {
        if (failure_ == SQLITE_OK) failure_ = code;
    }
    void bindOne(int index, std::string_view text) {
        keep(sqlite3_bind_text64(
            statement_,
            index,
            text.data() == nullptr ? "" : text.data(),
            text.size(),
            SQLITE_STATIC,
            SQLITE_UTF8
        ));
    }
    void bindOne(int index, Blob blob) {
        const char* data = blob.bytes.data();
        keep(sqlite3_bind_blob64(
            statement_, index, data == nullptr ? "" : data, blob.bytes.size(), SQLITE_STATIC
        ));
    }
    void bindOne(int index, const std::optional<Blob>& blob) {
        if (blob)
            bindOne(index, *blob);
        else
            keep(sqlite3_bind_null(statement_, index));
    }
    void bindOne(int index, TimePoint time) { bindOne(index, toEpochMilliseconds(time)); }
    void bindOne(int index, const std::optional<TimePoint>& time) {
        if (time)
            bindOne(index, *time);
        else
            keep(sqlite3_bind_null(statement_, index));
    }
    template <typename Tag>
    void bindOne(int index, StrongId<Tag> id) {
        bindOne(index, id.value);
    }
    template <typename T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>) void bindOne(int index, T value) {
        keep(sqlite3_bind_int64(statement_, index, static_cast<sqlite3_int64>(value)));
    }

    sqlite3* db_;
    sqlite3_stmt* statement_;
    int failure_;
    bool is_stepped_ = false;
};

}  // namespace ferry::store::sqlite
