#pragma once
// What browser_flow tells a person when an authorization did not succeed.

#include "base/error.h"
#include "oauth/result_page.h"

#include <string>

namespace ferry::oauth {

/// A page of one paragraph.
ResultPage messagePage(int status, std::string title, std::string text);

/// The page for an error of AccountAuthorizer::exchange or of the store.
ResultPage failurePage(const Error& error);

}  // namespace ferry::oauth
