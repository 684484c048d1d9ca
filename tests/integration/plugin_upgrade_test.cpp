// Goal: what began with one version of a plugin ends with it, what comes later has the new one, and
// operators see which is which. Method: the whole hub, a plugins folder of the test's own, and a
// provider that lets a drain wait while the plugin is replaced.

#include "integration/api_fixture.h"
#include "support/plugin_versions.h"

namespace ferry::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PluginUpgradeTest : public ApiTest {
  protected:
    PluginUpgradeTest() {
        config_.plugins = {folder_.path() / "plugins"};
        writeVersion(0);
    }

    void writeVersion(int number) {
        fs::create_directories(plugin_);
        replaceFile(plugin_ / "connector.yaml", versions_.manifest(number));
        replaceFile(plugin_ / "libdropbox.so", versions_.library(number));
    }
    std::string servedVersion() const {
        const PluginStates states = hub_->catalog().states();
        return states.served.empty() ? "" : states.served.front().plugin_version;
    }
    std::vector<std::string> endingVersions() const {
        std::vector<std::string> versions;
        for (const EndingPlugin& ending : hub_->catalog().states().ending)
            versions.push_back(ending.version);
        return versions;
    }

    const PluginVersions versions_;
    const fs::path plugin_ = folder_.path() / "plugins/dropbox";
};

TEST_F(PluginUpgradeTest, ADrainGoesToItsEndOnTheVersionItBeganWith) {
    startWith("marketing");
    fake_->faults().slow("files/list_folder/continue", demo::FaultKind::Delay, Milliseconds(3'000));
    put("/during.txt");
    ASSERT_TRUE(eventually([&] { return metric("ferry_notices{state=\"draining\"}") == 1; }));
    const auto held = hub_->catalog().find("dropbox");

    writeVersion(1);
    reload();

    EXPECT_EQ(servedVersion(), "1.0.1");
    EXPECT_THAT(endingVersions(), ElementsAre("1.0.0"));
    EXPECT_EQ(metric("ferry_plugins_ending"), 1);
    const rapidjson::Document told = json(200, "GET", "/plugins");
    EXPECT_EQ(text(told["ending"][0], "version"), "1.0.0");
    EXPECT_EQ(told["ending"][0]["hangsForMs"].GetInt64(), 0) << "what it waits for is no call";
    EXPECT_EQ(text(told["connectors"][0], "pluginVersion"), "1.0.1");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    put("/after.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /after.txt", "CREATED /during.txt"));
    EXPECT_EQ(held->key(), "dropbox");
    EXPECT_THAT(endingVersions(), ElementsAre("1.0.0")) << "the test still holds it";
}

TEST_F(PluginUpgradeTest, AVersionEndsWithItsLastDrain) {
    startWith("marketing");
    fake_->faults().slow("files/list_folder/continue", demo::FaultKind::Delay, Milliseconds(1'500));
    put("/during.txt");
    ASSERT_TRUE(eventually([&] { return metric("ferry_notices{state=\"draining\"}") == 1; }));

    writeVersion(1);
    reload();

    EXPECT_THAT(logText(), testing::Not(HasSubstr("version 1.0.0 has ended")));
    ASSERT_TRUE(waitForLog("version 1.0.0 has ended"));
    EXPECT_THAT(endingVersions(), IsEmpty());
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /during.txt"));
}

TEST_F(PluginUpgradeTest, ABadVersionLeavesTheFormerInUseAndIsTold) {
    startWith("marketing");
    replaceFile(plugin_ / "libdropbox.so", versions_.library(1).substr(0, 5'000));
    replaceFile(plugin_ / "connector.yaml", versions_.manifest(1));
    reload();

    EXPECT_EQ(servedVersion(), "1.0.0");
    EXPECT_EQ(metric("ferry_plugins_refused{rule=\"elf-malformed\"}"), 1);
    EXPECT_EQ(metric("ferry_connectors{state=\"served\"}"), 1);
    EXPECT_THAT(logText(), HasSubstr("rule=elf-malformed"));
    const rapidjson::Document told = json(200, "GET", "/plugins");
    ASSERT_EQ(told["refused"].Size(), 1U);
    EXPECT_EQ(text(told["refused"][0], "rule"), "elf-malformed");
    EXPECT_TRUE(told["refused"][0]["formerKept"].GetBool());
    EXPECT_EQ(text(told["connectors"][0], "version"), "1.0.0");
    put("/on.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));

    writeVersion(2);
    reload();
    EXPECT_EQ(servedVersion(), "1.0.2");
    EXPECT_THAT(hub_->catalog().states().refused, IsEmpty());
    put("/upgraded.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_THAT(receiver_.toldEvents(), ElementsAre("CREATED /on.txt", "CREATED /upgraded.txt"));
}

TEST_F(PluginUpgradeTest, AFolderThatIsGoneForAWhileLosesNothing) {
    startWith("marketing");
    fs::rename(plugin_, folder_.path() / "elsewhere");
    reload();
    EXPECT_THAT(hub_->catalog().states().served, IsEmpty());
    put("/meanwhile.txt");
    ASSERT_TRUE(instance("marketing")) << "it stays, and waits";

    fs::rename(folder_.path() / "elsewhere", plugin_);
    reload();
    ASSERT_TRUE(receiver_.waitForEvents(1));
    put("/later.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_THAT(
        receiver_.toldEvents(), ElementsAre("CREATED /later.txt", "CREATED /meanwhile.txt")
    );
    EXPECT_EQ(state("marketing"), InstanceState::Running);
    EXPECT_THAT(reason("marketing"), IsEmpty());
}

}  // namespace
}  // namespace ferry::test
