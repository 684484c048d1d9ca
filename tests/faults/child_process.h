#pragma once
// A program as a child: started, signalled by its own pid, waited for. What it writes to standard
// error is kept and can be waited for.

#include "base/clock.h"

#include <sys/types.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ferry::test {

class ChildProcess {
  public:
    /// Starts `arguments` (the first is the program).
    explicit ChildProcess(const std::vector<std::string>& arguments);
    /// Kills what still runs.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    void signal(int number) const;
    /// SIGKILL, and wait. False if it had ended before, by itself: what it said is in errorOutput().
    bool kill();
    /// Waits for the end; gives the exit status (128 + n after signal n), or nullopt.
    std::optional<int> waitForEnd(Milliseconds timeout);
    /// Waits for a line of standard error with `text` in it; gives it, or "".
    std::string waitForLine(const std::string& text, Milliseconds timeout);
    std::string errorOutput() const;

  private:
    void read();

    pid_t pid_ = -1;
    int pipe_ = -1;
    bool has_ended_ = false;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string output_;      // guarded by mutex_
    bool is_closed_ = false;  // guarded by mutex_
    std::thread reader_;
};

}  // namespace ferry::test
