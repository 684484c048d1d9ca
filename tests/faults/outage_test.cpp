// Goal: what the hub stands on may stop for a while (receiver, provider, disk) or end it in good
// order, and nothing is lost, given twice or disabled.
// Method: the real program; the others are stopped, and go on; then the same look as after a kill.

#include "faults/fault_bench.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>

namespace ferry::test {
namespace {

// Moves split over two drains are told by polls alone, of which there is one a minute, and several
// may follow one another.
constexpr Milliseconds kQuiet{240'000};

void pause(int milliseconds) {
    ::poll(nullptr, 0, milliseconds);
}

void expectNothingWrong(FaultBench& bench) {
    EXPECT_TRUE(bench.waitUntilQuiet(kQuiet)) << bench.hub().errorOutput();
    EXPECT_EQ(bench.problems(), std::vector<std::string>());
    EXPECT_GT(bench.receiver().eventCount(), 20U);
}

void start(FaultBench& bench) {
    for (int i = 0; i < 10; ++i)
        bench.act();
    ASSERT_TRUE(bench.startHub()) << bench.hub().errorOutput();
    ASSERT_TRUE(bench.waitForBaseline(Milliseconds(60'000))) << bench.hub().errorOutput();
}

/// Hands what the receiver's process noted to the bench's log.
void takeNoted(const std::string& path, CallbackLog& log) {
    std::ifstream in(path, std::ios::binary);
    for (;;) {
        http::Headers headers;
        std::string line;
        for (const char* name :
             {"webhook-id",
              "webhook-timestamp",
              "webhook-signature",
              "Elements-Webhook-Signature"}) {
            std::getline(in, line);
            headers.add(name, line);
        }
        if (!std::getline(in, line)) return;
        std::string body(std::stoul(line), '\0');
        in.read(body.data(), static_cast<std::streamsize>(body.size()));
        std::getline(in, line);
        log.take(headers, body);
    }
}

TEST(Outage, AReceiverThatIsStoppedAndContinuedGetsEverything) {
    TempDir folder;
    const std::string noted = (folder.path() / "callbacks").string();
    const char* build = std::getenv("FERRY_BUILD_DIR");
    ChildProcess receiver({std::string(build) + "/tests/fault_receiver", noted});
    const std::string line = receiver.waitForLine("127.0.0.1:", Milliseconds(30'000));
    ASSERT_NE(line, "") << receiver.errorOutput();
    const std::string url = "http://" + line.substr(line.find("127.0.0.1:")) + "/events";
    FaultBench bench(11, {.callback_url = url});
    start(bench);

    receiver.signal(SIGSTOP);
    for (int i = 0; i < 30; ++i) {
        bench.act();
        pause(100);  // longer in all than the time-out of an attempt
    }
    receiver.signal(SIGCONT);
    for (int i = 0; i < 5; ++i)
        bench.act();

    ASSERT_TRUE(bench.waitUntilQuiet(kQuiet)) << bench.hub().errorOutput();
    takeNoted(noted, bench.receiver());
    expectNothingWrong(bench);
    EXPECT_GT(bench.receiver().duplicateCount(), 0U) << "no attempt ran into the stop";
}

TEST(Outage, AProviderThatIsAwayForAWhileLosesNothing) {
    FaultBench bench(12);
    start(bench);

    demo::FaultRule away;
    away.route = "*";
    away.fault.kind = demo::FaultKind::NoReply;
    away.times = 1'000'000;
    bench.provider().faults().add(away);
    for (const std::string& account : bench.accounts())
        bench.provider().expireAccessTokens(account);
    for (int i = 0; i < 30; ++i) {
        bench.act();
        pause(100);
    }
    // No change comes after this: the hub itself asks again, and soon, for what counts is how long
    // the provider was away, not how many webhooks came meanwhile.
    bench.provider().faults().clear();

    expectNothingWrong(bench);
}

TEST(Outage, StopsWithinTenSecondsUnderLoadWithNothingHalfDone) {
    FaultBench bench(13);
    start(bench);
    for (int i = 0; i < 80; ++i)
        bench.act();

    const auto begin = std::chrono::steady_clock::now();
    bench.hub().signal(SIGTERM);
    for (int i = 0; i < 20; ++i)
        bench.act();
    const auto status = bench.hub().waitForEnd(Milliseconds(20'000));
    const auto took = std::chrono::steady_clock::now() - begin;

    EXPECT_EQ(status, 0) << bench.hub().errorOutput();
    EXPECT_LT(took, std::chrono::seconds(10));
    ASSERT_TRUE(bench.startHub());
    expectNothingWrong(bench);
}

TEST(Outage, ASecondHubOnTheSameDataIsRefused) {
    FaultBench bench(14);
    start(bench);

    ChildProcess second(bench.serveCommand());
    const auto status = second.waitForEnd(Milliseconds(30'000));

    EXPECT_EQ(status, 1);
    EXPECT_NE(second.waitForLine("in use by another hub", Milliseconds(5'000)), "")
        << second.errorOutput();
    for (int i = 0; i < 20; ++i)
        bench.act();
    expectNothingWrong(bench);
}

/// A file system of a few megabytes.
class SmallDisk {
  public:
    SmallDisk() {
        is_mounted_ =
            ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=4m,mode=0700") == 0;
    }
    ~SmallDisk() {
        if (is_mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool isMounted() const { return is_mounted_; }
    std::string path() const { return folder_.path().string(); }

    /// Takes all room that is left.
    void fill() const {
        std::ofstream ballast(folder_.path() / "ballast", std::ios::binary);
        const std::string block(4'096, 'x');
        while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    }
    void makeRoom() const { std::filesystem::remove(folder_.path() / "ballast"); }

  private:
    TempDir folder_;
    bool is_mounted_ = false;
};

TEST(Outage, AFullDiskLosesNothing) {
    const SmallDisk disk;
    if (!disk.isMounted()) {
        GTEST_SKIP() << "a small file system can't be mounted here (not root?): nothing is tested";
    }
    FaultBench bench(15, {.data_dir = disk.path() + "/data"});
    start(bench);
    ASSERT_TRUE(bench.waitUntilQuiet(kQuiet));

    disk.fill();
    for (int i = 0; i < 60; ++i) {
        bench.act();
        pause(30);
    }
    const std::string told =
        bench.hub().waitForLine("the store can't be written", Milliseconds(20'000));
    EXPECT_NE(told.find("full"), std::string::npos)
        << "the disk was not full, or nobody was told: " << bench.hub().errorOutput();
    disk.makeRoom();
    EXPECT_NE(bench.hub().waitForLine("the store can be written again", Milliseconds(20'000)), "")
        << bench.hub().errorOutput();

    expectNothingWrong(bench);
}

}  // namespace
}  // namespace ferry::test
