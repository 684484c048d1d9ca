#include "plugin/plugin_probe.h"

#include "plugin/call_scope.h"
#include "plugin/probe_protocol.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

namespace ferry::plugin {
namespace {

/// How often a trial is looked at while it gives no answer.
constexpr std::chrono::milliseconds kLook{50};
/// Nothing waits longer than this for a processor; a process that nobody can kill is not waited
/// for.
constexpr std::chrono::minutes kTrialMax{2};

/// What a process has used of the time that it may take: what it computed, and what it slept.
class UsedTime {
  public:
    explicit UsedTime(pid_t process) : stat_("/proc/" + std::to_string(process) + "/stat") {}

    /// Call every kLook.
    std::chrono::milliseconds count() {
        std::ifstream in(stat_);
        std::string text;
        std::getline(in, text);
        // "pid (name) state ppid ... utime stime ..."; the name may hold anything.
        const std::size_t name_end = text.rfind(')');
        if (name_end == std::string::npos) return slept_ + computed_;
        std::istringstream fields(text.substr(name_end + 1));
        std::string state;
        std::string skipped;
        fields >> state;
        for (int i = 0; i < 10; ++i)
            fields >> skipped;
        long user_ticks = 0;
        long system_ticks = 0;
        fields >> user_ticks >> system_ticks;
        static const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
        computed_ =
            std::chrono::milliseconds((user_ticks + system_ticks) * 1'000 / ticks_per_second);
        // R waits for a processor or has one, D waits for the disk.
        if (state != "R" && state != "D") slept_ += kLook;
        return slept_ + computed_;
    }

  private:
    const std::string stat_;
    std::chrono::milliseconds slept_{0};
    std::chrono::milliseconds computed_{0};
};

enum class TrialEnd : std::uint8_t { Answered, Hung, Cancelled };

/// Starts the child with the image and the answer pipe at the agreed numbers; -1 on failure.
pid_t startProbe(const std::string& program, int image, int answer) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, image, kProbeImageDescriptor);
    posix_spawn_file_actions_adddup2(&actions, answer, kProbeAnswerDescriptor);
    std::array<char*, 2> arguments{const_cast<char*>(program.c_str()), nullptr};
    pid_t child = -1;
    const int error =
        ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? child : -1;
}

/// Takes all that the child writes until it ends.
TrialEnd readAnswer(int pipe, pid_t child, const ProbeOptions& options, std::string& answer) {
    constexpr std::size_t kAnswerBytesMax = 4096;
    UsedTime used(child);
    const auto latest = std::chrono::steady_clock::now() + kTrialMax;
    while (answer.size() < kAnswerBytesMax) {
        pollfd wanted{pipe, POLLIN, 0};
        if (::poll(&wanted, 1, static_cast<int>(kLook.count())) <= 0) {
            if (options.is_cancelled && options.is_cancelled()) return TrialEnd::Cancelled;
            if (used.count() > options.timeout) return TrialEnd::Hung;
            if (std::chrono::steady_clock::now() > latest) return TrialEnd::Hung;
            continue;
        }
        std::array<char, 1024> buffer;
        const ssize_t size = ::read(pipe, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return TrialEnd::Answered;
}

/// "was killed by signal 11" or "ended with status 3".
std::string waitFor(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status))
        return fmt::format(
            "was killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status))
        );
    return fmt::format("ended with status {}", WEXITSTATUS(status));
}

Loaded<void> judge(TrialEnd trial, const std::string& answer, const std::string& end) {
    if (trial == TrialEnd::Cancelled)
        return refuse("probe-cancelled", "its trial was cut short, because the hub stops");
    if (trial == TrialEnd::Hung)
        return refuse(
            "probe-hung",
            "the entry of the plugin did not return in time; ask its author for a new version"
        );
    const std::size_t blank = answer.find(' ');
    const std::string rule = answer.substr(0, blank);
    if (blank == std::string::npos)
        return refuse(
            "probe-crashed",
            fmt::format(
                "a trial process that loaded the plugin {}; ask its author for a new version", end
            )
        );
    if (rule == kProbeOk) return {};
    const std::string_view text = std::string_view(answer).substr(blank + 1);
    return refuse(
        rule,
        fmt::format(
            "{}; rebuild the plugin with ferry_add_plugin()",
            cleanMessage({text.data(), text.size()})
        )
    );
}

}  // namespace

ProbeResult probePlugin(const PluginImage& image, const ProbeOptions& options) {
    std::array<int, 2> pipe{};
    if (options.program.empty() || ::pipe2(pipe.data(), O_CLOEXEC) != 0) return {{}, false};
    // Away from the numbers that the child gets, or the second dup2 would undo the first.
    const int image_copy = ::fcntl(image.descriptor(), F_DUPFD_CLOEXEC, kProbeAnswerDescriptor + 1);
    const int answer_end = ::fcntl(pipe[1], F_DUPFD_CLOEXEC, kProbeAnswerDescriptor + 1);
    ::close(pipe[1]);
    const pid_t child = image_copy < 0 || answer_end < 0
                            ? -1
                            : startProbe(options.program.string(), image_copy, answer_end);
    ::close(image_copy);
    ::close(answer_end);
    if (child < 0) {
        ::close(pipe[0]);
        return {{}, false};
    }
    std::string answer;
    const TrialEnd trial = readAnswer(pipe[0], child, options, answer);
    ::close(pipe[0]);
    ::kill(child, SIGKILL);  // it has nothing more to do, and a hanging one must not stay
    return {judge(trial, answer, waitFor(child)), true};
}

}  // namespace ferry::plugin
