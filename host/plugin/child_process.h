#pragma once
// Runs code that is not trusted in a process of its own and takes its answer, so that a crash or a
// hang takes nothing with it.

#include "plugin/used_time.h"

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ferry::plugin {

/// Where a child writes its answer to.
inline constexpr int kChildAnswerDescriptor = 4;

enum class ChildOutput : std::uint8_t { Hidden, Shown };

struct SpawnOptions {
    std::filesystem::path program;
    std::vector<std::string> arguments;  ///< without the program's name
    /// Own descriptor, and the number that it becomes in the child (15 at most).
    std::vector<std::pair<int, int>> descriptors;
    ChildOutput error_output = ChildOutput::Shown;
    /// "NAME=value"; nullopt: this process' own.
    std::optional<std::vector<std::string>> environment = std::nullopt;
};

/// Starts the program with the descriptors given and those of its standard input (empty), output
/// (thrown away) and error output. -1 if that can't be done. Threads: any.
pid_t spawnChild(const SpawnOptions& options);

/// How a child ended, in words, by the status that waitpid() gave. `signal`, if not null: that
/// ended it, or 0.
std::string describeEnd(int status, int* signal = nullptr);
/// Blocks until the child has ended; in words, how. `signal` as above.
std::string waitForEnd(pid_t child, int* signal = nullptr);

struct ChildOptions {
    std::filesystem::path program;
    std::vector<std::string> arguments;  ///< without the program's name
    /// A child that has computed and slept for so long hangs. Waiting for a processor or the disk
    /// does not count: a busy machine lets a good one wait for many seconds.
    std::chrono::milliseconds timeout{5'000};
    std::size_t answer_bytes_max = 4096;  ///< more is cut off, and ends the child
    ChildOutput error_output = ChildOutput::Shown;
    /// Asked several times a second; true ends the child. May be empty.
    std::function<bool()> is_cancelled = {};
};

enum class ChildEnd : std::uint8_t { Answered, Hung, Cancelled, NotStarted };

struct ChildRun {
    ChildEnd end = ChildEnd::NotStarted;
    std::string answer;     ///< all that it wrote to kChildAnswerDescriptor
    int signal = 0;         ///< that ended it by itself; 0: none
    std::string exit_text;  ///< "was killed by signal 11 (...)" or "ended with status 3"
};

/// Waits for what a child does, within the limits of `options`, for all waits together. Whoever's
/// child it is.
class ChildWait {
  public:
    /// `options` outlives it.
    ChildWait(pid_t child, const ChildOptions& options);
    /// Blocks until poll() has something to say of one of these: Answered.
    ChildEnd until(std::span<pollfd> wanted);

  private:
    const ChildOptions& options_;
    UsedTime used_;
    const std::chrono::steady_clock::time_point latest_;
};

/// Starts the child and blocks until it has ended or was killed. Its standard input is empty, its
/// standard output is thrown away. Threads: any.
ChildRun runChild(const ChildOptions& options);

}  // namespace ferry::plugin
