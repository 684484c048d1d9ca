#pragma once
// Plugins in processes of their own, with limits that a test can wait for.

#include "isolation/isolated_plugin.h"
#include "support/eventually.h"
#include "support/process_state.h"
#include "unit/plugin/plugin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace ferry::isolation::test {

using ferry::test::eventually;
using ferry::test::fileText;
using ferry::test::isRunning;
using plugin::test::buildFolder;
using plugin::test::RecordingLog;
using plugin::test::testPlugins;

inline pipeline::ProviderAccount accountOf(std::string id) {
    pipeline::ProviderAccount account;
    account.account_id = std::move(id);
    account.base_urls = {{"www", "https://www.example"}, {"api", "https://api.example"}};
    return account;
}

inline plugin::ProviderDescription describe(const std::string& key) {
    plugin::ProviderDescription description;
    description.key = key;
    description.hub = "documents";
    description.egress = {"*.example"};
    return description;
}

class IsolationTest : public testing::Test {
  protected:
    IsolationTest() {
        options_.program = buildFolder() / "bin/ferry-plugin-host";
        options_.call_limit = Milliseconds(2'000);
        options_.memory_bytes = 256U << 20U;
        options_.restart = {Milliseconds(2), Milliseconds(2)};
    }

    plugin::Loaded<std::shared_ptr<IsolatedPlugin>> load(
        const std::filesystem::path& file, const std::string& id, const std::string& version
    ) {
        auto candidate = plugin::PluginLibrary::inspect({file, id, version, 1});
        if (!candidate) return tl::unexpected<plugin::Refusal>(candidate.error());
        return IsolatedPlugin::load(
            std::move(*candidate), std::make_shared<IsolationOptions>(options_), log_, *clock_
        );
    }
    std::shared_ptr<IsolatedPlugin> loadGood(const std::string& id, const std::string& version) {
        auto loaded = load(testPlugins() / id / ("lib" + id + ".so"), id, version);
        EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
        return loaded ? *loaded : nullptr;
    }
    std::shared_ptr<pipeline::Provider> serve(plugin::LoadedPlugin& plugin) {
        auto provider = plugin.serve(describe("test"), {"test", {}}, *clock_);
        EXPECT_TRUE(provider) << (provider ? "" : provider.error().message);
        return provider ? *provider : nullptr;
    }
    /// A whole fetch without a request, which hostile does in its first step.
    Result<pipeline::OperationStep> fetch(pipeline::Provider& provider, const std::string& mode) {
        auto operation = provider.startFetch(accountOf(mode), TokenSet(), {});
        if (!operation) return fail(operation.error());
        return (*operation)->advance(nullptr);
    }
    std::string logText() const {
        std::string text;
        for (const plugin::LogLine& line : log_.lines())
            text += line.plugin + ": " + line.message + "\n";
        return text;
    }

    SystemClock system_clock_;
    const Clock* clock_ = &system_clock_;
    RecordingLog log_;
    IsolationOptions options_;
};

}  // namespace ferry::isolation::test
