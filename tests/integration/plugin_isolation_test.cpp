// Goal: a plugin in a process of its own serves the whole flow, and whatever happens to that
// process loses no change and tells none twice. Method: the whole hub with the real Dropbox plugin
// isolated, whose process is killed in the middle of drains, replaced, and looked for after the
// hub's end.

#include "integration/api_fixture.h"
#include "isolation/isolated_plugin.h"
#include "support/plugin_versions.h"

#include <signal.h>

namespace ferry::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

class PluginIsolationTest : public ApiTest {
  protected:
    PluginIsolationTest() {
        config_.plugins = {folder_.path() / "plugins"};
        config_.plugin_isolation = {"dropbox"};
        writeVersion(0);
    }

    void writeVersion(int number) {
        fs::create_directories(plugin_);
        replaceFile(plugin_ / "connector.yaml", versions_.manifest(number));
        replaceFile(plugin_ / "libdropbox.so", versions_.library(number));
    }
    /// -1: it does not run in a process of its own, or that is dead and not used since.
    pid_t process() const {
        const auto snapshot = hub_->catalog().snapshot();
        const auto found = snapshot->libraries.find("dropbox");
        if (found == snapshot->libraries.end()) return -1;
        const auto isolated = std::dynamic_pointer_cast<isolation::IsolatedPlugin>(found->second);
        return isolated ? isolated->pid() : -1;
    }
    static bool isThere(pid_t pid) { return ::kill(pid, 0) == 0; }
    void killProcess() {
        const pid_t pid = process();
        if (pid > 0) ::kill(pid, SIGKILL);
    }

    const PluginVersions versions_;
    const fs::path plugin_ = folder_.path() / "plugins/dropbox";
};

TEST_F(PluginIsolationTest, ServesTheWholeFlow) {
    startWith("marketing");
    ASSERT_GT(process(), 0);
    ASSERT_NO_FATAL_FAILURE(changeAFile());
    EXPECT_THAT(
        loggedEvents(),
        ElementsAre(
            "CREATED /a", "CREATED /a/one.txt", "UPDATED /a/one.txt", "MOVED /a/one.txt -> /two.txt"
        )
    );
    EXPECT_EQ(metric("ferry_plugin_restarts_total{plugin=\"dropbox\"}"), 0);
}

TEST_F(PluginIsolationTest, AProcessThatIsKilledInTheMiddleOfADrainCostsItARetry) {
    startWith("marketing");
    fake_->faults().slow("files/list_folder/continue", demo::FaultKind::Delay, Milliseconds(1'500));
    put("/during.txt");
    ASSERT_TRUE(eventually([&] { return metric("ferry_notices{state=\"draining\"}") == 1; }));
    const pid_t before = process();

    killProcess();

    ASSERT_TRUE(receiver_.waitForEvents(1));
    put("/after.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /during.txt", "CREATED /after.txt"));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /after.txt", "CREATED /during.txt"));
    EXPECT_NE(process(), before);
    EXPECT_THAT(logText(), HasSubstr("was killed by signal 9"));
    EXPECT_GE(metric("ferry_plugin_restarts_total{plugin=\"dropbox\"}"), 1);
    const rapidjson::Document told = json(200, "GET", "/plugins");
    EXPECT_TRUE(told["connectors"][0]["isolated"].GetBool());
    EXPECT_GE(told["connectors"][0]["restarts"].GetInt(), 1);
    EXPECT_EQ(state("marketing"), InstanceState::Running);
}

TEST_F(PluginIsolationTest, KillsAgainAndAgainLoseNothingAndDoubleNothing) {
    startWith("marketing");
    std::vector<std::string> expected;
    for (int i = 0; i < 30; ++i) {
        const std::string path = fmt::format("/file-{}.txt", i);
        put(path);
        expected.push_back("CREATED " + path);
        // Whenever the flow is: the process dies every time at another moment.
        if (i % 3 == 2) {
            std::this_thread::sleep_for(std::chrono::milliseconds(7 * i));
            killProcess();
        }
    }

    ASSERT_TRUE(eventually([&] { return loggedEvents().size() >= expected.size(); }));
    ASSERT_TRUE(receiver_.waitForEvents(expected.size()));
    EXPECT_THAT(loggedEvents(), UnorderedElementsAreArray(expected));
    EXPECT_THAT(receiver_.toldEvents(), UnorderedElementsAreArray(expected));
}

TEST_F(PluginIsolationTest, ANewVersionHasANewProcessAndTheOldOneEndsWithItsDrain) {
    startWith("marketing");
    fake_->faults().slow("files/list_folder/continue", demo::FaultKind::Delay, Milliseconds(1'500));
    put("/during.txt");
    ASSERT_TRUE(eventually([&] { return metric("ferry_notices{state=\"draining\"}") == 1; }));
    const pid_t before = process();

    writeVersion(1);
    reload();

    EXPECT_NE(process(), before);
    EXPECT_TRUE(isThere(before)) << "its drain goes on";
    EXPECT_EQ(metric("ferry_plugins_ending"), 1);
    ASSERT_TRUE(waitForLog("version 1.0.0 has ended"));
    EXPECT_FALSE(isThere(before));
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /during.txt"));
    EXPECT_EQ(metric("ferry_plugin_restarts_total{plugin=\"dropbox\"}"), 0);
}

TEST_F(PluginIsolationTest, TheHubsStopEndsTheProcess) {
    startWith("marketing");
    const pid_t pid = process();
    ASSERT_TRUE(isThere(pid));
    stopHub();
    EXPECT_FALSE(isThere(pid));
}

TEST_F(PluginIsolationTest, OthersStayInTheHub) {
    config_.plugin_isolation = {"declarative"};
    startWith("marketing");
    EXPECT_EQ(process(), -1);
    EXPECT_FALSE(hub_->catalog().states().served.front().is_isolated);
}

}  // namespace
}  // namespace ferry::test
