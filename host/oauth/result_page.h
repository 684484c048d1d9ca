#pragma once
// The plain HTML page that a person sees at the end of a browser authorization.

#include "http/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::oauth {

struct ResultPage {
    int status = 200;
    std::string title;
    std::vector<std::string> paragraphs;  ///< plain text: what happened, what to do
    std::string link;                     ///< absolute http(s) URL; empty: none
    std::string link_text;
};

/// Everything is escaped. The page runs no script, loads nothing, is not cached, may not be framed
/// and gives no referrer (its address held the code).
http::Response renderPage(const ResultPage& page);

/// Text for HTML content and quoted attributes. Bytes that are not UTF-8 are dropped with the rest.
std::string escapeHtml(std::string_view text);

}  // namespace ferry::oauth
