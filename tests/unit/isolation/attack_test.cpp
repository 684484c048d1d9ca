// Goal: whatever a plugin does in a process of its own costs its call alone: that fails with
// Unavailable, the next one works, and others go on. Method: a plugin that attacks in the way that
// an account's id names, in an operation and in a pure hook.

#include "unit/isolation/isolation_fixture.h"

#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <thread>

namespace ferry::isolation::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Attack {
    const char* mode;
    const char* told;  ///< in the error and in the log
};

constexpr Attack kDeadly[] = {
    {"crash", "its process "},
    {"abort", "its process was killed by signal 6"},
    {"exit", "its process ended with status 0"},
    {"memory", "its process "},
    {"spin", "its process gave no answer in time"},
    {"sleep", "its process gave no answer in time"},
    {"socket", "made the system call 'socket'"},
    {"exec", "made the system call 'execve'"},
    {"fork", "made the system call 'clone'"},
    {"thread", "killed by signal 31"},  // the library blocks signals around it
    {"kill-hub", "made the system call 'kill'"},
    {"garbage", "sent a malformed frame"},
    {"huge-frame", "sent a frame of 4294967295 bytes"},
    {"half-frame", "its process gave no answer in time"},
    {"wrong-answer", "sent a malformed answer"},
    {"flood", "lines during a call"},
};

class AttackTest : public IsolationTest {
  protected:
    std::shared_ptr<IsolatedPlugin> plugin_ = loadGood("hostile", "1.0.0");
    std::shared_ptr<pipeline::Provider> provider_ = serve(*plugin_);
};

class DeadlyAttack : public AttackTest, public testing::WithParamInterface<Attack> {};

