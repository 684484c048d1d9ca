// The token endpoint answers errors as RFC 6749 section 5.2 says, but for some whose code and text
// stand in one string.
#include "dropbox_errors.h"
#include "error_text.h"
#include "json.h"
#include "text.h"

namespace ferry::dropbox {

sdk::Error tokenError(
    TokenCall call, const sdk::HttpResponse& response, const Credentials& credentials
) {
    constexpr std::string_view kRoute = "oauth2/token";
    if (response.status() == 0) return transportError(kRoute, response);
    rapidjson::Document body;
    const bool is_json = json::parse(response.body(), body) == json::Fault::None;
    // Either "invalid_grant" with the text beside it, or "invalid_client: text" in one.
    const std::string_view whole = json::text(body, "error");
    const std::string_view code = whole.substr(0, whole.find(':'));
    std::string_view said = json::text(body, "error_description");
    if (said.empty()) said = whole.size() > code.size() ? whole.substr(code.size() + 1) : "";
    const std::string detail = excerpt(is_json ? said : response.body(), credentials.secrets());
    const auto text = [&](std::string_view meaning) {
        return errorText(
            kRoute, response, excerpt(code, credentials.secrets(), 60), meaning, detail
        );
    };

    if (response.status() == 429)
        return sdk::Error::rateLimited(
            text("too many requests"), retryAfter(response, body).value_or(kRetryDefault)
        );
    if (response.status() < 400 || response.status() >= 500 || isHtml(response))
        return passingFault(kRoute, response, body, detail);
    if (code == "invalid_client" || code == "unauthorized_client")
        return sdk::Error::rejected(
            text("dropbox does not accept the app: check oauth.api.key and oauth.api.secret")
        );
    if (code == "invalid_grant" && call == TokenCall::Refresh)
        return sdk::Error::authRevoked(
            text("the user has withdrawn the consent: authorize the instance again")
        );
    if (code == "invalid_grant" && said.find("redirect_uri") != std::string_view::npos)
        return sdk::Error::rejected(
            text("oauth.callback.url is not the redirect uri that the authorization began with")
        );
    if (code == "invalid_grant")
        return sdk::Error::authRevoked(
            text("the code was used before, has expired or is not of this app")
        );
    if (!code.empty()) return sdk::Error::rejected(text("dropbox refused the request"));
    // Nothing of OAuth in it: a proxy, or a page of an outage.
    return response.status() == 400 || response.status() == 401
               ? sdk::Error::rejected(text("dropbox refused the request"))
               : passingFault(kRoute, response, body, detail);
}

}  // namespace ferry::dropbox
