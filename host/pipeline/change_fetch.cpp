#include "pipeline/change_fetch.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::pipeline {

FetchRequest nextFetch(SyncPhase phase, std::string cursor, unsigned page_records) {
    FetchRequest request;
    request.cursor = std::move(cursor);
    request.phase = phase;
    request.limit = page_records;
    return request;
}

Status checkPage(const ChangePage& page) {
    if (page.changes.size() > kPageRecordsMax) {
        return fail(
            ErrorCode::Internal,
            fmt::format(
                "a page of {} records is over the limit of {}", page.changes.size(), kPageRecordsMax
            )
        );
    }
    if (page.next_cursor.empty()) {
        return fail(ErrorCode::Internal, "a page came without the cursor that follows it");
    }
    if (page.next_cursor.size() > kCursorBytesMax) {
        return fail(
            ErrorCode::Internal,
            fmt::format(
                "a cursor of {} bytes is over the limit of {}",
                page.next_cursor.size(),
                kCursorBytesMax
            )
        );
    }
    std::size_t bytes = 0;
    for (const std::string& record : page.changes)
        bytes += record.size();
    if (bytes > kPageBytesMax) {
        return fail(
            ErrorCode::Internal,
            fmt::format("a page of {} bytes is over the limit of {}", bytes, kPageBytesMax)
        );
    }
    return {};
}

}  // namespace ferry::pipeline
