#include "api/paging.h"

#include "base/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ferry::api {
namespace {

std::optional<std::int64_t> parseNumber(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
    return number;
}

Result<std::int64_t> readToken(std::string_view token, std::string_view list) {
    const auto text = base64Decode(token);
    if (text && text->size() > list.size() && text->starts_with(list) &&
        (*text)[list.size()] == ':') {
        const auto after = parseNumber(std::string_view(*text).substr(list.size() + 1));
        if (after && *after >= 0) return *after;
    }
    return fail(
        ErrorCode::InvalidArgument,
        "nextPage is not a token of this list: give the Elements-Next-Page-Token of the page before"
    );
}

}  // namespace

Result<Paging> readPaging(const http::Request& request, std::string_view list) {
    Paging paging;
    if (const auto text = request.queryValue("pageSize"); text && !text->empty()) {
        const auto size = parseNumber(*text);
        if (!size || *size < 1) {
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format("pageSize is a number from 1 to {}", kPageSizeMax)
            );
        }
        paging.page_size = std::min(static_cast<std::size_t>(*size), kPageSizeMax);
    }
    const auto next = request.queryValue("nextPage");
    const bool has_next = next && !next->empty();
    if (has_next) {
        FERRY_TRY_ASSIGN(paging.after, readToken(*next, list));
    }
    if (const auto page = request.queryValue("page"); page && !page->empty() && !has_next) {
        if (parseNumber(*page) != 1) {
            return fail(
                ErrorCode::InvalidArgument,
                "page can only be 1: ask for the next page with nextPage, which takes the header "
                "Elements-Next-Page-Token of the page before"
            );
        }
    }
    return paging;
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
