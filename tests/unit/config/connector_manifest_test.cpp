// Goal: the shipped Dropbox connector declares what it must, and every fault in a manifest is
// found before any code is loaded. Method: the shipped file; a small manifest with one line
// changed at a time.

#include "config/connector_manifest.h"

#include "config/source_text.h"
#include "unit/config/config_test_support.h"
#include "unit/config/small_manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

namespace ferry::config {
namespace {

TEST(DropboxConnector, DeclaresTheVendorsParameters) {
    struct Want {
        const char* key;
        ValueType type;
        bool is_required;
        bool is_secret;
    };
    const Want wants[] = {
        {"key", ValueType::Enum, true, false},
        {"code", ValueType::String, false, true},
        {"name", ValueType::String, true, false},
        {"authentication.type", ValueType::Enum, false, false},
        {"oauth.callback.url", ValueType::Url, true, false},
        {"oauth.api.key", ValueType::String, true, false},
        {"oauth.api.secret", ValueType::String, true, true},
        {"event.notification.enabled", ValueType::Boolean, false, false},
        {"event.notification.callback.url", ValueType::Url, true, false},
        {"event.notification.signature.key", ValueType::String, false, true},
        {"tags", ValueType::List, false, false},
        {"dropbox.authorization.apikey", ValueType::String, true, true},
        {"oauth.user.refresh_token", ValueType::String, false, true},
        {"oauth.user.token", ValueType::String, false, true},
        {"event.move.window", ValueType::Duration, false, false},
        {"document.tagging", ValueType::Boolean, false, false},
    };
    for (const Want& want : wants) {
        const Field* field = dropboxManifest().parameters.find(want.key);
        ASSERT_NE(field, nullptr) << want.key;
        EXPECT_EQ(field->type, want.type) << want.key;
        EXPECT_EQ(field->is_required, want.is_required) << want.key;
        EXPECT_EQ(field->is_secret, want.is_secret) << want.key;
        EXPECT_FALSE(field->description.empty()) << want.key;
    }
}

TEST(DropboxConnector, HasTheParametersThatTheReadmeLists) {
    const Result<std::string> readme = readFileBounded(sourceFolder() / "README.md", kFileBytesMax);
    ASSERT_TRUE(readme);
    const std::size_t begin = readme->find("\n## Parameters of a Dropbox instance\n");
    ASSERT_NE(begin, std::string::npos);
    std::istringstream lines(readme->substr(begin, readme->find("\n## ", begin + 1) - begin));
    std::set<std::string> listed;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("| `", 0) != 0) continue;
        // The first column may name several.
        const std::string keys = line.substr(0, line.find('|', 1));
        for (std::size_t at = 0; (at = keys.find('`', at)) != std::string::npos;) {
            const std::size_t end = keys.find('`', at + 1);
            listed.insert(keys.substr(at + 1, end - at - 1));
            at = end + 1;
        }
    }
    std::set<std::string> declared;
    for (const Field& field : dropboxManifest().parameters.fields())
        declared.insert(field.key);

    EXPECT_EQ(listed, declared);
}

TEST(DropboxConnector, NamesDropboxsHosts) {
    const ConnectorManifest& dropbox = dropboxManifest();

    EXPECT_EQ(dropbox.key, "dropbox");
    EXPECT_EQ(dropbox.plugin, "libdropbox.so");
    EXPECT_EQ(dropbox.abi, 1);
    EXPECT_EQ(dropbox.webhook, WebhookScope::App);
    EXPECT_EQ(dropbox.base_urls.at("api"), "https://api.dropboxapi.com");
    EXPECT_EQ(dropbox.base_urls.size(), 4U);
    EXPECT_EQ(dropbox.egress.size(), 4U);
    ASSERT_TRUE(dropbox.oauth2);
    EXPECT_EQ(dropbox.oauth2->authorize_url, "https://www.dropbox.com/oauth2/authorize");
    EXPECT_EQ(dropbox.oauth2->scopes.size(), 3U);
    EXPECT_EQ(dropbox.oauth2->expiry_margin, std::chrono::minutes(5));
    EXPECT_EQ(dropbox.profiles.size(), 2U);
    EXPECT_EQ(dropbox.event_methods.size(), 2U);
    EXPECT_EQ(dropbox.aliases, (std::vector<std::string>{"dropboxbusiness", "1779", "14", "1780"}));
}

