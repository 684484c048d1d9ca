#include "plugin/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace ferry::plugin {
namespace {

/// How often a child is looked at while it gives no answer.
constexpr std::chrono::milliseconds kLook{50};
/// Nothing waits longer than this for a processor; a process that nobody can kill is not waited
/// for.
constexpr std::chrono::minutes kRunMax{2};

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

/// Starts the child with the image and the answer pipe at the agreed numbers; -1 on failure.
pid_t start(const ChildOptions& options, int image, int answer) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (options.error_output == ChildOutput::Hidden)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (image >= 0) posix_spawn_file_actions_adddup2(&actions, image, kChildImageDescriptor);
    posix_spawn_file_actions_adddup2(&actions, answer, kChildAnswerDescriptor);
    const std::string program = options.program.string();
    std::vector<char*> arguments{const_cast<char*>(program.c_str())};
    for (const std::string& argument : options.arguments)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    pid_t child = -1;
    const int error =
        ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? child : -1;
}

/// Takes all that the child writes until it ends.
ChildEnd readAnswer(int pipe, pid_t child, const ChildOptions& options, std::string& answer) {
    UsedTime used(child);
    const auto latest = std::chrono::steady_clock::now() + kRunMax;
    while (answer.size() < options.answer_bytes_max) {
        pollfd wanted{pipe, POLLIN, 0};
        if (::poll(&wanted, 1, static_cast<int>(kLook.count())) <= 0) {
            if (options.is_cancelled && options.is_cancelled()) return ChildEnd::Cancelled;
            if (used.count() > options.timeout) return ChildEnd::Hung;
            if (std::chrono::steady_clock::now() > latest) return ChildEnd::Hung;
            continue;
        }
        std::array<char, 1024> buffer;
        const ssize_t size = ::read(pipe, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return ChildEnd::Answered;
}

void waitFor(pid_t child, ChildRun& run) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        run.signal = WTERMSIG(status);
        run.exit_text =
            fmt::format("was killed by signal {} ({})", run.signal, ::strsignal(run.signal));
    } else {
        run.exit_text = fmt::format("ended with status {}", WEXITSTATUS(status));
    }
}

}  // namespace

ChildRun runChild(const ChildOptions& options) {
    ChildRun run;
    std::array<int, 2> pipe{};
    if (options.program.empty() || ::pipe2(pipe.data(), O_CLOEXEC) != 0) return run;
    // Away from the numbers that the child gets, or the second dup2 would undo the first.
    const int image_copy =
        options.image < 0 ? -1
                          : ::fcntl(options.image, F_DUPFD_CLOEXEC, kChildAnswerDescriptor + 1);
    const int answer_end = ::fcntl(pipe[1], F_DUPFD_CLOEXEC, kChildAnswerDescriptor + 1);
    ::close(pipe[1]);
    const bool is_ready = answer_end >= 0 && (image_copy >= 0 || options.image < 0);
    const pid_t child = is_ready ? start(options, image_copy, answer_end) : -1;
    if (image_copy >= 0) ::close(image_copy);
    if (answer_end >= 0) ::close(answer_end);
    if (child < 0) {
        ::close(pipe[0]);
        return run;
    }
    run.end = readAnswer(pipe[0], child, options, run.answer);
    ::close(pipe[0]);
    ::kill(child, SIGKILL);  // it has nothing more to do, and a hanging one must not stay
    waitFor(child, run);
    return run;
}

}  // namespace ferry::plugin
