#pragma once
// What the tests of the plugin host share: where the built test plugins are, and a log that
// remembers.

#include "plugin/plugin_instance.h"
#include "plugin/plugin_library.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ferry::plugin::test {

/// Threads: any.
class RecordingLog final : public PluginLog {
  public:
    void write(const LogLine& line) override {
        const std::lock_guard lock(mutex_);
        lines_.push_back(line);
    }
    std::vector<LogLine> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<LogLine> lines_;
};

inline std::filesystem::path buildFolder() {
    const char* folder = std::getenv("FERRY_BUILD_DIR");
    EXPECT_NE(folder, nullptr) << "run through ctest, or set FERRY_BUILD_DIR";
    return folder == nullptr ? "." : folder;
}

/// Those of today, or those of an earlier SDK (tests/museum).
inline std::filesystem::path testPlugins() {
    const char* others = std::getenv("FERRY_TEST_PLUGINS");
    return others == nullptr ? buildFolder() / "tests/plugins" : others;
}

inline ProbeOptions realProbe() {
    return {buildFolder() / "bin/ferry-plugin-probe", std::chrono::seconds(60)};
}

/// Loads a good test plugin; the test fails if it is refused.
inline std::shared_ptr<PluginLibrary> loadGood(
    const std::string& id, const std::string& version, PluginLog& log
) {
    const LoadRequest request{testPlugins() / id / ("lib" + id + ".so"), id, version, 1};
    auto library = PluginLibrary::load(request, std::make_shared<HostServices>(), log, {});
    EXPECT_TRUE(library) << (library ? "" : library.error().message);
    return library ? *library : nullptr;
}

inline CallInfo aCall() {
    CallInfo call;
    call.now = fromEpochMilliseconds(1'750'000'000'000);
    call.account = "marketing";
    call.trace_id = "t-1";
    return call;
}

inline Account anAccount(std::string mode = "") {
    Account account;
    account.account_id = "dbid:1";
    account.account_state = "state";
    account.configuration = {{"mode", std::move(mode)}};
    account.base_urls = {{"www", "https://www.example"}, {"api", "https://api.example"}};
    return account;
}

inline HttpResponse anAnswer(std::string body, int status = 200) {
    return {status, TransportError::None, {{"x-name", "Ann"}}, std::move(body)};
}

/// A plugin object and its log.
class PluginTest : public testing::Test {
  protected:
    std::shared_ptr<PluginInstance> make(const std::string& id, const std::string& version) {
        auto library = loadGood(id, version, log_);
        auto instance = PluginInstance::create(std::move(library), {"test", {}}, aCall());
        EXPECT_TRUE(instance) << (instance ? "" : instance.error().message);
        return *instance;
    }

    RecordingLog log_;
};

using ferry::test::TempDir;

}  // namespace ferry::plugin::test