TEST(ConnectorManifest, ReadsASmallOne) {
    const Diagnostics out = readSmall("key: small", "key: small");

    EXPECT_FALSE(out.hasErrors()) << printed(out);
}

TEST(ConnectorManifest, FindsEachFault) {
    struct Fault {
        const char* from;
        const char* to;
        const char* message;
    };
    const Fault faults[] = {
        {"name: Small\n", "", "the key 'name' is missing in connector.yaml"},
        {"name: Small", "name:", "'name' has no value"},
        {"key: small\n", "key: Small!\n", "small letters"},
        {"hub: documents", "hub: document", "did you mean 'documents'?"},
        {"hub:",
         "aliases: [ok, Small]\nhub:",
         "'Small' in 'aliases' is neither a key nor a number"},
        {"hub:", "aliases: [014]\nhub:", "'014' in 'aliases' is neither"},
        {"hub:", "aliases: [small]\nhub:", "'small' in 'aliases' is the connector's own key"},
        {"hub:", "aliases: [14, \"14\"]\nhub:", "'14' stands in 'aliases' twice"},
        {"version:", "verison:", "did you mean 'version'?"},
        {"plugin: libsmall.so", "plugin: ../libsmall.so", "in the same folder"},
        {"plugin: libsmall.so", "plugin: .hidden.so", "in the same folder"},
        {"abi: 1", "abi: one", "not a whole number"},
        {"abi: 1", "abi: \"1.0\"", "write for example 1"},
        {"plugin: libsmall.so", "plugin: Declarative", "the name of a .so file"},
        {"[{key: oauth2, name: OAuth}]",
         "[oauth2]",
         "an item of 'profiles' is a mapping, not a single value\n    8 |   profiles: [***\n      "
         "| "
         "             ^\n      = write each item as '- {key: ..., name: ...}'"},
        {"[{key: oauth2, name: OAuth}]", "oauth2", "'profiles' takes a list, not a single value"},
        {"{key: oauth2, name", "{key: basic, name", "is none of: oauth2, apiKey"},
        {"abi: 1", "abi: 0", "less than 1"},
        {"abi: 1", "abi: 2", "this program has plugin ABI 1, and 'abi' is 2\n    6 | abi: 2\n"},
        {"abi: 1", "abi: 1000", "another version of the program"},
        {"token_url: https", "token_url: http", "must begin with https://"},
        {"https://api.example.com/", "api.example.com", "the base URL 'api' does not begin"},
        {"egress: [api.example.com", "egress: [https://api.example.com", "not a host name"},
        {"[CREATED]", "[CREATE]", "did you mean 'CREATED'?"},
        {"[webhook]", "[webhok]", "did you mean 'webhook'?"},
        {"webhook: app", "webhook: global", "none of: app, instance"},
        {"type: integer", "type: int", "none of: string"},
        {"type: integer", "type: enum", "must have 'values'"},
        {"type: integer", "type: integer\n    values: [a]", "must have 'values' if, and only if"},
        {"default: 5", "default: 0", "the default of 'small.limit' is less than 1"},
        {"default: 5", "default: x", "the default of 'small.limit' is not a whole number"},
        {"min: 1", "min: 1s", "'min' does not fit the type 'integer'"},
        {"min: 1", "pattern: \"(\"", "not a POSIX extended regular expression"},
        {"min: 1", "profile: [apiKey]", "no authentication profile 'apiKey'"},
        {"min: 1", "depends_on: {key: other, value: x}", "there is no parameter 'other'"},
        {"min: 1", "depends_on: other", "'depends_on' takes a mapping"},
        {"min: 1", "secret: yes", "neither true nor false"},
        {"small.limit", "small..limit", "joined by dots"},
        {"parameters:\n",
         "parameters:\n  - {key: small.limit, name: x, description: x, type: string}\n",
         "stands here twice"},
        {"parameters:\n", "parameters:\n  key: x\n", "a list item stands where a key"},
        {"[{key: oauth2, name: OAuth}]",
         "[{key: oauth2, name: A}, {key: apiKey, name: B}]",
         "no parameter 'authentication.type' to choose"},
        {"  authorize_url: https", "  authorize_url: ${env:X}\n  revoke_url: https", "not a URL"},
    };
    for (const Fault& fault : faults) {
        const Diagnostics out = readSmall(fault.from, fault.to);

        EXPECT_TRUE(out.hasErrors()) << fault.to;
        EXPECT_NE(printed(out).find(fault.message), std::string::npos) << fault.to << "\n"
                                                                       << printed(out);
    }
}

