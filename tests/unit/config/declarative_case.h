#pragma once
// A small connector without code, for tests that change one part of it at a time.

#include "config/connector_manifest.h"
#include "unit/config/config_test_support.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

inline constexpr std::string_view kHead = R"(key: acme
name: Acme
hub: general
version: 1.0.0
plugin: declarative
abi: 1
webhook: instance
events: {object_types: [thing], event_types: [CREATED, UPDATED], methods: [webhook]}
)";
inline constexpr std::string_view kNotifications = R"(notifications:
  verify: [{method: hmac, header: X-Signature}]
)";
inline constexpr std::string_view kMap = R"(map:
  - {event: created, type: thing, id: /id}
)";

inline constexpr const char* kSecretParameter =
    "parameters:\n"
    "  - {key: webhook.secret, name: Secret, description: S., type: string, secret: true}\n";

struct Reading {
    std::optional<ConnectorManifest> manifest;
    std::vector<std::string> findings;
};

/// What is found is in the order of the file.
inline Reading readConnector(const std::string& text) {
    YamlDocument document;
    Diagnostics out;
    Reading reading;
    if (parseYaml("acme.yaml", text, document, out)) reading.manifest = readManifest(document, out);
    out.sort();
    for (const Diagnostic& finding : out.items())
        reading.findings.push_back(describe(finding));
    return reading;
}

inline Reading readWithSecret(std::string_view text) {
    return readConnector(std::string(text) + kSecretParameter);
}

inline Reading withMap(std::string_view map) {
    return readWithSecret(fmt::format("{}{}map:\n{}", kHead, kNotifications, map));
}

inline Reading withNotifications(std::string_view notifications) {
    return readWithSecret(fmt::format("{}notifications:\n{}{}", kHead, notifications, kMap));
}

inline std::string setting(const Reading& reading, std::string_view name) {
    for (const auto& [key, value] : reading.manifest->settings)
        if (key == name) return value;
    return {};
}

struct Mistake {
    const char* map;
    const char* finding;
};

}  // namespace ferry::config
