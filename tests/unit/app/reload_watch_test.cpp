// Goal: every change that a reload would see is told once, and only after the files stand still.
// Method: files changed in a temporary folder, with times set by hand, so that no test waits.

#include "app/reload_watch.h"

#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <fstream>

namespace ferry::app {
namespace {

namespace fs = std::filesystem;

class ReloadWatchTest : public testing::Test {
  protected:
    ReloadWatchTest() {
        for (const char* name : {"instances", "plugins/dropbox", "connectors"})
            fs::create_directories(folder_.path() / name);
        write("instances/a.yaml", "instances: []\n");
        write("single.yaml", "instances: []\n");
        write("ferry.yaml", "listen: 127.0.0.1:0\n");
        write("plugins/dropbox/connector.yaml", "key: dropbox\n");
        write("plugins/dropbox/libdropbox.so", "ELF");
        config_.instances = {folder_.path() / "instances", folder_.path() / "single.yaml"};
        config_.plugins = {folder_.path() / "plugins"};
        config_.connectors = {folder_.path() / "connectors", folder_.path() / "not-there"};
    }

    /// Each write gets a time of its own, however coarse the file system's clock is.
    void write(const std::string& name, const std::string& text) {
        const fs::path path = folder_.path() / name;
        std::ofstream(path) << text;
        fs::last_write_time(path, fs::file_time_type(std::chrono::seconds(++ticks_)));
    }
    static bool isTold(ReloadWatch& watch) {
        const bool is_early = watch.hasChanged();
        EXPECT_FALSE(is_early) << "it has not stood still yet";
        return watch.hasChanged();
    }

    test::TempDir folder_;
    config::HubConfig config_;
    int ticks_ = 0;
};

TEST_F(ReloadWatchTest, NothingIsToldWithoutAChange) {
    ReloadWatch watch(folder_.path() / "ferry.yaml", config_);
    for (int look = 0; look < 5; ++look)
        EXPECT_FALSE(watch.hasChanged());
}

TEST_F(ReloadWatchTest, EachKindOfChangeIsToldOnce) {
    ReloadWatch watch(folder_.path() / "ferry.yaml", config_);
    const auto expectTold = [&](const std::string& what) {
        EXPECT_TRUE(isTold(watch)) << what;
        EXPECT_FALSE(watch.hasChanged()) << what << ": once";
    };
    write("instances/a.yaml", "instances: []  # longer\n");
    expectTold("another size");
    write("instances/a.yaml", "instances: []  # xonger\n");
    expectTold("the same size, another time");
    write("instances/b.yaml", "instances: []\n");
    expectTold("a new file");
    fs::rename(folder_.path() / "instances/b.yaml", folder_.path() / "instances/c.yaml");
    expectTold("another name");
    fs::remove(folder_.path() / "instances/c.yaml");
    expectTold("a file less");
    write("single.yaml", "instances: [] \n");
    expectTold("a file that is named itself");
    write("plugins/dropbox/libdropbox.so", "ELF2");
    expectTold("a plugin's library");
    fs::create_directories(folder_.path() / "plugins/acme");
    write("plugins/acme/connector.yaml", "key: acme\n");
    expectTold("a new plugin");
    fs::create_directories(folder_.path() / "not-there");
    write("not-there/x.yaml", "key: x\n");
    expectTold("a folder that was not there");
    write("ferry.yaml", "listen: 127.0.0.1:1\n");
    expectTold("the hub's configuration");
    fs::remove(folder_.path() / "ferry.yaml");
    expectTold("the hub's configuration is gone");
}

TEST_F(ReloadWatchTest, WhatIsPassedOverIsNotToldAndTheNextChangeIs) {
    ReloadWatch watch(folder_.path() / "ferry.yaml", config_);
    write("instances/a.yaml", "instances: [1]\n");
    watch.passOver();
    EXPECT_FALSE(isTold(watch));
    write("instances/a.yaml", "instances: [2]\n");
    EXPECT_TRUE(isTold(watch));
}

TEST_F(ReloadWatchTest, WhileItChangesNothingIsTold) {
    ReloadWatch watch(folder_.path() / "ferry.yaml", config_);
    for (int round = 0; round < 5; ++round) {
        write("instances/a.yaml", "instances: [] #" + std::string(10 + ticks_, 'x') + "\n");
        EXPECT_FALSE(watch.hasChanged());
    }
    EXPECT_TRUE(watch.hasChanged());
}

TEST_F(ReloadWatchTest, AChangeThatIsTakenBackIsNotTold) {
    ReloadWatch watch(folder_.path() / "ferry.yaml", config_);
    const fs::path path = folder_.path() / "instances/a.yaml";
    const auto time = fs::last_write_time(path);
    write("instances/a.yaml", "instances: [x]\n");
    EXPECT_FALSE(watch.hasChanged());
    std::ofstream(path) << "instances: []\n";
    fs::last_write_time(path, time);
    EXPECT_FALSE(watch.hasChanged());
    EXPECT_FALSE(watch.hasChanged());
}

TEST_F(ReloadWatchTest, ChangesBehindALinkAreSeen) {
    fs::create_directories(folder_.path() / "elsewhere");
    write("elsewhere/real.yaml", "instances: []\n");
    fs::create_symlink(
        folder_.path() / "elsewhere/real.yaml", folder_.path() / "instances/linked.yaml"
    );
    ReloadWatch watch(folder_.path() / "ferry.yaml", config_);
    write("elsewhere/real.yaml", "instances: []  # changed\n");
    EXPECT_TRUE(isTold(watch));
}

}  // namespace
}  // namespace ferry::app