TEST(ConnectorManifest, WhatYamlForbidsDoesNotHideTheRest) {
    const Diagnostics duplicate = readSmall("abi: 1", "abi: 1\nabi: 1\nfrob: x");
    EXPECT_EQ(duplicate.errorCount(), 2U) << printed(duplicate);
    EXPECT_NE(printed(duplicate).find("the key 'abi' stands here twice"), std::string::npos);
    EXPECT_NE(printed(duplicate).find("unknown key 'frob'"), std::string::npos);

    // Whatever an alias stands in place of, the second pass must not miss it.
    for (const char* key :
         {"authentication", "oauth2", "base_urls", "egress", "events", "parameters"}) {
        const Diagnostics alias =
            readSmall(std::string("\n") + key + ":", fmt::format("\n{}: *none\nx-{}:", key, key));
        EXPECT_NE(printed(alias).find("error: an unquoted '*'"), std::string::npos)
            << printed(alias);
    }
    const Diagnostics alias = readSmall("abi: 1", "abi: *none\nfrob: x");
    EXPECT_EQ(alias.errorCount(), 2U) << printed(alias);
    EXPECT_NE(printed(alias).find("unknown key 'frob'"), std::string::npos);
}

/// The rows "| `key` | type | ... |" of the section with this heading, by key.
std::map<std::string, std::string> rowsBelow(const std::string& page, const std::string& heading) {
    std::map<std::string, std::string> rows;
    std::istringstream lines(page);
    bool is_inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("## ", 0) == 0) is_inside = line == "## " + heading;
        if (is_inside && line.rfind("| `", 0) == 0) {
            const std::size_t end = line.find('`', 3);
            rows.emplace(line.substr(3, end - 3), line.substr(end + 1));
        }
    }
    return rows;
}

void comparePage(const std::string& page, const std::string& heading, const FieldTable& table) {
    SCOPED_TRACE(heading);
    auto rows = rowsBelow(page, heading);
    for (const Field& field : table.fields()) {
        const std::string want = fmt::format(" | {} | ", valueTypeName(field.type));
        EXPECT_EQ(rows[field.key].substr(0, want.size()), want) << field.key;
        EXPECT_EQ(rows[field.key].find(" | required |") != std::string::npos, field.is_required)
            << field.key;
        rows.erase(field.key);
        // Rules of the map are described in declarative.md.
        if (field.table == nullptr || field.type == ValueType::Any) continue;
        const bool is_top = heading == "The file";
        const std::string outer = is_top ? "" : heading.substr(1, heading.size() - 2) + ".";
        comparePage(page, "`" + outer + field.key + "`", *field.table);
    }
    for (const auto& row : rows)
        ADD_FAILURE() << "there is no key " << row.first;
}

TEST(ConnectorManifest, ThePageAboutItNamesEveryKeyWithItsType) {
    const Result<std::string> page =
        readFileBounded(sourceFolder() / "sdk/manifest.md", kFileBytesMax);
    ASSERT_TRUE(page);

    comparePage(*page, "The file", manifestFields());
}

TEST(ConnectorManifest, TheLinkToItsDocumentationMayGoToASection) {
    const auto with = [](const std::string& where, const std::string& to) {
        return printed(readSmall(where, to));
    };
    EXPECT_EQ(with("abi: 1", "abi: 1\ndocumentation: {url: 'https://a.example/page#section'}"), "");
    for (const char* url : {"https://a.example/page#a#b", "https://a.example/page#a b", "#section"})
        EXPECT_NE(with("abi: 1", "abi: 1\ndocumentation: {url: '" + std::string(url) + "'}"), "")
            << url;
    EXPECT_NE(with("https://api.example.com/", "'https://api.example.com/#x'"), "");
    EXPECT_NE(with("https://a.example.com/token", "'https://a.example.com/token#x'"), "");
}

TEST(ConnectorManifest, ReportsAllFaultsAtOnce) {
    const Diagnostics out =
        readSmall("abi: 1", "abi: one\nwebhok: app\nplugins: x\ndocumentation: {url: x}");

    EXPECT_EQ(out.errorCount(), 4U) << printed(out);
}

}  // namespace
}  // namespace ferry::config
