#include "api/paging.h"

#include "base/encoding.h"
#include "base/number_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::api {
namespace {

Result<std::int64_t> readToken(std::string_view token, std::string_view list) {
    const auto text = base64Decode(token);
    if (text && text->size() > list.size() && text->starts_with(list) &&
        (*text)[list.size()] == ':') {
        const auto after = parseInteger(std::string_view(*text).substr(list.size() + 1));
        if (after && *after >= 0) return *after;
    }
    return fail(wrongPageToken());
}

}  // namespace

Error wrongPageToken() {
    return {
        ErrorCode::InvalidArgument,
        "nextPage is not a token of this list: give the Elements-Next-Page-Token of the page before"
    };
}

Result<std::size_t> readPageSize(const http::Request& request) {
    const auto text = request.queryValue("pageSize");
    if (!text || text->empty()) return kPageSizeDefault;
    const auto size = parseInteger(*text);
    if (!size || *size < 1) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("pageSize is a number from 1 to {}", kPageSizeMax)
        );
    }
    return std::min(static_cast<std::size_t>(*size), kPageSizeMax);
}

Result<Paging> readPaging(const http::Request& request, std::string_view list) {
    Paging paging;
    FERRY_TRY_ASSIGN(paging.page_size, readPageSize(request));
    const auto next = request.queryValue("nextPage");
    const bool has_next = next && !next->empty();
    if (has_next) {
        FERRY_TRY_ASSIGN(paging.after, readToken(*next, list));
    }
    if (const auto page = request.queryValue("page"); page && !page->empty() && !has_next) {
        if (parseInteger(*page) != 1) {
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
