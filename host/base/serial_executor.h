#pragma once
// A thread that runs what it is given, one after another: for calls that may take their time, made
// by threads that others wait for.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace ferry {

/// The thread begins with the first task. Threads: any, but for the destructor.
class SerialExecutor {
  public:
    using Task = std::function<void()>;

    /// `name` is what the thread is called in the operating system (15 characters at most).
    explicit SerialExecutor(std::string name);
    /// Lets all that it was given run, and joins. Never by one of the tasks (checked).
    ~SerialExecutor();
    SerialExecutor(const SerialExecutor&) = delete;
    SerialExecutor& operator=(const SerialExecutor&) = delete;

    /// `task` runs after all that were given before it, and is destroyed on the same thread.
    void submit(Task task);
    /// True on the executor's own thread.
    bool isCurrent() const;
    /// The running task gets on. On its thread.
    void noteProgress();
    /// For how long the running task has not got on; 0: none runs.
    std::chrono::milliseconds silentFor() const;

  private:
    void run();

    const std::string name_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    bool is_ending_ = false;
    std::thread thread_;
    std::atomic<std::thread::id> thread_id_{};
    std::atomic<std::int64_t> progress_at_{0};  ///< steady clock, ns; 0: nothing runs
};

}  // namespace ferry
