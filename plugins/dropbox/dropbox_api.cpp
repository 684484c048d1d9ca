#include "dropbox_api.h"

#include "json.h"

#include <algorithm>

namespace ferry::dropbox {
namespace {

/// The pattern of the API for ids of shared folders, which namespaces are. It keeps a header and a
/// cursor well-formed.
bool isNamespaceId(std::string_view id) noexcept {
    return std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == ':';
    });
}

void addRoot(sdk::Request& request, std::string_view root) {
    if (root.empty()) return;
    if (!isNamespaceId(root))
        throw sdk::Error::malformed("the root namespace has characters that no namespace id has");
    request.header(
        "Dropbox-API-Path-Root", R"({".tag":"root","root":")" + std::string(root) + "\"}"
    );
}

}  // namespace

std::string baseUrl(const sdk::AccountView& account, std::string_view name) {
    const std::string_view given = account.baseUrl(name);
    if (!given.empty()) return std::string(given);
    if (name == "www") return "https://www.dropbox.com";
    return name == "content" ? "https://content.dropboxapi.com" : "https://api.dropboxapi.com";
}

Credentials::Credentials(const sdk::AccountView& account, const sdk::TokenSet& tokens)
    : is_api_key_(account.config(parameter::kAuthenticationType) == "apiKey"),
      access_token_(
          is_api_key_ ? account.config(parameter::kAccessToken)
                      : std::string_view(tokens.access_token)
      ),
      secrets_{
          access_token_,
          tokens.refresh_token,
          account.config(parameter::kAppSecret),
          account.config(parameter::kAccessToken)
      } {}

std::string_view Credentials::accessToken() const {
    if (!access_token_.empty()) return access_token_;
    if (is_api_key_)
        throw sdk::Error::invalid(
            "authentication.type is apiKey, but dropbox.authorization.apikey is empty: give it an "
            "access token from the app console"
        );
    throw sdk::Error::authExpired("there is no access token yet");
}

std::string configuredRoot(const sdk::AccountView& account) {
    const std::string_view mode = account.config(parameter::kPathRoot);
    if (mode == "home") return {};
    if (!mode.empty() && mode != "root")
        throw sdk::Error::invalid("dropbox.path.root must be root or home");
    if (account.state().empty()) return {};
    rapidjson::Document state;
    if (json::parse(account.state(), state) != json::Fault::None)
        throw sdk::Error::invalid("the account state is not json: verify the account again");
    const std::string_view root = json::text(state, "root_namespace_id");
    return root == json::text(state, "home_namespace_id") ? std::string() : std::string(root);
}

sdk::Request rpc(
    const sdk::AccountView& account,
    const Credentials& credentials,
    std::string_view route,
    std::string body,
    std::string_view root
) {
    sdk::Request request = sdk::Request::post(baseUrl(account, "api") + "/2/" + std::string(route));
    request.bearer(credentials.accessToken());
    addRoot(request, root);
    request.body("application/json", std::move(body));
    return request;
}

sdk::Request contentDownload(
    const sdk::AccountView& account,
    const Credentials& credentials,
    std::string argument,
    std::string_view root
) {
    sdk::Request request = sdk::Request::post(baseUrl(account, "content") + "/2/files/download");
    request.bearer(credentials.accessToken());
    addRoot(request, root);
    request.header("Dropbox-API-Arg", std::move(argument));
    return request;
}

}  // namespace ferry::dropbox
