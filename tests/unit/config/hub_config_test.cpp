// Goal: ferry.yaml says what the hub does, and nothing in it is ignored. Method: the default file
// against the defaults; a full file; a table of mistakes.

#include "config/hub_config.h"

#include "config/default_config.h"
#include "config/lint.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

std::optional<HubConfig> readAs(
    const std::string& name, const std::string& text, Diagnostics& out
) {
    YamlDocument document;
    if (!parseYaml(name, text, document, out)) return std::nullopt;
    const ReferenceOptions references =
        withVariables({{"USER", "hunter2"}, {"PORT", "localhost:0"}, {"WAIT", "soon"}});
    std::optional<HubConfig> config = readHubConfig(document, references, out);
    checkProviders(document, dropboxAlone(), out);
    return config;
}

TEST(HubConfig, DefaultFileSaysWhatTheDefaultsAre) {
    Diagnostics out;

    const auto config = readAs("ferry.yaml", std::string(defaultConfigText()), out);

    ASSERT_TRUE(config) << printed(out);
    EXPECT_TRUE(*config == HubConfig());
}

TEST(HubConfig, DefaultFileNamesEveryField) {
    const std::string_view text = defaultConfigText();
    for (const Field& field : hubConfigFields().fields()) {
        EXPECT_NE(text.find(field.key + ":"), std::string_view::npos) << field.key;
        if (field.table == nullptr) continue;
        for (const Field& inner : field.table->fields()) {
            EXPECT_NE(text.find(inner.key + ":"), std::string_view::npos) << inner.key;
        }
    }
}

TEST(HubConfig, CommentedPartsOfTheWrittenFilesAreGoodToo) {
    for (const std::string_view written : {defaultConfigText(), exampleInstanceText()}) {
        std::string text(written);
        // Prose has one space behind the '#'.
        for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at) {
            if (text[at + 2] != ' ' || text[at + 3] == ' ') text.erase(at + 1, 1);
        }
        const TempFolder folder;
        for (const char* named : {"plugins", "connectors", "instances", "data/master.key"})
            std::filesystem::create_directories(folder.path() / named);
        ReferenceOptions references;
        references.mode = ReferenceMode::CheckFormOnly;
        const Diagnostics out =
            lintFiles({folder.write("x.yaml", text)}, dropboxAlone(), references);

        EXPECT_TRUE(out.items().empty()) << text << printed(out);
        const bool is_provider = text.find("\n  dropbox:\n    base_urls") != std::string::npos;
        const bool is_instance = text.find("\n  - name: marketing") != std::string::npos;
        EXPECT_TRUE(is_provider != is_instance) << text;
    }
}

TEST(HubConfig, IsolatedPluginsAreNamedByIdOrAllOfThem) {
    Diagnostics out;
    const auto config = readAs("ferry.yaml", "plugin_isolation: [dropbox, dropbx]\n", out);
    ASSERT_TRUE(config) << printed(out);
    EXPECT_TRUE(config->isIsolated("dropbox"));
    EXPECT_FALSE(config->isIsolated("declarative"));
    ASSERT_EQ(out.items().size(), 1U) << printed(out);
    EXPECT_EQ(out.items()[0].severity, Severity::Warning);
    EXPECT_NE(printed(out).find("there is no plugin 'dropbx'"), std::string::npos) << printed(out);
    EXPECT_NE(printed(out).find("did you mean 'dropbox'?"), std::string::npos) << printed(out);

    Diagnostics of_all;
    const auto all = readAs("ferry.yaml", "plugin_isolation: ['*']\n", of_all);
    ASSERT_TRUE(all) << printed(of_all);
    EXPECT_TRUE(all->isIsolated("declarative"));
    EXPECT_TRUE(of_all.items().empty()) << printed(of_all);
}

