#include "config/hub_config.h"

#include "config/cors_origins.h"
#include "config/node_reader.h"
#include "config/operator_section.h"
#include "config/own_address.h"
#include "config/retry_schedule_check.h"
#include "config/signature_section.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {

ProviderConfig HubConfig::provider(const std::string& connector_key) const {
    const auto found = providers.find(connector_key);
    return found == providers.end() ? ProviderConfig() : found->second;
}

namespace {

std::string withoutSlash(std::string url) {
    while (!url.empty() && url.back() == '/')
        url.pop_back();
    return url;
}

class HubConfigReader {
  public:
    HubConfigReader(const YamlNode& root, Reporter& reporter)
        : root_(root), reporter_(reporter), folder_(reporter.source().folder()) {}

    HubConfig read() {
        readTop();
        readListen();
        readStorage();
        readSections();
        readApi();
        readDelivery();
        readProviders();
        readLogging();
        readOperator(section("operator"), reporter_, config_.operator_notices);
        readPluginSignatures(section("plugin_signatures"), reporter_, config_.plugin_signatures);
        config_.plugin_isolation = listOf(root_, "plugin_isolation");
        return std::move(config_);
    }

  private:
    const YamlNode& section(std::string_view key) const {
        static const YamlNode kNothing;
        const YamlNode* found = root_.find(key);
        return found == nullptr ? kNothing : *found;
    }

    std::filesystem::path locate(const std::filesystem::path& path) const {
        return (folder_ / path).lexically_normal();
    }

    void locateAll(std::string_view key, std::vector<std::filesystem::path>& paths) const {
        if (const YamlNode* const list = given(root_, key)) {
            paths.clear();  // of a mapping, which the field tells, no list of files can be made
            if (!list->isMapping())
                std::ranges::copy(listOf(root_, key), std::back_inserter(paths));
        }
        for (std::filesystem::path& path : paths)
            path = locate(path);
    }

    void readTop() {
        if (const YamlNode* url = given(root_, "public_url")) {
            config_.public_url = withoutSlash(url->text);
            if (url->text.find_first_of("?#") != std::string::npos) {
                reporter_.atValue(
                    *url,
                    Visibility::Shown,
                    "'public_url' has a query or a fragment, and the hub puts paths behind it",
                    "leave out what begins with '?' or '#'"
                );
            }
        }
        if (const YamlNode* folder = given(root_, "data_dir")) config_.data_dir = folder->text;
        if (const YamlNode* key_file = given(section("encryption"), "key_file")) {
            config_.key_file = key_file->text;
        } else {
            config_.key_file = config_.data_dir / "master.key";
        }
        config_.data_dir = locate(config_.data_dir);
        config_.key_file = locate(config_.key_file);
        locateAll("plugins", config_.plugins);
        locateAll("connectors", config_.connectors);
        locateAll("instances", config_.instances);
    }

    void readListen() {
        const YamlNode* listen = given(root_, "listen");
        if (listen == nullptr || !listen->isScalar()) return;  // told by the field
        const std::size_t colon = listen->text.rfind(':');
        std::string host = listen->text.substr(0, std::min(colon, listen->text.size()));
        std::optional<std::int64_t> port;
        if (colon != std::string::npos)
            port = parseInteger(std::string_view(listen->text).substr(colon + 1));
        const bool is_bare_ipv6 = host.find(':') != std::string::npos && host.front() != '[';
        if (!port || *port < 0 || *port > 65535 || is_bare_ipv6 || !isListenHost(host)) {
            reporter_.atValue(
                *listen,
                Visibility::Shown,
                "the value of 'listen' is not an address and a port",
                host == "*" ? "write 0.0.0.0 or \"[::]\" in place of * to listen on all addresses"
                            : "write for example 127.0.0.1:8080 or \"[::1]:8080\""
            );
            return;
        }
        if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
        config_.listen_host = host;
        config_.listen_port = static_cast<std::uint16_t>(*port);
        if (*port != 0 && !given(root_, "public_url"))
            config_.public_url = localUrl(host, config_.listen_port);
    }

    void readStorage() {
        const YamlNode* storage = given(root_, "storage");
        if (storage == nullptr || storage->text == "sqlite") return;
        reporter_.atValue(
            *storage,
            Visibility::Hidden,
            storage->text.rfind("postgresql://", 0) == 0
                ? "this version has no PostgreSQL driver, only the embedded store"
                : "the value of 'storage' is not a store the hub knows",
            "write sqlite, or remove the key"
        );
    }

    /// Leaves `into` as it is if the key is not given, or has no integer, which was reported.
    static void readInteger(const YamlNode& from, const char* key, std::int64_t& into) {
        if (const YamlNode* node = given(from, key)) into = parseInteger(node->text).value_or(into);
    }
    static void readBytes(const YamlNode& from, const char* key, std::int64_t& into) {
        if (const YamlNode* node = given(from, key)) into = parseBytes(node->text).value_or(into);
    }
    static void readTime(const YamlNode& from, const char* key, std::chrono::milliseconds& into) {
        if (const auto* node = given(from, key)) into = parseDuration(node->text).value_or(into);
    }

    void readSections() {
        readInteger(section("http"), "threads", config_.http.threads);
        readBytes(section("http"), "body_limit", config_.http.body_bytes_max);
        const YamlNode& retention = section("retention");
        readTime(retention, "age", config_.retention.age);
        readBytes(retention, "size", config_.retention.bytes_max);
        readTime(retention, "waiting", config_.retention.waiting);
    }

