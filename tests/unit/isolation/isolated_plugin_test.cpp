// Goal: a plugin's process begins locked up, ends with its plugin, begins again when it dies, but
// not at once for ever; and files that can't be used are refused as in the hub's own process.
// Method: real processes, looked at through /proc.

#include "support/sim_clock.h"
#include "unit/isolation/isolation_fixture.h"

#include <signal.h>

#include <cstdlib>

namespace ferry::isolation::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class IsolatedPluginTest : public IsolationTest {
  protected:
    static std::string procFile(pid_t pid, const std::string& name) {
        return fileText("/proc/" + std::to_string(pid) + "/" + name);
    }
};

TEST_F(IsolatedPluginTest, TheProcessIsLockedUp) {
    ::setenv("FERRY_TEST_SECRET", "hidden-from-plugins", 1);
    const auto plugin = loadGood("hostile", "1.0.0");
    ASSERT_TRUE(plugin);
    const pid_t pid = plugin->pid();

    const std::string status = procFile(pid, "status");
    EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
    EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
    EXPECT_THAT(procFile(pid, "environ"), Not(HasSubstr("hidden-from-plugins")));
    EXPECT_THAT(
        procFile(pid, "cmdline"), testing::EndsWith(std::string("ferry-plugin-host\0", 18))
    );
    std::vector<std::string> descriptors;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
        descriptors.push_back(entry.path().filename());
    EXPECT_THAT(descriptors, testing::UnorderedElementsAre("0", "1", "2", "3", "4", "5"));
    EXPECT_THAT(procFile(pid, "limits"), testing::ContainsRegex("Max core file size +0 "));
}

TEST_F(IsolatedPluginTest, TheProcessEndsWithTheLastWhoHoldsThePlugin) {
    auto plugin = loadGood("hostile", "1.0.0");
    auto provider = serve(*plugin);
    auto operation = provider->startFetch(accountOf("good"), TokenSet(), {});
    ASSERT_TRUE(operation);
    const pid_t pid = plugin->pid();
    plugin->retire();
    plugin.reset();
    provider.reset();

    EXPECT_TRUE((*operation)->advance(nullptr)) << "an operation goes to its end";
    EXPECT_TRUE(isRunning(pid));
    operation->reset();

    EXPECT_FALSE(isRunning(pid));
    EXPECT_THAT(logText(), HasSubstr("version 1.0.0 has ended"));
}

TEST_F(IsolatedPluginTest, AProcessThatWasKilledBetweenCallsCostsNoCall) {
    std::vector<std::uint64_t> told;
    options_.on_restart = [&](std::string_view id, std::uint64_t count) {
        EXPECT_EQ(id, "hostile");
        told.push_back(count);
    };
    const auto plugin = loadGood("hostile", "1.0.0");
    const auto provider = serve(*plugin);

    ::kill(plugin->pid(), SIGKILL);

    EXPECT_TRUE(eventually([&] { return !isRunning(plugin->pid()); }));
    EXPECT_TRUE(provider->normalize(accountOf("good"), {"a"}, {}));
    EXPECT_THAT(told, ElementsAre(0, 1));
    EXPECT_THAT(logText(), HasSubstr("was killed by signal 9"));
    EXPECT_THAT(logText(), HasSubstr("the next call starts it again"));
}

TEST_F(IsolatedPluginTest, WhoDiesAgainAndAgainIsLeftAloneForAWhile) {
    ferry::test::SimClock clock;
    clock_ = &clock;
    options_.restart = {Milliseconds(2'000), Milliseconds(8'000)};
    const auto plugin = loadGood("hostile", "1.0.0");
    const auto provider = serve(*plugin);
    EXPECT_FALSE(fetch(*provider, "exit"));
    EXPECT_FALSE(fetch(*provider, "exit")) << "started again at once, and dead again";

    const auto waiting = fetch(*provider, "good");
    ASSERT_FALSE(waiting);
    EXPECT_EQ(waiting.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(waiting.error().retry_after, Milliseconds(1'000));
    EXPECT_THAT(waiting.error().message, HasSubstr("its process ended"));
    EXPECT_THAT(waiting.error().message, HasSubstr(", and is not started again yet"));
    EXPECT_EQ(plugin->pid(), -1);
    EXPECT_THAT(plugin->health().last_end, HasSubstr("ended"));
    EXPECT_EQ(plugin->health().starts_again_at, clock.now() + Milliseconds(1'000));

    clock.advance(Milliseconds(1'000));
    EXPECT_FALSE(plugin->health().starts_again_at) << "any call starts it now";
    EXPECT_TRUE(fetch(*provider, "good"));
    EXPECT_FALSE(fetch(*provider, "exit"));
    EXPECT_EQ(fetch(*provider, "good").error().retry_after, Milliseconds(2'000)) << "twice as long";

    clock.advance(Milliseconds(2'000));
    EXPECT_TRUE(fetch(*provider, "good"));
    clock.advance(options_.lasting);
    EXPECT_FALSE(fetch(*provider, "exit"));
    EXPECT_TRUE(fetch(*provider, "good")) << "it had lasted, so this was an accident";
}

TEST_F(IsolatedPluginTest, LinesOfThePluginComeWithItsOwnName) {
    const auto plugin = loadGood("hostile", "1.0.0");
    const auto provider = serve(*plugin);

    EXPECT_TRUE(fetch(*provider, "log"));

    ASSERT_EQ(log_.lines().size(), 1U);
    EXPECT_EQ(log_.lines()[0].level, plugin::LogLevel::Warning);
    EXPECT_EQ(log_.lines()[0].plugin, "hostile");
    EXPECT_EQ(log_.lines()[0].account, "log");
    EXPECT_EQ(log_.lines()[0].message, "a line");
}

TEST_F(IsolatedPluginTest, RefusesWhatTheHubItselfWouldRefuse) {
    const std::pair<const char*, const char*> kCases[] = {
        {"crash", "probe-crashed"},
        {"crash_at_load", "probe-crashed"},
        {"exit", "probe-crashed"},
        {"hang", "probe-hung"},
        {"entry_null", "entry-refused"},
        {"no_entry", "entry-missing"},
        {"undefined", "load-failed"},
        {"module_short", "module-malformed"},
        {"module_id", "module-mismatch"},
        {"abi_major", "abi-major"},
    };
    for (const auto& [name, rule] : kCases) {
        const auto file = testPlugins() / "bad" / (std::string(name) + ".so");
        const auto loaded = load(file, "bad", "1.0.0");
        ASSERT_FALSE(loaded) << name;
        EXPECT_EQ(loaded.error().rule, rule) << name << ": " << loaded.error().message;
        EXPECT_THAT(loaded.error().message, testing::StartsWith(file.string() + ": "));
        EXPECT_THAT(loaded.error().message, Not(HasSubstr(file.string() + ": " + file.string())));
    }
}

TEST_F(IsolatedPluginTest, WithoutItsProgramThePluginIsRefusedAndNotTakenIntoTheHub) {
    options_.program = "/nowhere/ferry-plugin-host";
    const auto loaded = load(testPlugins() / "hostile/libhostile.so", "hostile", "1.0.0");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().rule, "isolation-failed");
    EXPECT_THAT(loaded.error().message, HasSubstr("beside the ferry program"));
}

}  // namespace
}  // namespace ferry::isolation::test
