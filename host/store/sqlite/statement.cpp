#include "store/sqlite/statement.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

ErrorCode codeOf(int sqlite_code) {
    switch (sqlite_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_NOMEM:
        case SQLITE_INTERRUPT:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_PROTOCOL:
            return ErrorCode::Unavailable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::Corrupt;
        case SQLITE_CONSTRAINT:
            return ErrorCode::Conflict;
        case SQLITE_TOOBIG:
            return ErrorCode::InvalidArgument;
        default:
            return ErrorCode::Internal;
    }
}

}  // namespace

Error errorOf(sqlite3* db, int code, std::string_view doing) {
    const char* detail = db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db);
    const ErrorCode meaning = codeOf(code);
    if (meaning == ErrorCode::Corrupt) {
        const char* file = db == nullptr ? nullptr : sqlite3_db_filename(db, "main");
        return {
            meaning,
            fmt::format(
                "store file {} is damaged, or no store: {} (sqlite {}); stop the hub, move the file "
                "away together with the one that ends in -wal, and put both back from a backup",
                file == nullptr ? "" : file,
                detail,
                code
            )};
    }
    return {meaning, fmt::format("store: {}: {} (sqlite {})", doing, detail, code)};
}

Query::~Query() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
}

void Query::reset() {
    if (is_stepped_) {
        sqlite3_reset(statement_);
        is_stepped_ = false;
    }
}

Result<bool> Query::step() {
    if (failure_ != SQLITE_OK) return fail(errorOf(db_, failure_, "prepare"));
    is_stepped_ = true;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto error = errorOf(db_, code, "run");
    reset();
    return fail(std::move(error));
}

Status Query::run() {
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, step());
        if (!has_row) return {};
    }
}

std::string_view Query::view(int column) const {
    // The blob call gives text as it is stored, without a conversion.
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

}  // namespace ferry::store::sqlite
