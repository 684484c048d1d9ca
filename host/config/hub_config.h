#pragma once
// ferry.yaml: everything the hub itself can be told, with the default beside each member.

#include "base/ip_network.h"
#include "base/retry_schedule.h"
#include "base/secret.h"
#include "config/connector_manifest.h"
#include "config/diagnostic.h"
#include "config/field_table.h"
#include "config/references.h"
#include "config/yaml_document.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ferry::config {

struct DeliveryConfig {
    std::vector<IpNetwork> allow_networks;  ///< private ranges callbacks may reach
    Secret proxy;  ///< URL of the proxy that callbacks go through; empty: none
    std::int64_t concurrency_per_callback = 4;
    std::chrono::milliseconds timeout{15'000};  ///< of one attempt
    /// Attempts in a row that fail before a callback is left alone for a while; 0: it never is.
    std::int64_t breaker_failures = 5;
    RetryDelays retry_schedule = delaysOf(standardRetrySchedule());

    bool operator==(const DeliveryConfig&) const = default;
};

/// What the operator changes about one connector.
struct ProviderConfig {
    std::map<std::string, std::string> base_urls;  ///< by name, without a slash at the end
    std::chrono::milliseconds poll_interval{300'000};

    bool operator==(const ProviderConfig&) const = default;
};

struct HttpConfig {
    std::int64_t threads = 80;  ///< one serves one connection at a time
    std::int64_t body_bytes_max = std::int64_t{1} << 20;

    bool operator==(const HttpConfig&) const = default;
};

struct ApiConfig {
    Secret user_secret;          ///< an API key of role write; empty: only the keys of `ferry keys`
    Secret organization_secret;  ///< empty: the hub's own
    std::int64_t requests_per_second = 100;  ///< of one API key; 0: as many as it likes
    std::int64_t requests_burst = 200;       ///< of one API key at once, after a pause
    std::int64_t requests_in_flight = 48;    ///< of all callers at a time
    /// Sites whose scripts may call, as browsers name them in `Origin`; none: no script of another
    /// site may.
    std::vector<std::string> cors_origins;

    bool operator==(const ApiConfig&) const = default;
};

/// What keeps the store from growing for ever.
struct RetentionConfig {
    std::chrono::milliseconds age{30LL * 86'400'000};      ///< of events, deliveries, replays
    std::int64_t bytes_max = std::int64_t{50} << 30;       ///< of the store; 0: no bound
    std::chrono::milliseconds waiting{30LL * 86'400'000};  ///< of a delivery, before it is given up

    bool operator==(const RetentionConfig&) const = default;
};

/// Who is told of what goes wrong.
struct OperatorConfig {
    std::string callback_url;  ///< empty: nobody
    Secret signature_key;      ///< base/signing_key.h
    /// How long a callback accepts nothing before the operator is told.
    std::chrono::milliseconds failing_after{600'000};

    bool operator==(const OperatorConfig&) const = default;
};

/// Whose plugins are loaded.
struct PluginSignatureConfig {
    std::map<std::string, std::string> trusted_keys;  ///< Ed25519, 32 bytes each, by name
    bool require_signed = false;

    bool operator==(const PluginSignatureConfig&) const = default;
};

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };
enum class LogFormat : std::uint8_t { Text, Json };

struct LoggingConfig {
    LogLevel level = LogLevel::Info;
    LogFormat format = LogFormat::Text;

    bool operator==(const LoggingConfig&) const = default;
};

struct HubConfig {
    std::string public_url = "http://127.0.0.1:8080";  ///< without a slash at the end
    std::string listen_host = "127.0.0.1";             ///< of IPv6 without brackets
    std::uint16_t listen_port = 8080;                  ///< 0: any free one
    // Paths are absolute or relative to the working directory: the file's folder is put before.
    std::filesystem::path data_dir = "data";
    std::vector<std::filesystem::path> plugins = {"plugins"};
    std::vector<std::filesystem::path> connectors = {"connectors"};
    std::vector<std::filesystem::path> instances = {"instances"};
    std::filesystem::path key_file = "data/master.key";
    DeliveryConfig delivery;
    RetentionConfig retention;
    std::map<std::string, ProviderConfig> providers;  ///< by connector key
    HttpConfig http;
    ApiConfig api;
    LoggingConfig logging;
    OperatorConfig operator_notices;  ///< section `operator`, which is a word of C++
    PluginSignatureConfig plugin_signatures;
    /// Of the program, and trusted as it is; never in the file. Empty: there is none.
    std::filesystem::path own_plugins;
    std::filesystem::path own_connectors;  ///< likewise
    /// Ids of plugins that run in processes of their own, or "*" for all.
    std::vector<std::string> plugin_isolation;

    /// `manifest` came with the program, and `other`, which has its key and takes its place, did
    /// not.
    bool isReplacement(const std::filesystem::path& other, const std::filesystem::path& manifest)
        const;
    /// The plugin runs in a process of its own.
    bool isIsolated(std::string_view plugin) const;
    /// The provider's section, or the defaults.
    ProviderConfig provider(const std::string& connector_key) const;
    bool operator==(const HubConfig&) const = default;
};

/// The fields of ferry.yaml.
const FieldTable& hubConfigFields();

/// Reads ferry.yaml; `document` gets its references resolved. nullopt if `out` got an error.
/// With `ReferenceMode::CheckFormOnly` the result is good for checks alone.
std::optional<HubConfig> readHubConfig(
    YamlDocument& document, const ReferenceOptions& references, Diagnostics& out
);
/// The same, but also what could be read of a file with errors, with the default in place of what
/// could not: good for looking at what the file names, never for running a hub.
HubConfig readHubConfigAsFarAsGood(
    YamlDocument& document, const ReferenceOptions& references, Diagnostics& out
);
std::optional<HubConfig> readHubConfigFile(
    const std::filesystem::path& path, const ReferenceOptions& references, Diagnostics& out
);

/// The keys ("delivery.timeout", in the order of the table) whose values differ; of those without
/// effect, none.
std::vector<std::string> changedKeys(const HubConfig& before, const HubConfig& after);

/// Checks `providers` against the connectors, their keys and the names of their base URLs, and
/// `plugin_isolation` against the plugins that these name.
void checkProviders(const YamlDocument& document, const ManifestSet& connectors, Diagnostics& out);

/// Warns of each item of `plugins` and `connectors` that is no folder, and reports each of
/// `instances` that is not there.
void checkFolders(const YamlDocument& document, Diagnostics& out);

/// Warns of secrets of the API that are too short to be one.
void adviseOnHubConfig(const YamlDocument& document, Diagnostics& out);

}  // namespace ferry::config