TEST_P(DeadlyAttack, CostsItsOwnCallInAnOperation) {
    const auto bystander = provider_->startFetch(accountOf("ask"), TokenSet(), {});
    ASSERT_TRUE(bystander && (*bystander)->advance(nullptr));
    const pid_t before = plugin_->pid();

    const auto attacked = fetch(*provider_, GetParam().mode);

    ASSERT_FALSE(attacked);
    EXPECT_EQ(attacked.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(attacked.error().message, HasSubstr(GetParam().told));
    EXPECT_THAT(logText(), HasSubstr(GetParam().told));
    EXPECT_FALSE(isRunning(before));
    const http::OutboundResponse response;
    const auto orphan = (*bystander)->advance(&response);
    ASSERT_FALSE(orphan) << "it began in the process that is gone";
    EXPECT_EQ(orphan.error().code, ErrorCode::Unavailable);
    ASSERT_TRUE(eventually([&] { return fetch(*provider_, "good").has_value(); }));
    EXPECT_EQ(plugin_->health().restarts, 1U);
    EXPECT_GE(plugin_->health().misbehaviours, 1U);
}

TEST_P(DeadlyAttack, CostsItsOwnCallInAPureHook) {
    const auto attacked = provider_->normalize(accountOf(GetParam().mode), {"a", "b"}, {});

    ASSERT_FALSE(attacked);
    EXPECT_EQ(attacked.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(attacked.error().message, HasSubstr(GetParam().told));
    const auto next = [&] { return provider_->normalize(accountOf("good"), {"a", "b"}, {}); };
    ASSERT_TRUE(eventually([&] { return next().has_value(); }));
    EXPECT_EQ(next()->at(1).raw, "b");
}

INSTANTIATE_TEST_SUITE_P(All, DeadlyAttack, testing::ValuesIn(kDeadly), [](const auto& attack) {
    std::string name = attack.param.mode;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

TEST_F(AttackTest, WhatIsOnlyDeniedGoesOn) {
    for (const char* mode : {"read-file", "write-file", "new-code", "cut-lifeline"}) {
        const auto done = fetch(*provider_, mode);
        EXPECT_TRUE(done) << mode << ": " << (done ? "" : done.error().message);
    }
    EXPECT_EQ(plugin_->health().restarts, 0U);
}

TEST_F(AttackTest, OtherPluginsGoOnMeanwhile) {
    const auto other_plugin = loadGood("sample", "1.2.3");
    const auto other = serve(*other_plugin);
    std::atomic<bool> is_over = false;
    std::thread spinning([&] {
        EXPECT_FALSE(fetch(*provider_, "spin"));
        is_over = true;
    });

    int calls = 0;
    while (!is_over) {
        http::Request request;
        request.query = "challenge=x";
        const auto answered = other->answerChallenge(request, nullptr);
        ASSERT_TRUE(answered && *answered);
        ++calls;
    }

    spinning.join();
    EXPECT_GT(calls, 20);
    EXPECT_EQ(other_plugin->health().restarts, 0U);
}

TEST_F(AttackTest, OthersOfTheSamePluginWaitForNobodyThatHangs) {
    options_.busy_limit = Milliseconds(50);
    const auto plugin = loadGood("hostile", "1.0.0");
    const auto provider = serve(*plugin);
    std::thread spinning([&] { EXPECT_FALSE(fetch(*provider, "spin")); });
    std::string told;

    EXPECT_TRUE(eventually([&] {
        const auto refused = provider->normalize(accountOf("good"), {"a"}, {});
        if (!refused) told = refused.error().message;
        return !refused && refused.error().code == ErrorCode::Unavailable;
    }));

    spinning.join();
    EXPECT_THAT(told, HasSubstr("busy with another call"));
}

TEST_F(AttackTest, WhatIsOnThePluginsThreadWaitsForALongCallOfAnotherOne) {
    options_.busy_limit = Milliseconds(50);
    options_.turn_limit = Milliseconds(10'000);
    const auto plugin = loadGood("hostile", "1.0.0");
    const auto provider = serve(*plugin);
    std::thread spinning([&] { EXPECT_FALSE(fetch(*provider, "spin")); });
    ASSERT_TRUE(eventually([&] { return !provider->normalize(accountOf("good"), {"a"}, {}); }));
    std::promise<void> done;
    std::string told = "good";
    plugin->executor().submit([&] {
        const auto normalized = provider->normalize(accountOf("good"), {"a"}, {});
        if (!normalized) told = normalized.error().message;
        done.set_value();
    });
    done.get_future().wait();
    spinning.join();

    EXPECT_THAT(told, Not(HasSubstr("busy with another call")));
}

TEST_F(AttackTest, AHubThatStopsEndsACallAndTheProcessStaysAway) {
    std::atomic<bool> is_stopping = false;
    const auto soon = std::chrono::steady_clock::now() + Milliseconds(1'500);
    options_.call_limit = Milliseconds(60'000);
    options_.busy_limit = Milliseconds(50);
    options_.stops_at = [&] { return is_stopping ? std::optional(soon) : std::nullopt; };
    const auto plugin = loadGood("hostile", "1.0.0");
    const auto provider = serve(*plugin);
    std::string told;
    std::thread spinning([&] {
        const auto attacked = fetch(*provider, "spin");
        told = attacked ? "" : attacked.error().message;
    });
    ASSERT_TRUE(eventually([&] { return !provider->normalize(accountOf("good"), {"a"}, {}); }));

    is_stopping = true;
    spinning.join();

    EXPECT_THAT(told, HasSubstr("in the middle of a call: the hub stops"));
    EXPECT_GE(std::chrono::steady_clock::now(), soon);
    const auto next = provider->normalize(accountOf("good"), {"a"}, {});
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(next.error().message, HasSubstr("not asked any more: the hub stops"));
}

/// The hub of this test is a process of its own, which is killed in the middle of a call.
TEST_F(AttackTest, ASpinningProcessEndsWithTheHub) {
    int channel[2];
    ASSERT_EQ(::pipe(channel), 0);
    options_.call_limit = Milliseconds(60'000);
    const pid_t hub = ::fork();
    if (hub == 0) {
        const auto plugin = loadGood("hostile", "1.0.0");
        const auto provider = serve(*plugin);
        const pid_t pid = plugin->pid();
        if (::write(channel[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
        (void)fetch(*provider, "spin");
        ::_exit(0);
    }
    pid_t child = -1;
    ASSERT_EQ(::read(channel[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
    ASSERT_TRUE(isRunning(child));

    ::kill(hub, SIGKILL);
    ::waitpid(hub, nullptr, 0);

    EXPECT_TRUE(eventually([&] { return !isRunning(child); }));
    ::close(channel[0]);
    ::close(channel[1]);
}

}  // namespace
}  // namespace ferry::isolation::test
