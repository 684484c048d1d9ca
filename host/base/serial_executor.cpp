#include "base/serial_executor.h"

#include "base/check.h"

#include <pthread.h>

#include <utility>

namespace ferry {
namespace {

using Steady = std::chrono::steady_clock;

}  // namespace

SerialExecutor::SerialExecutor(std::string name) : name_(std::move(name)) {}

SerialExecutor::~SerialExecutor() {
    FERRY_CHECK(!isCurrent(), "an executor is destroyed by one of its own tasks");
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void SerialExecutor::submit(Task task) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
        if (!thread_.joinable()) {
            thread_ = std::thread([this] { run(); });
            pthread_setname_np(thread_.native_handle(), name_.substr(0, 15).c_str());
        }
    }
    changed_.notify_one();
}

bool SerialExecutor::isCurrent() const {
    return thread_id_.load() == std::this_thread::get_id();
}

void SerialExecutor::noteProgress() {
    const std::chrono::nanoseconds now = Steady::now().time_since_epoch();
    progress_at_.store(now.count(), std::memory_order_relaxed);
}

std::chrono::milliseconds SerialExecutor::silentFor() const {
    const std::int64_t since = progress_at_.load(std::memory_order_relaxed);
    if (since == 0) return std::chrono::milliseconds(0);
    const auto now = Steady::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        now - std::chrono::nanoseconds(since)
    );
}

void SerialExecutor::run() {
    thread_id_ = std::this_thread::get_id();
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return is_ending_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        noteProgress();
        task();
        task = nullptr;
        progress_at_.store(0, std::memory_order_relaxed);
        lock.lock();
    }
}

}  // namespace ferry