    void readApi() {
        config_.api.user_secret = Secret(textOf(section("api"), "user_secret"));
        config_.api.organization_secret = Secret(textOf(section("api"), "organization_secret"));
        readInteger(section("api"), "requests_per_second", config_.api.requests_per_second);
        readInteger(section("api"), "requests_burst", config_.api.requests_burst);
        readInteger(section("api"), "requests_in_flight", config_.api.requests_in_flight);
        config_.api.cors_origins = readCorsOrigins(section("api"), reporter_);
    }

    void readDelivery() {
        const YamlNode& delivery = section("delivery");
        for (const auto& [node, text] : itemsOf(delivery, "allow_networks")) {
            const auto network = IpNetwork::parse(text);
            if (network) {
                config_.delivery.allow_networks.push_back(*network);
                if (network->isEverything()) warnOfEverything(*node);
                warnOfOtherForm(*node, text);
                continue;
            }
            reporter_.atValue(
                *node,
                Visibility::Shown,
                "an item of 'allow_networks' is not a network: " + network.error().message,
                "write for example 10.0.0.0/8 or fd00::/8"
            );
        }
        readInteger(
            delivery, "concurrency_per_callback", config_.delivery.concurrency_per_callback
        );
        readInteger(delivery, "breaker_failures", config_.delivery.breaker_failures);
        readTime(delivery, "timeout", config_.delivery.timeout);
        if (const YamlNode* proxy = given(delivery, "proxy"))
            config_.delivery.proxy = Secret(proxy->text);
        readRetrySchedule(delivery, reporter_, config_.delivery.retry_schedule);
    }

    void warnOfEverything(const YamlNode& node) {
        reporter_.warnAtKey(
            node,
            "callbacks may reach every address, the hub's own services and cloud metadata included",
            "name the networks that receivers are in, such as 10.0.0.0/8"
        );
    }

    /// An IPv4 address in a form of IPv6 is looked at as the one that it leads to.
    void warnOfOtherForm(const YamlNode& node, std::string_view text) {
        const auto address = IpAddress::parse(text.substr(0, text.find('/')));
        if (!address || address->isV4()) return;
        const auto reached = address->reachedAddresses();
        if (reached.size() != 1 || reached.front() == *address) return;
        reporter_.warnAtKey(
            node,
            fmt::format(
                "'{}' lets nothing in: such addresses count as those of IPv4 in them", text
            ),
            fmt::format("write the network of IPv4, which begins at {}", reached.front().toString())
        );
    }

    void readProviders() {
        const YamlNode& providers = section("providers");
        for (std::size_t entry = 0; entry < providers.entryCount(); ++entry) {
            const YamlNode& node = providers.value(entry);
            ProviderConfig& provider = config_.providers[providers.key(entry).text];
            readTime(node, "poll_interval", provider.poll_interval);
            const YamlNode* urls = node.find("base_urls");
            for (std::size_t at = 0; urls != nullptr && at < urls->entryCount(); ++at) {
                const YamlNode& value = urls->value(at);
                if (value.is_unresolved) continue;
                UrlParts parts;
                const std::string_view fault = checkUrl(value.text, parts);
                if (!fault.empty()) {
                    reporter_.atValue(
                        value,
                        Visibility::Shown,
                        fmt::format("the base URL '{}' {}", urls->key(at).text, fault),
                        "write for example https://proxy.example.com"
                    );
                }
                provider.base_urls.emplace(urls->key(at).text, withoutSlash(value.text));
            }
        }
    }

    void readLogging() {
        const std::string level = textOf(section("logging"), "level");
        if (level == "debug") config_.logging.level = LogLevel::Debug;
        if (level == "warning") config_.logging.level = LogLevel::Warning;
        if (level == "error") config_.logging.level = LogLevel::Error;
        if (textOf(section("logging"), "format") == "json") {
            config_.logging.format = LogFormat::Json;
        }
    }

    const YamlNode& root_;
    Reporter& reporter_;
    std::filesystem::path folder_;
    HubConfig config_;
};

}  // namespace

HubConfig readHubConfigAsFarAsGood(
    YamlDocument& document, const ReferenceOptions& references, Diagnostics& out
) {
    Reporter reporter(*document.source, out);
    resolveReferences(document.root, references, reporter);
    validateMapping(document.root, hubConfigFields(), reporter);
    // The reader takes only what has the right shape, so both passes report at once.
    return HubConfigReader(document.root, reporter).read();
}

std::optional<HubConfig> readHubConfig(
    YamlDocument& document, const ReferenceOptions& references, Diagnostics& out
) {
    Diagnostics found;
    HubConfig config = readHubConfigAsFarAsGood(document, references, found);
    const bool is_good = !found.hasErrors();
    out.addAll(std::move(found));
    if (!is_good || document.root.is_faulty) return std::nullopt;
    return config;
}

std::optional<HubConfig> readHubConfigFile(
    const std::filesystem::path& path, const ReferenceOptions& references, Diagnostics& out
) {
    YamlDocument document;
    if (!parseYamlFile(path, document, out)) return std::nullopt;
    return readHubConfig(document, references, out);
}

}  // namespace ferry::config
