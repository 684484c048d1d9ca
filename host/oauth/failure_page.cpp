#include "oauth/failure_page.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::oauth {
namespace {

constexpr std::size_t kStateBytesMax = 512;
constexpr std::size_t kCodeBytesMax = 4096;

std::string_view whatIsWrong(
    std::string_view state, std::string_view code, std::string_view error
) {
    if (state.empty()) {
        return "The address has no state, or an empty one: by that the hub knows what was begun.";
    }
    if (state.size() > kStateBytesMax) return "The state in the address is none of this hub's.";
    if (code.empty() && error.empty()) {
        return "The address has no code, or an empty one, and no error: a provider sends one of "
               "the two.";
    }
    if (!code.empty() && !error.empty()) {
        return "The address has both a code and an error: a provider sends one of the two.";
    }
    return code.size() > kCodeBytesMax ? "The code in the address is too long to be one." : "";
}

}  // namespace

ResultPage messagePage(int status, std::string title, std::string text) {
    return {status, std::move(title), {std::move(text)}, {}, {}};
}

ResultPage failurePage(const Error& error) {
    const std::string& text = error.message;
    switch (error.code) {
        case ErrorCode::AuthorizationRevoked:
            return {
                400,
                "The code is not accepted",
                {"The provider answered: " + text + ".",
                 "Its authorization codes are good once and for a short time, and only with the "
                 "oauth.callback.url that they were asked for with. Nothing was changed."},
                {},
                {},
            };
        case ErrorCode::Conflict:
            return {
                409,
                "This is another account",
                {text + ".",
                 "Nothing was changed. Sign in to the provider with the right account, then begin "
                 "again. For another account, make another instance."},
                {},
                {},
            };
        case ErrorCode::InvalidArgument:
        case ErrorCode::PermissionDenied:
        case ErrorCode::Unauthenticated:
            return {
                502,
                "The provider refuses the app",
                {"The provider answered: " + text + ".",
                 "Check oauth.api.key, oauth.api.secret, oauth.callback.url and the scopes of the "
                 "app, then begin again."},
                {},
                {},
            };
        case ErrorCode::NotFound:
            return messagePage(
                404, "The instance is gone", "It was removed while you were at the provider."
            );
        case ErrorCode::Unavailable:
        case ErrorCode::DeadlineExceeded:
        case ErrorCode::RateLimited:
        case ErrorCode::Cancelled:
            return {
                503,
                "Not finished",
                {"The provider or the hub is not available at the moment: " + text + ".",
                 "Nothing was changed. Wait a little, then begin again."},
                {},
                {},
            };
        default:
            return {
                500,
                "The authorization failed",
                {"The hub could not finish it: " + text + ".",
                 "Nothing was changed. The hub's log has more."},
                {},
                {},
            };
    }
}

std::optional<ResultPage> noAnswerPage(
    std::string_view state, std::string_view code, std::string_view error
) {
    const std::string_view wrong = whatIsWrong(state, code, error);
    if (wrong.empty()) return std::nullopt;
    return messagePage(
        400,
        "This is not an answer of the provider",
        fmt::format("{} Nothing was changed. Open the instance's link again.", wrong)
    );
}

bool isOfBrowser(std::string_view path) {
    return path == "/oauth" || path.starts_with("/oauth/");
}

http::Response asPage(http::Response response) {
    if (response.status < 400 || !response.content_type.starts_with("application/json"))
        return response;
    const auto page = [status = response.status]() -> ResultPage {
        switch (status) {
            case 404:
                return messagePage(
                    404,
                    "There is no such page",
                    "Check the link: that of an instance ends with /oauth/start/ and its name."
                );
            case 405:
                return messagePage(
                    405,
                    "This is a page to be opened",
                    "Open it in a browser; nothing is sent to it."
                );
            case 503:
                return messagePage(
                    503, "Not now", "The hub has too much to do. Wait a little, then try again."
                );
            default:
                return messagePage(
                    status, "This can't be read", "The address is damaged. Check it."
                );
        }
    };
    http::Response shown = renderPage(page());
    for (const auto& [name, value] : response.headers.fields())
        shown.headers.add(name, value);
    return shown;
}

}  // namespace ferry::oauth