TEST(HubConfig, TrustedKeysAreKeysAndSomebodyHasThem) {
    const std::string key(43, 'A');
    const auto read = [](const std::string& section, Diagnostics& out) {
        return readAs("ferry.yaml", "plugin_signatures: " + section + "\n", out);
    };
    Diagnostics out;
    const auto config = read("{require_signed: true, trusted_keys: {a: '" + key + "='}}", out);
    ASSERT_TRUE(config) << printed(out);
    EXPECT_TRUE(config->plugin_signatures.require_signed);
    EXPECT_EQ(config->plugin_signatures.trusted_keys.at("a"), std::string(32, '\0'));

    const std::pair<std::string, std::string> kCases[] = {
        {"{require_signed: true}", "there is no trusted key"},
        {"{require_signed: true, trusted_keys: {}}", "there is no trusted key"},
        {"{trusted_keys: {a: short}}", "the trusted key 'a' is no Ed25519 public key"},
        {"{trusted_keys: {a: '" + key + "A='}}", "the trusted key 'a'"},
    };
    for (const auto& [section, said] : kCases) {
        Diagnostics findings;
        EXPECT_FALSE(read(section, findings)) << section;
        EXPECT_NE(printed(findings).find(said), std::string::npos) << printed(findings);
    }
}

TEST(HubConfig, ReadsEveryField) {
    const char* text = R"(public_url: https://hub.example.com/
listen: ${env:PORT}
data_dir: /var/lib/ferry
storage: sqlite
plugins: [./p, ../q]
connectors: c
instances: [i.yaml, /etc/ferry]
api: {user_secret: "${env:USER}", organization_secret: org, requests_per_second: 7,
      requests_burst: 8, requests_in_flight: 9,
      cors_origins: ["https://App.example.com:443", "http://[::1]:3000", https://app.example.com]}
encryption: {key_file: keys/k}
delivery:
  allow_networks: [10.0.0.0/8, "fd00::/8"]
  proxy: socks5h://ferry:pw@[::1]:1080
  concurrency_per_callback: 8
  timeout: 1m
  breaker_failures: 3
  retry_schedule: [1s, 1m30s]
retention: {age: 7d, size: 3GiB}
providers:
  dropbox: {base_urls: {api: "http://127.0.0.1:9999/"}, poll_interval: 10s}
http: {threads: 4, body_limit: 2MiB}
logging: {level: debug, format: json}
operator: {callback_url: "http://10.0.0.5/alerts", signature_key: "${env:USER}", failing_after: 1h}
)";
    Diagnostics out;

    const auto config = readAs("/etc/x/ferry.yaml", text, out);

    ASSERT_TRUE(config) << printed(out);
    EXPECT_EQ(config->public_url, "https://hub.example.com");
    EXPECT_EQ(config->listen_host, "localhost");
    EXPECT_EQ(config->listen_port, 0);
    EXPECT_EQ(config->data_dir, "/var/lib/ferry");
    EXPECT_EQ(config->plugins, (std::vector<std::filesystem::path>{"/etc/x/p", "/etc/q"}));
    EXPECT_EQ(config->connectors, (std::vector<std::filesystem::path>{"/etc/x/c"}));
    EXPECT_EQ(
        config->instances, (std::vector<std::filesystem::path>{"/etc/x/i.yaml", "/etc/ferry"})
    );
    EXPECT_EQ(config->key_file, "/etc/x/keys/k");
    EXPECT_EQ(config->delivery.allow_networks.size(), 2U);
    EXPECT_EQ(config->delivery.proxy.reveal(), "socks5h://ferry:pw@[::1]:1080");
    EXPECT_EQ(config->delivery.concurrency_per_callback, 8);
    EXPECT_EQ(config->delivery.timeout, std::chrono::minutes(1));
    EXPECT_EQ(config->retention.age, std::chrono::hours(24 * 7));
    EXPECT_EQ(config->retention.bytes_max, std::int64_t{3} << 30);
    EXPECT_EQ(config->delivery.breaker_failures, 3);
    EXPECT_EQ(config->delivery.retry_schedule.delays.back(), std::chrono::seconds(90));
    EXPECT_EQ(config->provider("dropbox").base_urls.at("api"), "http://127.0.0.1:9999");
    EXPECT_EQ(config->provider("dropbox").poll_interval, std::chrono::seconds(10));
    EXPECT_EQ(config->provider("box").poll_interval, std::chrono::minutes(5));
    EXPECT_EQ(config->api.user_secret.reveal(), "hunter2");
    EXPECT_EQ(config->api.organization_secret.reveal(), "org");
    EXPECT_EQ(config->api.requests_per_second, 7);
    EXPECT_EQ(config->api.requests_burst, 8);
    EXPECT_EQ(config->api.requests_in_flight, 9);
    EXPECT_EQ(
        config->api.cors_origins,
        (std::vector<std::string>{"https://app.example.com", "http://[::1]:3000"})
    );
    EXPECT_EQ(config->http.threads, 4);
    EXPECT_EQ(config->http.body_bytes_max, 2 << 20);
    EXPECT_EQ(config->logging.level, LogLevel::Debug);
    EXPECT_EQ(config->logging.format, LogFormat::Json);
    EXPECT_EQ(config->operator_notices.callback_url, "http://10.0.0.5/alerts");
    EXPECT_EQ(config->operator_notices.signature_key.reveal(), "hunter2");
    EXPECT_EQ(config->operator_notices.failing_after, std::chrono::hours(1));
}

TEST(HubConfig, PutsTheKeyBesideTheDataUnlessToldOtherwise) {
    Diagnostics out;

    const auto config = readAs("/etc/ferry.yaml", "data_dir: /srv/ferry\n", out);

    ASSERT_TRUE(config);
    EXPECT_EQ(config->key_file, "/srv/ferry/master.key");
}

TEST(HubConfig, FindsEachMistake) {
    const std::pair<const char*, const char*> cases[] = {
        {"publik_url: https://x\n", "did you mean 'public_url'?"},
        {"timeout: 5s\n", "it belongs below 'delivery'"},
        {"delivery: {allow_network: []}\n", "unknown key 'allow_network' in 'delivery'"},
        {"public_url: hub.example.com\n", "does not begin with https://"},
        {"public_url: https://hub example\n", "holds a space"},
        {"listen: 8080\n", "is not an address and a port"},
        {"listen: 8080\n", "write for example 127.0.0.1:8080 or \"[::1]:8080\""},
        {"listen: 127.0.0.1:99999\n", "is not an address and a port"},
        {"listen: ::1:8080\n", "is not an address and a port"},
        {"storage: mysql://hunter2@x/\n", "not a store the hub knows"},
        {"storage: postgresql://u:hunter2@x/db\n", "no PostgreSQL driver"},
        {"plugins: {a: b}\n", "'plugins' takes a list, not a mapping"},
        {"delivery:\n  - timeout: 5s\n", "remove the '-'"},
        {"delivery: timeout:5s\n", "put a space after the ':'"},
        {"delivery: {timeout: 5}\n", "add a unit"},
        {"delivery: {timeout: 10m}\n", "more than 5m"},
        {"delivery: {allow_networks: [10.0.0.1/8]}\n",
         ":1:29: error: an item of 'allow_networks' is not a"},
        {"delivery: {allow_networks: [10.0.0.1/8]}\n", "is 10.0.0.0/8 meant?"},
        {"delivery: {allow_networks: [10.0.0.0/33]}\n", "is not a network"},
        {"delivery: {proxy: 'proxy:3128'}\n", "is not the URL of a proxy"},
        {"delivery: {proxy: 'https://u:hunter2@proxy:3128'}\n", "other than http and socks5h"},
        {"delivery: {proxy: 'socks5://proxy:1080'}\n", "does not resolve names"},
        {"delivery: {proxy: 'http://u:hunter2@proxy'}\n", "names no port"},
        {"delivery: {proxy: 'http://proxy:3128/x'}\n", "has a path"},
        {"delivery: {proxy: 'http://:3128'}\n", "is not the URL of a proxy: it"},
        {"delivery: {retry_schedule: [5s, soon]}\n",
         ":1:33: error: an item of 'retry_schedule' is neither a duration nor the name"},
        {"delivery:\n  allow_networks: [10.0.0]\n", "2 |   allow_networks: [10.0.0\n"},
        {"delivery: {concurrency_per_callback: 0}\n", "less than 1"},
        {"retention: {age: 5m}\n", "less than 1h"},
        {"retention: {size: much}\n", "is not a"},
        {"http: {body_limit: 1B}\n", "less than 1KiB"},
        {"http: {body_limit: 1 megabyte}\n", "is not a size"},
        {"logging: {level: verbose}\n", "none of: debug, info, warning, error"},
        {"logging: {level: warn}\n", "did you mean"},
        {"providers: {dropbx: {}}\n", "did you mean 'dropbox'?"},
        {"providers: {dropbox: {base_urls: {apl: https://x}}}\n", "has no base URL 'apl'"},
        {"providers: {dropbox: {base_urls: {api: nowhere}}}\n", "the base URL 'api' does not"},
        {"providers: {dropbox: {poll_intervall: 5m}}\n", "did you mean 'poll_interval'?"},
        {"providers: {dropbox: {poll_interval: \"${env:WAIT}\"}}\n", "is not a duration"},
        {"api: {user_secret: \"${env:NONE}\"}\n", "variable 'NONE' is not set"},
        {"api: {user_secret: [hunter2]}\n", "takes a single value, not a list"},
        {"api: {cors_origins: [https://app.example.com/]}\n",
         ":1:22: error: an item of 'cors_origins' is no origin"},
        {"api: {cors_origins: ['*']}\n", "name each site"},
        {"api: {cors_origins: ['null']}\n", "is no origin"},
        {"api: {cors_origins: app.example.com}\n", "write for example https://app.example.com"},
        {"api: {cors_origins: 'https://app.example.com/a?b'}\n", "without a path"},
        {"listen: x:1\nlisten: y:1\n", "stands here twice"},
        {"operator: {callback_url: alerts.example.com}\n", "does not begin with https://"},
        {"operator: {callback_url: \"https://x\", signature_key: whsec_hunter2}\n", "is no key"},
        {"operator: {failing_after: 10ms}\n", "less than 1s"},
    };
    for (const auto& [text, finding] : cases) {
        Diagnostics out;

        readAs("ferry.yaml", text, out);

        EXPECT_GE(out.errorCount(), 1U) << text;
        EXPECT_LE(out.errorCount(), 1U) << text << printed(out);
        EXPECT_NE(printed(out).find(finding), std::string::npos) << text << printed(out);
        EXPECT_EQ(allText(out).find("hunter2"), std::string::npos) << allText(out);
    }
}

TEST(HubConfig, WarnsOfAScheduleWithoutRetries) {
    Diagnostics out;

    const auto config = readAs("ferry.yaml", "delivery:\n  retry_schedule: []\n", out);

    ASSERT_TRUE(config);
    EXPECT_TRUE(config->delivery.retry_schedule.delays.empty());
    EXPECT_NE(
        printed(out).find("ferry.yaml:2:3: warning: 'retry_schedule' is empty"), std::string::npos
    ) << printed(out);
}

TEST(HubConfig, WarnsOfNetworksThatAreEverythingOrNothing) {
    Diagnostics out;
    const auto config = readAs(
        "ferry.yaml",
        "delivery: {allow_networks: [10.0.0.0/8, 0.0.0.0/0, '::/0', '::ffff:10.0.0.0/104']}\n",
        out
    );
    ASSERT_TRUE(config);
    EXPECT_EQ(config->delivery.allow_networks.size(), 4U) << "it is the operator's to say";
    EXPECT_EQ(out.warningCount(), 3U) << printed(out);
    for (const char* text : {"1:41: warning: callbacks may reach every", "begins at 10.0.0.0"})
        EXPECT_NE(printed(out).find(text), std::string::npos) << printed(out);
}

TEST(HubConfig, TellsNoSecretInWhatItFinds) {
    Diagnostics out;

    const auto config =
        readAs("ferry.yaml", "listen: x:1\nconectors: [c]\napi: {user_secret: hunter2}\n", out);

    EXPECT_FALSE(config);
    EXPECT_NE(
        printed(out).find("ferry.yaml:2:1: error: unknown key 'conectors'"), std::string::npos
    );
    EXPECT_EQ(allText(out).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace ferry::config
