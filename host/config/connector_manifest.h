#pragma once
// A connector: the description of one provider (connector.yaml), read before any code is loaded.
// Data alone; references are not resolved in it, as it comes from third parties.

#include "base/plugin_name.h"
#include "config/diagnostic.h"
#include "config/field_table.h"
#include "config/yaml_document.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// The parameter by which the hub knows the authentication profile of an instance.
inline constexpr const char* kAuthenticationParameter = "authentication.type";

/// A way to be authorised; parameters name the profiles they belong to.
struct AuthenticationProfile {
    std::string key;   ///< "oauth2", "apiKey" or "none"
    std::string name;  ///< for people
    std::string description;

    /// Its name in the Open Connectors API, which has no word for "none needed".
    std::string_view contractName() const noexcept {
        return key == "none" ? std::string_view("custom") : std::string_view(key);
    }
};

/// Endpoints and habits of the provider's OAuth 2.
struct OauthDescription {
    std::string authorize_url;
    std::string token_url;
    std::string revoke_url;           ///< empty if the provider has none
    std::vector<std::string> scopes;  ///< asked for unless the instance names its own
    bool has_pkce = true;
    std::chrono::milliseconds expiry_margin{300'000};  ///< refresh this long before expiry
};

enum class WebhookScope : std::uint8_t {
    None,      ///< the provider sends no webhooks
    App,       ///< one URL for all instances of an app
    Instance,  ///< one URL for each instance
};

/// How the provider is asked for changes, as far as the hub itself goes by it.
struct PollingDescription {
    std::chrono::milliseconds interval_min{60'000};
    std::chrono::milliseconds interval_max{900'000};
    unsigned rate_requests = 0;  ///< of all instances of an app in `rate_period`; 0: any
    std::chrono::milliseconds rate_period{0};
    bool can_list = false;         ///< every resource has a listing
    bool lists_by_number = false;  ///< pages of a listing have numbers or offsets
};

struct ConnectorManifest {
    std::string key;
    std::vector<std::string> aliases;  ///< other keys and numbers that callers know it by
    std::string name;
    std::string description;
    std::string hub;  ///< family of connectors, such as "documents"
    std::string version;
    /// The library, a file beside the manifest; without ".so": the library of this name that many
    /// connectors share.
    std::string plugin;
    std::int64_t abi = 0;
    std::string documentation_url;
    std::string documentation_date_read;                              ///< YYYY-MM-DD
    std::string authentication_parameter = kAuthenticationParameter;  ///< its value is the profile
    std::vector<AuthenticationProfile> profiles;
    std::optional<OauthDescription> oauth2;
    std::map<std::string, std::string> base_urls;  ///< by name, without a slash at the end
    std::vector<std::string> egress;  ///< hosts, also "*.example.com", that requests may reach
    WebhookScope webhook = WebhookScope::None;
    std::vector<std::string> object_types;
    std::vector<std::string> event_types;
    std::vector<std::string> event_methods;  ///< "webhook", "polling"
    FieldTable parameters;                   ///< in the order of the file
    std::string source;                      ///< path of the file
    bool brings_changes = true;  ///< webhooks say what changed; if not, only that something did
    std::optional<PollingDescription> polling;
    bool signs_challenges = false;         ///< a challenge is signed in answer, or verified
    bool uses_client_credentials = false;  ///< nobody has to consent: the app gets tokens by itself
    bool uses_jq = false;                  ///< records are mapped by a program, in another process
    bool registers_webhooks = false;       ///< the hub does it at the provider, by 'subscription'
    /// For the plugin, by name; of connectors without code, their sections in JSON.
    std::vector<std::pair<std::string, std::string>> settings;

    /// A library beside the manifest has the connector's key, one that connectors share its own id.
    bool isPluginShared() const { return namesSharedLibrary(plugin); }
    const std::string& pluginId() const { return isPluginShared() ? plugin : key; }
};

/// Connectors by key.
using ManifestSet = std::map<std::string, ConnectorManifest, std::less<>>;

/// The fields of connector.yaml.
const FieldTable& manifestFields();

/// Reads a manifest. nullopt if `out` got an error; then the connector must not be used.
std::optional<ConnectorManifest> readManifest(const YamlDocument& document, Diagnostics& out);
std::optional<ConnectorManifest> readManifestFile(
    const std::filesystem::path& path, Diagnostics& out
);
/// The same of the content of a file that was read already.
std::optional<ConnectorManifest> readManifestText(
    const std::filesystem::path& path, std::string content, Diagnostics& out
);

}  // namespace ferry::config
