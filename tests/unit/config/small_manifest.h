#pragma once
// A manifest in which tests of its checks change one line at a time.

#include "config/connector_manifest.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

#include <string>

namespace ferry::config {

inline constexpr const char* kSmall = R"(key: small
name: Small
hub: documents
version: 1.0.0
plugin: libsmall.so
abi: 1
authentication:
  profiles: [{key: oauth2, name: OAuth}]
oauth2:
  authorize_url: https://a.example.com/authorize
  token_url: https://a.example.com/token
base_urls: {api: https://api.example.com/}
egress: [api.example.com, "*.example.org"]
webhook: app
events: {object_types: [file], event_types: [CREATED], methods: [webhook]}
parameters:
  - key: small.limit
    name: Limit
    description: A limit
    type: integer
    min: 1
    default: 5
)";

/// What is found in it with `to` in place of `from`.
inline Diagnostics readSmall(std::string from, const std::string& to) {
    std::string text = kSmall;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    YamlDocument document;
    Diagnostics out;
    if (parseYaml("connector.yaml", text, document, out)) {
        const bool is_read = readManifest(document, out).has_value();
        EXPECT_EQ(is_read, !out.hasErrors());
    }
    return out;
}

}  // namespace ferry::config
