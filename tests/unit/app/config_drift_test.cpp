// Goal: whoever changes ferry.yaml while the hub runs is told which keys need a restart, or what is
// wrong and where; every key of the file is among them. Method: a file and its changes, key by key.

#include "app/config_drift.h"

#include "config/references.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace ferry::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ConfigDriftTest : public testing::Test {
  protected:
    std::filesystem::path file() const { return folder_.path() / "ferry.yaml"; }

    config::HubConfig write(const std::string& text) {
        std::ofstream(file()) << text;
        config::Diagnostics found;
        return config::readHubConfigFile(file(), {}, found).value_or(config::HubConfig());
    }

    std::vector<std::string> told(const config::HubConfig& running) {
        std::vector<std::string> lines;
        observe::Log log(
            clock_,
            observe::LogLevel::Info,
            observe::LogFormat::Text,
            [&](std::string_view line) { lines.emplace_back(line); }
        );
        tellConfigDrift(file(), running, log);
        return lines;
    }

  private:
    test::TempDir folder_;
    test::SimClock clock_;
};

TEST_F(ConfigDriftTest, SaysNothingOfWhatIsTheSame) {
    const config::HubConfig running = write("listen: 127.0.0.1:0\nconnectors: [x]\n");
    EXPECT_THAT(told(running), IsEmpty());
    write("connectors: [x]\nlisten: 127.0.0.1:0  # the same\npublic_url: http://127.0.0.1:8080/\n");
    EXPECT_THAT(told(running), IsEmpty());
}

TEST_F(ConfigDriftTest, NamesTheKeysThatNeedARestart) {
    const config::HubConfig running = write("listen: 127.0.0.1:0\n");
    write("listen: 127.0.0.1:1\ndelivery: {timeout: 7s}\n");
    EXPECT_THAT(
        told(running),
        ElementsAre(AllOf(
            HasSubstr("need a restart"),
            HasSubstr("listen, delivery.timeout"),
            HasSubstr("ferry.yaml")
        ))
    );
}

TEST_F(ConfigDriftTest, SaysWhatIsWrongAndWhere) {
    const config::HubConfig running = write("listen: 127.0.0.1:0\n");
    write("listen: 127.0.0.1:1\nplugin: [x]\nhttp: {threads: none}\n");
    EXPECT_THAT(
        told(running),
        ElementsAre(
            AllOf(HasSubstr("ferry.yaml:2:1: error: unknown key 'plugin'"), HasSubstr("plugins")),
            HasSubstr("ferry.yaml:3:17: error: the value of 'threads'"),
            AllOf(HasSubstr("goes on with what it started with"), Not(HasSubstr("listen")))
        )
    );
    std::filesystem::remove(file());
    EXPECT_THAT(told(running), ElementsAre(HasSubstr("ferry.yaml"), HasSubstr("goes on")));
}

TEST_F(ConfigDriftTest, KnowsEveryKey) {
    const std::pair<const char*, const char*> changes[] = {
        {"public_url", "public_url: https://x"},
        {"listen", "listen: 127.0.0.2:8080"},
        {"data_dir", "data_dir: elsewhere"},
        {"plugins", "plugins: [p, q]"},
        {"connectors", "connectors: [x]"},
        {"instances", "instances: [i]"},
        {"encryption.key_file", "encryption: {key_file: k}"},
        {"delivery.allow_networks", "delivery: {allow_networks: [10.0.0.0/8]}"},
        {"delivery.proxy", "delivery: {proxy: 'http://127.0.0.1:4750'}"},
        {"delivery.concurrency_per_callback", "delivery: {concurrency_per_callback: 9}"},
        {"delivery.timeout", "delivery: {timeout: 9s}"},
        {"delivery.breaker_failures", "delivery: {breaker_failures: 9}"},
        {"delivery.retry_schedule", "delivery: {retry_schedule: [1s]}"},
        {"retention.age", "retention: {age: 9d}"},
        {"retention.size", "retention: {size: 9GiB}"},
        {"retention.waiting", "retention: {waiting: 9d}"},
        {"providers.dropbox.base_urls", "providers: {dropbox: {base_urls: {api: http://x}}}"},
        {"providers.dropbox.poll_interval", "providers: {dropbox: {poll_interval: 9m}}"},
        {"http.threads", "http: {threads: 9}"},
        {"http.body_limit", "http: {body_limit: 2MiB}"},
        {"api.user_secret", "api: {user_secret: u}"},
        {"api.organization_secret", "api: {organization_secret: o}"},
        {"api.requests_per_second", "api: {requests_per_second: 9}"},
        {"api.requests_burst", "api: {requests_burst: 9}"},
        {"api.requests_in_flight", "api: {requests_in_flight: 9}"},
        {"api.cors_origins", "api: {cors_origins: [https://x]}"},
        {"logging.level", "logging: {level: error}"},
        {"logging.format", "logging: {format: json}"},
        {"operator.callback_url", "operator: {callback_url: \"https://x\"}"},
        {"operator.signature_key", "operator: {signature_key: k}"},
        {"operator.failing_after", "operator: {failing_after: 9m}"},
        {"plugin_isolation", "plugin_isolation: ['*']"},
    };
    const config::HubConfig running = write("{}\n");
    std::set<std::string> named{"storage"};  // it has one value only
    // Nothing can be required without a key.
    const std::string keys = "trusted_keys: {a: '" + std::string(43, 'A') + "='}";
    const config::HubConfig trusting = write("plugin_signatures: {" + keys + "}\n");
    EXPECT_THAT(
        config::changedKeys(running, trusting), ElementsAre("plugin_signatures.trusted_keys")
    );
    const config::HubConfig strict =
        write("plugin_signatures: {require_signed: true, " + keys + "}\n");
    EXPECT_THAT(
        config::changedKeys(trusting, strict), ElementsAre("plugin_signatures.require_signed")
    );
    named.insert({"plugin_signatures.trusted_keys", "plugin_signatures.require_signed"});
    for (const auto& [key, text] : changes) {
        const config::HubConfig changed = write(text);
        EXPECT_THAT(config::changedKeys(running, changed), ElementsAre(key));
        EXPECT_THAT(config::changedKeys(changed, running), ElementsAre(key));
        named.insert(key);
    }
    for (const config::Field& field : config::hubConfigFields().fields()) {
        const std::string prefix =
            field.key + (field.type == config::ValueType::ObjectMap ? ".dropbox" : "");
        if (field.table == nullptr) {
            EXPECT_TRUE(named.contains(field.key)) << field.key;
            continue;
        }
        for (const config::Field& inner : field.table->fields())
            EXPECT_TRUE(named.contains(prefix + "." + inner.key)) << prefix << "." << inner.key;
    }
}

}  // namespace
}  // namespace ferry::app
