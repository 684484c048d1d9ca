#include "api/paging.h"

#include "base/encoding.h"
#include "base/number_text.h"
#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::api {
namespace {

/// Of a wrong value that a refusal quotes.
constexpr std::size_t kShownBytesMax = 40;

/// What the token says behind the name of its list.
Result<std::string> readToken(std::string_view token, std::string_view list) {
    const auto text = base64Decode(token);
    if (text && text->size() > list.size() && text->starts_with(list) &&
        (*text)[list.size()] == ':') {
        return text->substr(list.size() + 1);
    }
    return fail(wrongPageToken());
}

Result<std::int64_t> readKeyToken(std::string_view token, std::string_view list) {
    FERRY_TRY_ASSIGN(const std::string text, readToken(token, list));
    const auto after = parseInteger(text);
    if (after && *after >= 0) return *after;
    return fail(wrongPageToken());
}

/// `pageSize`; 0 if it is not given.
Result<std::size_t> givenPageSize(const http::Request& request) {
    const auto text = request.queryValue("pageSize");
    if (!text || text->empty()) return std::size_t{0};
    const auto size = parseInteger(*text);
    // One that no integer holds is too large as well.
    const bool is_beyond = !size && std::all_of(text->begin(), text->end(), [](char digit) {
        return digit >= '0' && digit <= '9';
    });
    if (is_beyond) return kPageSizeMax;
    if (!size || *size < 1) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "pageSize is '{}': give a whole number from 1 to {}; a larger one counts as {}",
                truncateUtf8(*text, kShownBytesMax),
                kPageSizeMax,
                kPageSizeMax
            )
        );
    }
    return std::min(static_cast<std::size_t>(*size), kPageSizeMax);
}

/// `nextPage`, empty if it is not given; then `page` may only be the first one.
Result<std::string> readNextPage(const http::Request& request) {
    const auto next = request.queryValue("nextPage");
    if (next && !next->empty()) return *next;
    if (const auto page = request.queryValue("page"); page && !page->empty()) {
        if (parseInteger(*page) != 1) {
            return fail(
                ErrorCode::InvalidArgument,
                "page can only be 1: ask for the next page with nextPage, which takes the header "
                "Elements-Next-Page-Token of the page before"
            );
        }
    }
    return std::string();
}

}  // namespace

Error wrongPageToken() {
    return {
        ErrorCode::InvalidArgument,
        "nextPage is not a token of this list: give the Elements-Next-Page-Token of the page before"
    };
}

Result<std::size_t> readPageSize(const http::Request& request) {
    FERRY_TRY_ASSIGN(const std::size_t given, givenPageSize(request));
    return given > 0 ? given : kPageSizeDefault;
}

Result<Paging> readPaging(const http::Request& request, std::string_view list) {
    Paging paging;
    FERRY_TRY_ASSIGN(paging.page_size, readPageSize(request));
    FERRY_TRY_ASSIGN(const std::string next, readNextPage(request));
    if (!next.empty()) {
        FERRY_TRY_ASSIGN(paging.after, readKeyToken(next, list));
    }
    return paging;
}

Result<CursorPaging> readCursorPaging(const http::Request& request, std::string_view list) {
    CursorPaging paging;
    FERRY_TRY_ASSIGN(paging.page_size, givenPageSize(request));
    FERRY_TRY_ASSIGN(const std::string next, readNextPage(request));
    if (!next.empty()) {
        FERRY_TRY_ASSIGN(paging.cursor, readToken(next, list));
        // It goes to the provider in JSON.
        if (paging.cursor.empty() || !isValidUtf8(paging.cursor)) {
            return fail(wrongPageToken());
        }
    }
    return paging;
}

std::string nextCursorToken(std::string_view list, std::string_view cursor) {
    return base64UrlEncode(fmt::format("{}:{}", list, cursor));
}

std::string nextPageToken(std::string_view list, std::int64_t last_key) {
    return base64UrlEncode(fmt::format("{}:{}", list, last_key));
}

void addListHeaders(http::Response& response, const ListHeaders& headers) {
    response.headers.add("Elements-Returned-Count", std::to_string(headers.returned));
    if (headers.total) {
        response.headers.add("Elements-Total-Count", std::to_string(*headers.total));
    }
    if (headers.next_page) {
        response.headers.add("Elements-Next-Page-Token", *headers.next_page);
    }
}

}  // namespace ferry::api
