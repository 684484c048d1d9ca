#pragma once
// One process of ferry-plugin-host: started, asked, ended. What to do when it dies is told to it by
// nobody: see isolated_plugin.h.

#include "base/clock.h"
#include "isolation/protocol.h"
#include "plugin/plugin_log.h"
#include "plugin/refusal.h"

#include <sys/types.h>
#include <tl/expected.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::isolation {

enum class ProcessFault : std::uint8_t {
    Ended,      ///< by itself, or somebody killed it
    Hung,       ///< took longer than it may
    Forbidden,  ///< the plugin made a system call that isolation forbids
    Malformed,  ///< what it sent is no answer
    Stopped,    ///< the hub ends, and did not wait for it
};

/// Why a call has no answer. The process is of no use any more.
struct ProcessFailure {
    ProcessFault fault = ProcessFault::Ended;
    std::string text;  ///< in words: "was killed by signal 11 (Segmentation fault)"
};

/// Why a plugin is not loaded whose process failed while it was.
plugin::Refusal refusalOf(const ProcessFailure& failure);

template <typename T>
using Exchanged = tl::expected<T, ProcessFailure>;

/// What a call was answered with, and the child's counters.
struct ProcessAnswer {
    AnswerHead head;
    std::string frame;
    std::size_t begin = 0;  ///< of the result in the frame

    std::string_view result() const { return std::string_view(frame).substr(begin); }
};

/// A time that no call goes beyond, once there is one.
using StopsAt = std::function<std::optional<std::chrono::steady_clock::time_point>()>;

/// How long a call may take.
struct CallLimits {
    /// That the process computes and sleeps meanwhile; waiting for a processor does not count.
    Milliseconds computing{};
    StopsAt stops_at = {};  ///< may be empty
};

/// Ended by the destructor, and by the kernel when this process ends. Threads: one at a time.
class IsolatedProcess {
  public:
    /// Takes log lines while a call is answered.
    using OnLog = std::function<void(plugin::LogLine)>;

    /// `image` is the descriptor of the plugin's copy in memory. Null: it can't be started.
    static std::unique_ptr<IsolatedProcess> start(const std::filesystem::path& program, int image);
    ~IsolatedProcess();
    IsolatedProcess(const IsolatedProcess&) = delete;
    IsolatedProcess& operator=(const IsolatedProcess&) = delete;

    /// Sends a call, with its length before it, and waits for its answer. The frame fits
    /// (kFrameBytesMax).
    Exchanged<ProcessAnswer> call(
        std::string_view frame, const CallLimits& limits, const OnLog& on_log
    );
    /// True if it is gone. Does not block.
    bool hasEnded();
    /// Kills it, if it is there, and says how it ended. Again: the same.
    const std::string& end();
    pid_t pid() const noexcept { return pid_; }

  private:
    class CallTime;
    IsolatedProcess(pid_t pid, int socket, int lifeline)
        : pid_(pid), socket_(socket), lifeline_(lifeline) {}

    Exchanged<void> send(std::string_view bytes, CallTime& time);
    /// The next frame, with its length before it.
    Exchanged<std::string> receive(CallTime& time);
    tl::unexpected<ProcessFailure> fault(ProcessFault fault, std::string text);
    tl::unexpected<ProcessFailure> tooLong(const CallTime& time, std::string text);

    const pid_t pid_;
    const int socket_;
    const int lifeline_;
    std::string input_;
    std::string how_it_ended_;
};

}  // namespace ferry::isolation
