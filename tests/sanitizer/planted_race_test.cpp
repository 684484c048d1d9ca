// Goal: a race that the thread sanitizer sees fails the program it is in, and what is suppressed for
// a library's sake hides none of ours.
// Method: races planted in processes of their own, which get from ctest what every test gets; the
// same code with a lock ends well.

#include "http/server.h"

#include "support/http/raw_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ferry::test {
namespace {

using testing::AllOf;
using testing::ExitedWithCode;
using testing::HasSubstr;

/// What host/cmake/FerryTargets.cmake asks of the sanitizer; no program of ours ends with it.
constexpr int kReported = 66;

/// A count that several threads increase: with the lock, or without, which is the race.
class Count {
  public:
    explicit Count(bool is_locked) : is_locked_(is_locked) {}

    void increase() {
        if (!is_locked_) {
            ++count_;
            return;
        }
        const std::lock_guard lock(mutex_);
        ++count_;
    }

  private:
    const bool is_locked_;
    std::mutex mutex_;
    int count_ = 0;
};

/// Waits until `count` threads are here. Relaxed, which orders nothing: whatever the machine does,
/// what these threads do next is unordered.
int meet(std::atomic<int>& arrived, int count) {
    const int mine = arrived.fetch_add(1, std::memory_order_relaxed);
    while (arrived.load(std::memory_order_relaxed) < count)
        std::this_thread::yield();
    return mine;
}

[[noreturn]] void countInTwoThreads(bool is_locked) {
    Count count(is_locked);
    std::atomic<int> arrived{0};
    const auto work = [&] {
        meet(arrived, 2);
        count.increase();
    };
    std::thread other(work);
    work();
    other.join();
    std::_Exit(0);
}

/// Counts in handlers of four connections at once. The first two are run by threads that the server
/// had from its start; with `only_later`, those alone count that its accept thread had to make.
[[noreturn]] void countInHandlers(bool is_locked, bool only_later) {
    constexpr int kConnections = 4;
    Count count(is_locked);
    std::atomic<int> arrived{0};
    SystemRandom random;
    http::ServerOptions options;
    options.threads = kConnections;
    http::Server server(
        options,
        [&](const http::Request&) {
            const int mine = meet(arrived, kConnections);
            if (!only_later || mine >= 2) count.increase();
            return http::Response();
        },
        nullptr,
        random
    );
    if (!server.start()) std::_Exit(1);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < kConnections; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port()));
        clients.back()->send("GET / HTTP/1.1\r\n\r\n");
        while (arrived.load() <= i)
            std::this_thread::yield();
    }
    for (const auto& client : clients)
        if (statusOfAnswer(client->readAnswer()) != 200) std::_Exit(1);
    server.stop(Milliseconds(1000));
    std::_Exit(0);
}

class PlantedRace : public testing::Test {
  protected:
    // Each statement in a process that starts anew, so that it may have threads.
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

    const testing::Matcher<const std::string&> is_reported_ =
        AllOf(HasSubstr("ThreadSanitizer: data race"), HasSubstr("planted_race_test.cpp"));
};

TEST_F(PlantedRace, FailsItsProgram) {
    EXPECT_EXIT(countInTwoThreads(false), ExitedWithCode(kReported), is_reported_);
    EXPECT_EXIT(countInTwoThreads(true), ExitedWithCode(0), "");
}

TEST_F(PlantedRace, FailsItsProgramInAnyThreadOfTheServer) {
    EXPECT_EXIT(countInHandlers(false, false), ExitedWithCode(kReported), is_reported_);
    EXPECT_EXIT(countInHandlers(false, true), ExitedWithCode(kReported), is_reported_);
    EXPECT_EXIT(countInHandlers(true, false), ExitedWithCode(0), "");
}

}  // namespace
}  // namespace ferry::test
