#pragma once
// Lists in pages. A page begins after the last item of the one before (a key, never a count), so a
// page costs the same wherever it is, and items that come or go between two pages shift nothing.

#include "base/result.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::api {

inline constexpr std::size_t kPageSizeDefault = 200;
inline constexpr std::size_t kPageSizeMax = 500;

struct Paging {
    std::size_t page_size = kPageSizeDefault;
    std::int64_t after = 0;  ///< key of the last item of the page before; 0: from the beginning
};

/// Reads `pageSize`. More than kPageSizeMax is taken as that, as callers ask for what they once
/// could have. Errors: InvalidArgument for what is no number.
Result<std::size_t> readPageSize(const http::Request& request);

/// Reads `pageSize` and `nextPage`. `list` names the list ("instances"): a token of another one is
/// refused.
/// Errors: InvalidArgument for what is no number, for a token that was not made here, and for a
/// `page` other than 1: counted pages are not offered, and answering the first one again would have
/// a caller loop for ever.
Result<Paging> readPaging(const http::Request& request, std::string_view list);

/// What is said of a token that was not made for the list.
Error wrongPageToken();

/// The token of the page that follows the item with this key.
std::string nextPageToken(std::string_view list, std::int64_t last_key);

/// Of a list that the provider pages: what it goes on from is its own.
struct CursorPaging {
    std::size_t page_size = 0;  ///< 0: not said
    std::string cursor;         ///< empty: from the beginning
};

/// As readPaging(), for such a list.
Result<CursorPaging> readCursorPaging(const http::Request& request, std::string_view list);

/// The token of the page that the provider gives for `cursor`.
std::string nextCursorToken(std::string_view list, std::string_view cursor);

/// What a list answers besides its items.
struct ListHeaders {
    std::size_t returned = 0;
    std::optional<std::int64_t> total;     ///< of all pages, where it is known
    std::optional<std::string> next_page;  ///< token; nullopt: this was the last page
};

/// Adds Elements-Returned-Count, Elements-Total-Count and Elements-Next-Page-Token.
void addListHeaders(http::Response& response, const ListHeaders& headers);

}  // namespace ferry::api
