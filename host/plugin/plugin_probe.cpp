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
#include <optional>
#include <string>

namespace ferry::plugin {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

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

/// All that the child writes until it ends; nullopt if the deadline came first.
std::optional<std::string> readAnswer(int pipe, Deadline deadline) {
    constexpr std::size_t kAnswerBytesMax = 4096;
    std::string answer;
    while (answer.size() < kAnswerBytesMax) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        if (left.count() <= 0) return std::nullopt;
        pollfd wanted{pipe, POLLIN, 0};
        if (::poll(&wanted, 1, static_cast<int>(left.count())) <= 0) continue;
        std::array<char, 1024> buffer;
        const ssize_t size = ::read(pipe, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return answer;
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

Loaded<void> judge(const std::optional<std::string>& answer, const std::string& end) {
    if (!answer)
        return refuse(
            "probe-hung",
            "the entry of the plugin did not return in time; ask its author for a new version"
        );
    const std::size_t blank = answer->find(' ');
    const std::string rule = answer->substr(0, blank);
    if (blank == std::string::npos)
        return refuse(
            "probe-crashed",
            fmt::format(
                "a trial process that loaded the plugin {}; ask its author for a new version", end
            )
        );
    if (rule == kProbeOk) return {};
    const std::string_view text = std::string_view(*answer).substr(blank + 1);
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
    const auto answer = readAnswer(pipe[0], std::chrono::steady_clock::now() + options.timeout);
    ::close(pipe[0]);
    ::kill(child, SIGKILL);  // it has nothing more to do, and a hanging one must not stay
    return {judge(answer, waitFor(child)), true};
}

}  // namespace ferry::plugin
