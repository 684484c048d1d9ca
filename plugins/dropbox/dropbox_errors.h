#pragma once
// What Dropbox means when it says no: the one place where HTTP statuses and error tags become the
// statuses that tell the hub what to do next. The tables are in the .cpp.

#include "dropbox_api.h"
#include "json.h"

#include <ferry/sdk.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::dropbox {

/// Which call failed: the same answer means different things for different ones.
enum class Route : std::uint8_t {
    ListFolder,
    Continue,
    LatestCursor,
    Account,
    Revoke,
    // For callers of the hub: what they ask wrongly is no fault of the account.
    Metadata,
    FolderContents,
    FolderContentsContinue,
    Search,
    SearchContinue,
    Download,
    Revisions,
    SpaceUsage,
    TemporaryLink,
};

/// "files/list_folder", ...
std::string_view routeName(Route route) noexcept;

/// The error for an answer of an API route that is not 200, or for no answer at all.
sdk::Error apiError(Route route, const sdk::HttpResponse& response, const Credentials& credentials);

/// The error for a 200 whose body is not the JSON it should be.
sdk::Error bodyError(
    std::string_view route,
    const sdk::HttpResponse& response,
    json::Fault fault,
    const Credentials& credentials
);

/// True for a 422 which says that the root namespace is another one now.
bool isInvalidRoot(const sdk::HttpResponse& response);

/// That root, from the 422's RootInfo; nullopt if it does not say. Empty if it is the own folder.
std::optional<std::string> newRoot(const sdk::HttpResponse& response);

/// False for an answer that says itself that it is no JSON: a proxy's page, most often.
bool isJsonType(const sdk::HttpResponse& response) noexcept;

enum class TokenCall : std::uint8_t { Exchange, Refresh };

/// The error for an answer of the token endpoint that is not 200, or for no answer at all.
sdk::Error tokenError(
    TokenCall call, const sdk::HttpResponse& response, const Credentials& credentials
);

/// The tags of an API error from the outside in, joined by '/': "path/not_found"; empty if the body
/// is not such an error. Never taken from error_summary, whose form varies.
std::string errorTags(std::string_view body);

}  // namespace ferry::dropbox
