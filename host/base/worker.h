#pragma once
// A thread that drives one step() function. The workers of the flow have no thread of their own:
// this gives them one in the hub, and the simulation calls step() itself.

#include "base/clock.h"
#include "base/thread_priority.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace ferry {

/// Something that makes progress when stepped. Threads: step() by one thread at a time.
class Steppable {
  public:
    virtual ~Steppable() = default;
    /// Does what can be done now without waiting for others, and returns when it wants to be
    /// stepped next at the latest: a time, or TimePoint::max() for "only when woken".
    virtual TimePoint step() = 0;

  protected:
    Steppable() = default;
    Steppable(const Steppable&) = default;
    Steppable& operator=(const Steppable&) = default;
};

/// Wakes whoever runs the steps. Threads: any; never blocks for long.
using Wake = std::function<void()>;

/// Runs `target.step()` on a thread of its own until stopped. `target` and `clock` outlive it.
class Worker {
  public:
    /// `name` is what the thread is called in the operating system (15 characters at most). Steps
    /// begin at least `pace` apart, however often it is woken: what comes meanwhile is done in one
    /// batch, with one commit.
    Worker(
        std::string name,
        Steppable& target,
        const Clock& clock,
        Milliseconds pace = Milliseconds(0),
        ThreadPriority priority = ThreadPriority::Normal
    );
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start();
    /// Makes the next step come now. Threads: any.
    void wake();
    /// Lets the running step end, and joins.
    void stop();

  private:
    void run();

    std::string name_;
    Steppable& target_;
    const Clock& clock_;
    const Milliseconds pace_;
    const ThreadPriority priority_;
    std::mutex mutex_;
    std::condition_variable condition_;
    bool is_woken_ = false;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace ferry
