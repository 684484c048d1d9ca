// The table of ferry.yaml.
#include "config/hub_config.h"
#include "config/table_field.h"

namespace ferry::config {

namespace {

Field secret(std::string key, std::string description) {
    Field made = field(std::move(key), ValueType::String, std::move(description));
    made.is_secret = true;
    return made;
}

Field ranged(Field made, std::int64_t min, std::int64_t max) {
    made.min = min;
    made.max = max;
    return made;
}

Field section(std::string key, const FieldTable& table, std::string description) {
    return within(field(std::move(key), ValueType::Object, std::move(description)), table);
}

constexpr std::int64_t kDayMs = 86'400'000;

std::optional<ValueProblem> checkProxy(std::string_view text) {
    static constexpr std::string_view kSuggestion = "write http://host:port or socks5h://host:port";
    const auto fault = [](std::string message) {
        return ValueProblem{std::move(message), std::string(kSuggestion)};
    };
    const std::size_t separator = text.find("://");
    const std::string_view scheme = text.substr(0, separator);
    if (separator == text.npos) return fault("is not the URL of a proxy");
    if (scheme == "socks5" || scheme == "socks4" || scheme == "socks4a") {
        return fault("has a scheme whose proxy does not resolve names as http and socks5h do");
    }
    if (scheme != "http" && scheme != "socks5h") {
        return fault("has a scheme other than http and socks5h");
    }
    // Checked as any URL of a server; name and password may stand before it.
    const std::string_view after = text.substr(separator + 3);
    const std::size_t at = after.rfind('@');
    const std::string server =
        "http://" + std::string(at == after.npos ? after : after.substr(at + 1));
    UrlParts parts;
    if (const auto why = checkUrl(server, parts); !why.empty()) {
        return fault("is not the URL of a proxy: it " + std::string(why));
    }
    if (parts.port.empty()) return fault("names no port");
    if (!parts.rest.empty() && parts.rest != "/") return fault("has a path, which no proxy has");
    return std::nullopt;
}

const FieldTable& apiFields() {
    static const FieldTable table(
        "'api'",
        {
            secret("user_secret", "an API key of role write"),
            secret("organization_secret", "in place of the hub's own"),
            ranged(
                field(
                    "requests_per_second",
                    ValueType::Integer,
                    "of one API key; 0: as many as it likes"
                ),
                0,
                1'000'000
            ),
            ranged(
                field(
                    "requests_burst", ValueType::Integer, "of one API key at once, after a pause"
                ),
                1,
                1'000'000
            ),
            ranged(
                field("requests_in_flight", ValueType::Integer, "of all callers at a time"), 1, 4096
            ),
            field("cors_origins", ValueType::List, "sites whose scripts in browsers may call"),
        }
    );
    return table;
}

const FieldTable& encryptionFields() {
    static const FieldTable table(
        "'encryption'",
        {
            field("key_file", ValueType::String, "the key that seals secrets; mode 0600"),
        }
    );
    return table;
}

const FieldTable& deliveryFields() {
    static const FieldTable table(
        "'delivery'",
        {
            field("allow_networks", ValueType::List, "private ranges callbacks may reach, as CIDR"),
            [] {
                // May hold a password.
                Field proxy = secret(
                    "proxy", "http:// or socks5h:// proxy that callbacks go through; resolves names"
                );
                proxy.check = checkProxy;
                return proxy;
            }(),
            ranged(
                field("concurrency_per_callback", ValueType::Integer, "requests at a time per URL"),
                1,
                1000
            ),
            ranged(field("timeout", ValueType::Duration, "of one attempt"), 100, 300'000),
            ranged(
                field(
                    "breaker_failures",
                    ValueType::Integer,
                    "in a row, before a URL is left alone for a while; 0: it never is"
                ),
                0,
                1000
            ),
            field("retry_schedule", ValueType::List, "waits between the attempts"),
        }
    );
    return table;
}

const FieldTable& retentionFields() {
    static const FieldTable table(
        "'retention'",
        {
            ranged(
                field("age", ValueType::Duration, "of events and of deliveries that are finished"),
                kDayMs / 24,
                3650 * kDayMs
            ),
            ranged(
                field("size", ValueType::Bytes, "of the store, before they go earlier; 0: any"),
                0,
                std::int64_t{1} << 50
            ),
            ranged(
                field(
                    "waiting",
                    ValueType::Duration,
                    "what a callback has not taken for so long is a dead letter"
                ),
                kDayMs / 24,
                3650 * kDayMs
            ),
        }
    );
    return table;
}

const FieldTable& providerFields() {
    static const FieldTable table(
        "a provider",
        {
            field(
                "base_urls", ValueType::StringMap, "addresses to use in place of the connector's"
            ),
            ranged(
                field("poll_interval", ValueType::Duration, "how often to look without a webhook"),
                1'000,
                7 * kDayMs
            ),
        }
    );
    return table;
}

const FieldTable& httpFields() {
    static const FieldTable table(
        "'http'",
        {
            ranged(field("threads", ValueType::Integer, "connections served at a time"), 1, 4096),
            ranged(
                field("body_limit", ValueType::Bytes, "largest request body"),
                1024,
                std::int64_t{1} << 30
            ),
        }
    );
    return table;
}

const FieldTable& operatorFields() {
    static const FieldTable table(
        "'operator'",
        {
            field("callback_url", ValueType::Url, "is told what a person has to look at"),
            secret("signature_key", "signs what is sent there: any text, or whsec_ keys"),
            ranged(
                field(
                    "failing_after",
                    ValueType::Duration,
                    "how long a callback accepts nothing, or its receiver gives no permission, "
                    "before "
                    "it is told of"
                ),
                1'000,
                30 * kDayMs
            ),
        }
    );
    return table;
}

const FieldTable& signatureFields() {
    static const FieldTable table(
        "'plugin_signatures'",
        {
            field("trusted_keys", ValueType::StringMap, "public keys of signers, by name"),
            field("require_signed", ValueType::Boolean, "whether plugins must be signed"),
        }
    );
    return table;
}

const FieldTable& loggingFields() {
    static const FieldTable table(
        "'logging'",
        {
            oneOf(
                field("level", ValueType::Enum, "least level that is written"),
                {"debug", "info", "warning", "error"}
            ),
            oneOf(field("format", ValueType::Enum, "form of a line"), {"text", "json"}),
        }
    );
    return table;
}

}  // namespace

const FieldTable& hubConfigFields() {
    static const FieldTable table(
        "ferry.yaml",
        {
            [] {
                Field url =
                    field("public_url", ValueType::Url, "what providers and browsers reach");
                url.example = "https://hub.example.com";
                return url;
            }(),
            field("listen", ValueType::String, "address:port"),
            field("data_dir", ValueType::String, "folder of the store"),
            secret("storage", "sqlite"),
            field("plugins", ValueType::List, "folders scanned for plugins"),
            field("connectors", ValueType::List, "folders scanned for connectors without code"),
            field("instances", ValueType::List, "instance files, or folders of them"),
            section("api", apiFields(), "who may use the API"),
            section("encryption", encryptionFields(), "sealing of secrets"),
            section("delivery", deliveryFields(), "how callbacks are made"),
            section("retention", retentionFields(), "how long the store keeps what has happened"),
            [] {
                Field providers = field("providers", ValueType::ObjectMap, "by connector key");
                providers.table = &providerFields();
                return providers;
            }(),
            section("http", httpFields(), "the server"),
            section("logging", loggingFields(), "what is logged"),
            section("operator", operatorFields(), "who is told of what goes wrong"),
            section("plugin_signatures", signatureFields(), "whose plugins are loaded"),
            field(
                "plugin_isolation", ValueType::List, "plugins that run in processes of their own"
            ),
        }
    );
    return table;
}

}  // namespace ferry::config
