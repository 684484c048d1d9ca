// Goal: a plugin is upgraded under load, again and again and with bad versions between, and no
// change is lost, none told twice, and no version stays behind. Method: the real program while
// files change, webhooks come and callbacks are on their way; new versions are written in all the
// ways in which people do that. FERRY_ROUNDS is the number of upgrades (9), FERRY_SEED the seed.

#include "faults/fault_bench.h"
#include "support/plugin_versions.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

namespace ferry::test {
namespace {

constexpr Milliseconds kPatience{60'000};  // sanitizers, and other builds on the machine

std::uint64_t numberFromEnvironment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

std::size_t countOf(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

class UpgradeTest : public testing::Test {
  protected:
    UpgradeTest() {
        std::filesystem::create_directories(manifest_.parent_path());
        replaceFile(manifest_, versions_.manifest(0));
        replaceFile(library_, versions_.library(0));
    }

    void act(int changes) {
        for (int i = 0; i < changes; ++i) {
            bench_.act();
            ::poll(nullptr, 0, static_cast<int>(bench_.random().below(30)));
        }
    }
    void reload() { bench_.hub().signal(SIGHUP); }
    bool isSaid(const std::string& text) {
        return !bench_.hub().waitForLine(text, kPatience).empty();
    }

    /// Writes the version in one of the ways, and waits until it is in use.
    void upgradeTo(int number) {
        switch (number % 3) {
            case 0:  // as a package manager does
                replaceFile(library_, versions_.library(number));
                replaceFile(manifest_, versions_.manifest(number));
                reload();
                break;
            case 1:  // as cp does; the hub finds it by itself
                writeInPlace(manifest_, versions_.manifest(number));
                act(2);
                writeInPlace(library_, versions_.library(number));
                break;
            default:  // one half is looked at before the other is there
                replaceFile(manifest_, versions_.manifest(number));
                reload();
                ASSERT_TRUE(isSaid("the manifest " + PluginVersions::name(number)))
                    << bench_.hub().errorOutput();
                replaceFile(library_, versions_.library(number));
                reload();
        }
        const std::string loaded = " version=" + PluginVersions::name(number) + " ";
        ASSERT_TRUE(isSaid(loaded)) << loaded << "\n" << bench_.hub().errorOutput();
    }

    /// A version that is refused; the hub goes on with the one before.
    void tryBad(int number) {
        static const std::vector<std::pair<std::string, std::string>> kBad{
            {"elf-malformed", versions_.library(number).substr(0, 100'000)},
            {"probe-crashed", crashing()},
            {"elf-malformed", ""}};
        const auto& [rule, content] = kBad[static_cast<std::size_t>(number) % kBad.size()];
        const std::size_t before = countOf(bench_.hub().errorOutput(), "rule=" + rule);
        replaceFile(manifest_, withAll(versions_.manifest(0), "name: Dropbox", "name: DropBAD"));
        replaceFile(library_, content);
        reload();
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (countOf(bench_.hub().errorOutput(), "rule=" + rule) == before) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << bench_.hub().errorOutput();
            ::poll(nullptr, 0, 20);
        }
    }

    /// A library whose entry crashes, and which calls itself Dropbox.
    static std::string crashing() {
        const std::filesystem::path build = std::getenv("FERRY_BUILD_DIR");
        const std::string library = fileContent(build / "tests/plugins/bad/crash.so");
        using namespace std::string_view_literals;
        return withAll(library, "bad\0\0\0\0"sv, "dropbox"sv);
    }

    const std::uint64_t seed_ = numberFromEnvironment("FERRY_SEED", 1);
    const TempDir plugins_;
    const std::filesystem::path manifest_ = plugins_.path() / "dropbox/connector.yaml";
    const std::filesystem::path library_ = plugins_.path() / "dropbox/libdropbox.so";
    const PluginVersions versions_;
    FaultBench bench_{
        seed_,
        {.orderings = {"none", "object", "instance"}, .plugins_dir = plugins_.path().string()}};
};

TEST_F(UpgradeTest, UnderLoadLosesNothingAndTellsNothingTwice) {
    const int rounds = static_cast<int>(numberFromEnvironment("FERRY_ROUNDS", 9));
    act(20);
    ASSERT_TRUE(bench_.startHub()) << bench_.hub().errorOutput();
    ASSERT_TRUE(bench_.waitForBaseline(kPatience)) << bench_.hub().errorOutput();

    bench_.startLoad();
    for (int round = 1; round <= rounds; ++round) {
        act(5);
        if (round % 3 == 0) {
            ASSERT_NO_FATAL_FAILURE(tryBad(round / 3)) << "round " << round;
        }
        ASSERT_NO_FATAL_FAILURE(upgradeTo(round)) << "round " << round;
    }
    act(5);
    bench_.stopLoad();
    EXPECT_TRUE(bench_.waitUntilQuiet(Milliseconds(120'000))) << bench_.hub().errorOutput();
    EXPECT_EQ(bench_.problems(), std::vector<std::string>()) << "seed " << seed_;
    for (int number = 0; number < rounds; ++number)
        EXPECT_TRUE(isSaid("version " + PluginVersions::name(number) + " has ended"));
    EXPECT_GT(bench_.loggedEvents(), static_cast<std::size_t>(rounds));

    bench_.hub().signal(SIGTERM);
    EXPECT_EQ(bench_.hub().waitForEnd(kPatience), 0) << bench_.hub().errorOutput();
    std::cout << fmt::format(
        "{} upgrades under load: {} events, none lost and none twice\n",
        rounds,
        bench_.loggedEvents()
    );
}

}  // namespace
}  // namespace ferry::test
