#include "plugin/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ferry::plugin {
namespace {

/// Nothing waits longer than this for a processor; a process that nobody can kill is not waited
/// for.
constexpr std::chrono::minutes kRunMax{2};

/// Numbers that no child is given: a dup2 to one that it is given would undo another.
constexpr int kFirstFreeDescriptor = 16;

/// Takes all that the child writes until it ends.
ChildEnd takeAnswer(int pipe, pid_t child, const ChildOptions& options, std::string& answer) {
    ChildWait wait(child, options);
    while (answer.size() < options.answer_bytes_max) {
        pollfd wanted{pipe, POLLIN, 0};
        const ChildEnd end = wait.until({&wanted, 1});
        if (end != ChildEnd::Answered) return end;
        std::array<char, 1024> buffer;
        const ssize_t size = ::read(pipe, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return ChildEnd::Answered;
}

}  // namespace

pid_t spawnChild(const SpawnOptions& options) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (options.error_output == ChildOutput::Hidden)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<int> copies;
    bool is_ready = true;
    for (const auto& [own, given] : options.descriptors) {
        copies.push_back(::fcntl(own, F_DUPFD_CLOEXEC, kFirstFreeDescriptor));
        is_ready = is_ready && copies.back() >= 0 && given < kFirstFreeDescriptor;
        posix_spawn_file_actions_adddup2(&actions, copies.back(), given);
    }
    const std::string program = options.program.string();
    const auto pointers = [](std::vector<char*> list, const std::vector<std::string>& texts) {
        for (const std::string& text : texts)
            list.push_back(const_cast<char*>(text.c_str()));
        list.push_back(nullptr);
        return list;
    };
    const std::vector<char*> arguments =
        pointers({const_cast<char*>(program.c_str())}, options.arguments);
    const std::vector<char*> environment =
        options.environment ? pointers({}, *options.environment) : std::vector<char*>();
    pid_t child = -1;
    const int error = is_ready ? ::posix_spawn(
                                     &child,
                                     program.c_str(),
                                     &actions,
                                     nullptr,
                                     arguments.data(),
                                     options.environment ? environment.data() : environ
                                 )
                               : EBADF;
    posix_spawn_file_actions_destroy(&actions);
    for (const int copy : copies)
        if (copy >= 0) ::close(copy);
    return error == 0 ? child : -1;
}

std::string waitForEnd(pid_t child, int* signal) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return describeEnd(status, signal);
}

std::string describeEnd(int status, int* signal) {
    const int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (signal != nullptr) *signal = number;
    return number != 0 ? fmt::format("was killed by signal {} ({})", number, ::strsignal(number))
                       : fmt::format("ended with status {}", WEXITSTATUS(status));
}

ChildWait::ChildWait(pid_t child, const ChildOptions& options)
    : options_(options), used_(child), latest_(std::chrono::steady_clock::now() + kRunMax) {}

ChildEnd ChildWait::until(std::span<pollfd> wanted) {
    for (;;) {
        if (::poll(wanted.data(), wanted.size(), static_cast<int>(UsedTime::kLook.count())) > 0)
            return ChildEnd::Answered;
        if (options_.is_cancelled && options_.is_cancelled()) return ChildEnd::Cancelled;
        if (used_.count() > options_.timeout) return ChildEnd::Hung;
        if (std::chrono::steady_clock::now() > latest_) return ChildEnd::Hung;
    }
}

ChildRun runChild(const ChildOptions& options) {
    ChildRun run;
    std::array<int, 2> pipe{};
    if (options.program.empty() || ::pipe2(pipe.data(), O_CLOEXEC) != 0) return run;
    SpawnOptions spawn{options.program, options.arguments, {{pipe[1], kChildAnswerDescriptor}}};
    spawn.error_output = options.error_output;
    const pid_t child = spawnChild(spawn);
    ::close(pipe[1]);
    if (child < 0) {
        ::close(pipe[0]);
        return run;
    }
    run.end = takeAnswer(pipe[0], child, options, run.answer);
    ::close(pipe[0]);
    ::kill(child, SIGKILL);  // it has nothing more to do, and a hanging one must not stay
    run.exit_text = waitForEnd(child, &run.signal);
    return run;
}

}  // namespace ferry::plugin
