#pragma once
// What a person with a browser is told when an authorization did not succeed, or there is none.

#include "base/error.h"
#include "oauth/result_page.h"

#include <optional>
#include <string>
#include <string_view>

namespace ferry::oauth {

/// A page of one paragraph.
ResultPage messagePage(int status, std::string title, std::string text);

/// The page for an error of AccountAuthorizer::exchange or of the store.
ResultPage failurePage(const Error& error);

/// The page for an address that no provider sends a browser back with; nullopt if one may have sent
/// it. What is missing in it is empty here.
std::optional<ResultPage> noAnswerPage(
    std::string_view state, std::string_view code, std::string_view error
);

/// True for the paths that people open, under which there is nothing else.
bool isOfBrowser(std::string_view path);

/// The answer to a path that people open: what is no page, but a refusal by whoever comes before
/// BrowserFlow (no such path, another method, too much to do), becomes one with the same status.
http::Response asPage(http::Response response);

}  // namespace ferry::oauth
