// Goal: tasks run one after another, in order, all of them, on a thread of their own. Method: an
// executor that several threads give work to.

#include "base/serial_executor.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace ferry {
namespace {

using namespace std::chrono_literals;

TEST(SerialExecutor, RunsWhatItIsGivenInOrderAndOneAtATime) {
    constexpr int kThreads = 4;
    constexpr int kTasks = 500;
    std::vector<int> last(kThreads, -1);
    int count = 0;  // of one thread, or the sanitizer says so
    {
        SerialExecutor executor("test");
        std::vector<std::thread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&, thread] {
                for (int i = 0; i < kTasks; ++i)
                    executor.submit([&, thread, i] {
                        EXPECT_EQ(std::exchange(last[static_cast<std::size_t>(thread)], i), i - 1);
                        ++count;
                    });
            });
        }
        for (std::thread& thread : threads)
            thread.join();
    }
    EXPECT_EQ(count, kThreads * kTasks) << "the destructor lets all of them run";
}

TEST(SerialExecutor, SaysWhoseThreadItIsAndForHowLongATaskHasNotGotOn) {
    SerialExecutor executor("test");
    EXPECT_EQ(executor.silentFor(), 0ms);
    EXPECT_FALSE(executor.isCurrent());
    std::promise<void> go_on;
    std::promise<bool> is_own;
    executor.submit([&] {
        is_own.set_value(executor.isCurrent());
        go_on.get_future().wait();
    });
    EXPECT_TRUE(is_own.get_future().get());
    std::this_thread::sleep_for(20ms);
    EXPECT_GE(executor.silentFor(), 15ms);
    go_on.set_value();
    std::promise<std::chrono::milliseconds> silence;
    executor.submit([&] {
        std::this_thread::sleep_for(20ms);
        executor.noteProgress();
        silence.set_value(executor.silentFor());
    });
    EXPECT_LT(silence.get_future().get(), 15ms);
}

TEST(SerialExecutor, ATaskIsDestroyedOnItsThread) {
    SerialExecutor executor("test");
    std::promise<bool> is_own;
    std::shared_ptr<void> kept(nullptr, [&](void*) { is_own.set_value(executor.isCurrent()); });
    executor.submit([kept = std::move(kept)] {});
    EXPECT_TRUE(is_own.get_future().get());
}

}  // namespace
}  // namespace ferry
