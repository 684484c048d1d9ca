// Goal: trials share the processes that make them and nothing else: whatever a plugin does to its
// trial, the next one goes well, and no process stays. Method: a pool of the real program, plugins
// that crash, end and hang, and a look at the processes that there are.

#include "plugin/probe_pool.h"

#include "support/eventually.h"
#include "support/process_state.h"
#include "unit/plugin/plugin_fixture.h"

#include <signal.h>
#include <unistd.h>

#include <thread>

namespace ferry::plugin::test {
namespace {

using ferry::test::eventually;
using ferry::test::isRunning;

/// Those of ferry-plugin-probe that run.
std::vector<pid_t> probesOf(pid_t parent) {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const std::string stat = ferry::test::fileText(entry.path() / "stat");
        const std::size_t end = stat.rfind(')');
        if (end == std::string::npos || stat.find("(ferry-plugin-pr") == std::string::npos)
            continue;
        if (stat[end + 2] != 'Z' && std::stoi(stat.substr(end + 4)) == parent)
            found.push_back(std::stoi(name));
    }
    return found;
}

class ProbePoolTest : public testing::Test {
  protected:
    ProbePoolTest() { probe_.pool = std::make_shared<ProbePool>(probe_.program); }

    /// The rule that the plugin is refused by; "" if it is not.
    std::string tryPlugin(const std::string& name) {
        const auto image = PluginImage::open(testPlugins() / "bad" / (name + ".so"));
        if (!image) return image.error().rule;
        const ProbeResult result = probePlugin(*image, probe_);
        if (!result.was_run) return "not run";
        return result.verdict ? "" : result.verdict.error().rule;
    }

    ProbeOptions probe_ = realProbe();
};

TEST_F(ProbePoolTest, OneProcessTriesOnePluginAfterAnother) {
    EXPECT_EQ(tryPlugin("good"), "");
    const auto processes = probesOf(::getpid());
    ASSERT_EQ(processes.size(), 1U);
    for (const auto& [plugin, rule] : std::vector<std::pair<std::string, std::string>>{
             {"crash", "probe-crashed"},
             {"good", ""},
             {"exit", "probe-crashed"},
             {"undefined", "load-failed"},
             {"good", ""}})
        EXPECT_EQ(tryPlugin(plugin), rule) << plugin;
    EXPECT_EQ(probesOf(::getpid()), processes);
    probe_.pool.reset();
    EXPECT_TRUE(probesOf(::getpid()).empty());
}

TEST_F(ProbePoolTest, OneThatHangsIsGoneAndTheNextIsTried) {
    probe_.timeout = std::chrono::milliseconds(300);
    std::string rule;
    std::thread hanging([&] { rule = tryPlugin("hang"); });
    std::vector<pid_t> trials;
    EXPECT_TRUE(eventually([&] {
        for (const pid_t process : probesOf(::getpid()))
            trials = probesOf(process);
        return !trials.empty();
    }));
    hanging.join();

    EXPECT_EQ(rule, "probe-hung");
    for (const pid_t trial : trials)
        EXPECT_TRUE(eventually([&] { return !isRunning(trial); }));
    probe_.timeout = std::chrono::seconds(60);
    EXPECT_EQ(tryPlugin("good"), "");
}

TEST_F(ProbePoolTest, OneThatWasKilledWhileItWasIdleIsReplaced) {
    EXPECT_EQ(tryPlugin("good"), "");
    for (const pid_t process : probesOf(::getpid()))
        ::kill(process, SIGKILL);
    EXPECT_EQ(tryPlugin("good"), "");
}

TEST_F(ProbePoolTest, AProgramThatEndsAtOnceLetsNothingPass) {
    probe_.pool = std::make_shared<ProbePool>("/bin/false");
    EXPECT_EQ(tryPlugin("good"), "probe-crashed");
    probe_.pool = std::make_shared<ProbePool>("/nowhere/ferry-plugin-probe");
    EXPECT_EQ(tryPlugin("good"), "not run");
}

TEST_F(ProbePoolTest, ManyAtATimeHaveAProcessEach) {
    std::vector<std::thread> threads;
    std::atomic<int> good = 0;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 10; ++j)
                good += tryPlugin("good").empty() ? 1 : 0;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(good, 40);
    EXPECT_LE(probesOf(::getpid()).size(), 4U);
}

}  // namespace
}  // namespace ferry::plugin::test
