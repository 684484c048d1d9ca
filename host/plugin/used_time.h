#pragma once
// How much of its time a process has used.

#include <sys/types.h>

#include <chrono>
#include <string>

namespace ferry::plugin {

/// What a process has used of the time that it may take: what it computed, and what it slept.
/// Waiting for a processor or the disk does not count: a busy machine lets a good one wait for many
/// seconds. One thread.
class UsedTime {
  public:
    /// How often it wants to be asked.
    static constexpr std::chrono::milliseconds kLook{50};

    explicit UsedTime(pid_t process);

    /// Since the process began to compute, and since the first call to sleep. Call every kLook.
    std::chrono::milliseconds count();

  private:
    const std::string stat_;
    std::chrono::milliseconds slept_{0};
    std::chrono::milliseconds computed_{0};
};

}  // namespace ferry::plugin
