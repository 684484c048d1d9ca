#pragma once
// Instance files read with the shipped Dropbox connector and applied to a SQLite store.

#include "app/instance_apply.h"
#include "config/connector_manifest.h"
#include "config/instance_file.h"
#include "pipeline/instance_settings.h"
#include "store/sqlite/sqlite_store.h"
#include "support/faulty_store.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>

namespace ferry::app::test {

using ferry::test::SeededRandom;
using ferry::test::SimClock;
using ferry::test::TempDir;

/// The connector as it is shipped.
inline const config::ManifestSet& dropboxAlone() {
    static const config::ManifestSet manifests = [] {
        const char* source = std::getenv("FERRY_SOURCE_DIR");
        EXPECT_NE(source, nullptr) << "run through ctest, or set FERRY_SOURCE_DIR";
        config::Diagnostics out;
        config::ManifestSet set;
        auto manifest = config::readManifestFile(
            std::filesystem::path(source ? source : ".") / "plugins/dropbox/connector.yaml", out
        );
        EXPECT_TRUE(manifest) << "the shipped manifest is good";
        if (manifest) set.emplace(manifest->key, std::move(*manifest));
        return set;
    }();
    return manifests;
}

using Values = std::map<std::string, std::string>;

class InstanceApplyTest : public testing::Test {
  protected:
    InstanceApplyTest() {
        auto opened = store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string());
        EXPECT_TRUE(opened);
        store_ = std::move(*opened);
    }

    /// One instance as YAML; `changes` are put over the values, "" leaves one out.
    static std::string declared(const std::string& name, const Values& changes = {}) {
        Values values{
            {"authentication.type", "oauth2"},
            {"oauth.callback.url", "https://hub.example.com/oauth/callback"},
            {"oauth.api.key", "app-key"},
            {"oauth.api.secret", "app-secret"},
            {"oauth.user.refresh_token", "refresh-token"},
            {"event.notification.enabled", "true"},
            {"event.notification.callback.url", "https://app.example.com/events"}};
        for (const auto& [key, value] : changes)
            values[key] = value;
        std::string text = "  - name: '" + name + "'\n    key: dropbox\n";
        if (values.contains("code"))
            text += "    code: '" + values.extract("code").mapped() + "'\n";
        text += "    configuration:\n";
        for (const auto& [key, value] : values) {
            if (!value.empty()) text += "      " + key + ": '" + value + "'\n";
        }
        return text;
    }

    void write(const std::string& file, const std::string& text) {
        std::ofstream(folder_.path() / file) << text;
    }

    /// Reads `a.yaml` and `b.yaml`, as far as they are there, and applies them.
    ApplyReport apply() {
        diagnostics_ = {};
        clock_.advance(Milliseconds(1'000));
        std::vector<std::filesystem::path> files;
        for (const char* name : {"a.yaml", "b.yaml"}) {
            if (exists(folder_.path() / name)) files.push_back(folder_.path() / name);
        }
        if (files.empty()) files.push_back(folder_.path());
        const config::InstanceLoad load = config::loadInstances(
            files,
            dropboxAlone(),
            {},
            diagnostics_,
            [this](const auto& name) {
                const auto found = store_->instances().findByName(name);
                return found && *found ? (*found)->source : std::string();
            }
        );
        ferry::test::FaultScript script([this](std::uint64_t, std::string_view call) {
            if (before_call_) before_call_(call);
            return ferry::test::Fault::None;
        });
        ferry::test::FaultyStore watched(*store_, script);
        auto report = applyInstances(load, {watched, key_, random_, clock_});
        EXPECT_TRUE(report) << (report ? "" : report.error().message);
        return report ? std::move(*report) : ApplyReport();
    }
    ApplyReport apply(const std::string& instances) {
        write("a.yaml", "instances:\n" + instances);
        return apply();
    }

    std::string printed() const {
        std::string text;
        for (const config::Diagnostic& item : diagnostics_.items())
            text += config::describe(item) + "\n";
        return text;
    }

    Instance stored(const std::string& name) {
        const auto found = store_->instances().findByName(name);
        EXPECT_TRUE(found && *found) << "there is no instance " << name;
        return found && *found ? **found : Instance();
    }
    bool isStored(const std::string& name) {
        const auto found = store_->instances().findByName(name);
        EXPECT_TRUE(found);
        return found && *found;
    }
    std::string value(const std::string& name, const std::string& key) {
        const Instance instance = stored(name);
        const auto opened =
            pipeline::openConfiguration(instance.sealed_configuration, instance.name, key_);
        EXPECT_TRUE(opened);
        return opened && opened->contains(key) ? opened->at(key) : std::string();
    }
    /// As if the authorizer had finished.
    void authorize(const std::string& name) {
        const store::SealedTokens tokens{"sealed tokens", {}};
        ASSERT_TRUE(store_->tokens().completeAuthorization(
            stored(name).id, tokens, "dbid:1", "{}", clock_.now()
        ));
    }
    bool hasTokens(const std::string& name) {
        const auto tokens = store_->tokens().get(stored(name).id);
        EXPECT_TRUE(tokens);
        return tokens && *tokens;
    }

    TempDir folder_;
    SeededRandom random_;
    SimClock clock_;
    const SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    config::Diagnostics diagnostics_;
    /// Something that happens just before a call of the store.
    std::function<void(std::string_view)> before_call_;
};

}  // namespace ferry::app::test
