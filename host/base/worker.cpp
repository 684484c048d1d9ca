#include "base/worker.h"

#include <pthread.h>

#include <algorithm>

namespace ferry {

namespace {
// A step that asked for a later time is called again at least this often, so that a clock that
// was suspended with the machine does not hold work back for long.
constexpr Milliseconds kSleepMax{1000};
}  // namespace

Worker::Worker(
    std::string name,
    Steppable& target,
    const Clock& clock,
    Milliseconds pace,
    ThreadPriority priority
)
    : name_(std::move(name)), target_(target), clock_(clock), pace_(pace), priority_(priority) {}

Worker::~Worker() {
    stop();
}

void Worker::start() {
    if (thread_.joinable()) return;
    is_stopping_ = false;
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), name_.substr(0, 15).c_str());
}

void Worker::wake() {
    {
        const std::lock_guard lock(mutex_);
        if (is_woken_) return;
        is_woken_ = true;
    }
    condition_.notify_one();
}

void Worker::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    condition_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Worker::run() {
    setThreadPriority(priority_);
    for (;;) {
        const auto begun = std::chrono::steady_clock::now();
        const TimePoint next = target_.step();
        std::unique_lock lock(mutex_);
        const TimePoint now = clock_.now();
        const auto wait = next <= now ? Milliseconds(0) : std::min(next - now, kSleepMax);
        if (wait.count() > 0) {
            condition_.wait_for(lock, wait, [this] { return is_woken_ || is_stopping_; });
        }
        if (pace_.count() > 0) {
            condition_.wait_until(lock, begun + pace_, [this] { return is_stopping_; });
        }
        if (is_stopping_) return;
        is_woken_ = false;
    }
}

}  // namespace ferry
