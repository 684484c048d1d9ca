// Goal: a plugin in a process of its own serves the whole flow, and whatever happens to that
// process loses no change and tells none twice. Method: the whole hub with the real Dropbox plugin
// isolated, whose process is killed in the middle of drains, replaced, and looked for after the
// hub's end.

#include "integration/api_fixture.h"
#include "isolation/isolated_plugin.h"
#include "support/plugin_versions.h"

#include <signal.h>

#include <fstream>
#include <regex>
#include <thread>

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
    EXPECT_THAT(told["connectors"][0]["lastEnd"].GetString(), HasSubstr("was killed by signal 9"));
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

/// Beside Dropbox, which runs in the hub, a plugin in a process of its own that never comes back
/// from a call.
class SpinningPluginTest : public ApiTest {
  protected:
    SpinningPluginTest() {
        const fs::path build = std::getenv("FERRY_BUILD_DIR");
        const fs::path plugin = folder_.path() / "plugins/hostile";
        fs::create_directories(plugin);
        fs::copy(build / "tests/plugins/hostile/libhostile.so", plugin);
        const fs::path source = std::getenv("FERRY_SOURCE_DIR");
        const std::string manifest = fileContent(source / "tests/plugin/connector.yaml");
        std::ofstream(plugin / "connector.yaml")
            << std::regex_replace(manifest, std::regex("minimal"), "hostile");
        config_.plugins.push_back(folder_.path() / "plugins");
        config_.plugin_isolation = {"hostile"};
    }
    void declareSpinning(const std::string& name) {
        std::ofstream(folder_.path() / "instances" / (name + ".yaml"))
            << "instances:\n  - name: " << name << "\n    key: hostile\n"
            << "    event.notification.enabled: true\n    event.notification.callback.url: "
            << receiver_.url() << "\n    configuration: {hostile.authorization.apikey: spin}\n";
    }
    /// That a worker has asked the plugin; 0: none does.
    Milliseconds callRunsFor() { return hub_->catalog().find("hostile")->silentFor(); }
    /// Of Dropbox; its event comes while the plugin is in its call.
    void changeAFileDuringTheCall() {
        ASSERT_TRUE(eventually([&] { return callRunsFor() > Milliseconds(100); })) << logText();
        const Milliseconds before = callRunsFor();
        put("/meanwhile.txt");
        ASSERT_TRUE(receiver_.waitForEvents(1));
        EXPECT_GT(callRunsFor(), before) << "the event had to wait for the end of the call";
    }
};

TEST_F(SpinningPluginTest, ItsDrainHoldsUpNoOtherConnector) {
    startWith("marketing");
    declareSpinning("spinning");
    reload();
    ASSERT_NO_FATAL_FAILURE(changeAFileDuringTheCall());
    ASSERT_TRUE(waitForLog("gave no answer in time"));
    ASSERT_TRUE(eventually([&] { return instance("spinning")->state_reason != ""; }));
    EXPECT_EQ(state("spinning"), InstanceState::Running);
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /meanwhile.txt"));
}

TEST_F(SpinningPluginTest, ManyDrainsOfItLeavePlacesToOthers) {
    startWith("marketing");
    for (int i = 0; i < 100; ++i)
        declareSpinning(fmt::format("spinning-{}", i));
    reload();
    ASSERT_NO_FATAL_FAILURE(changeAFileDuringTheCall());
}

TEST_F(SpinningPluginTest, ItsWebhookHoldsUpNoOtherConnector) {
    startWith("marketing");
    std::atomic<bool> is_answered = false;
    std::jthread sender([&] {
        const Answer answer = ask(hub_->port(), "GET", "/elements/api-v2/events/hostile?spin");
        is_answered = true;
        EXPECT_EQ(answer.status, 503);
        EXPECT_TRUE(answer.headers.contains("retry-after"));
    });
    // Its process has the call as soon as another one is told to wait.
    ASSERT_TRUE(eventually([&] {
        return ask(hub_->port(), "GET", "/elements/api-v2/events/hostile?good").status == 503;
    }));

    const Answer answer =
        postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret);

    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(is_answered) << "the webhook had to wait for the end of the call";
}

TEST_F(SpinningPluginTest, ItDoesNotKeepTheHubFromStopping) {
    declareSpinning("spinning");
    startHub();
    ASSERT_TRUE(eventually([&] { return callRunsFor() > Milliseconds(100); })) << logText();
    const auto began_at = std::chrono::steady_clock::now();

    stopHub();

    EXPECT_LT(std::chrono::steady_clock::now() - began_at, Milliseconds(3'000));
    EXPECT_THAT(logText(), HasSubstr("the hub stops"));
}

}  // namespace
}  // namespace ferry::test
