#include "faults/child_process.h"

#include "base/check.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace ferry::test {

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    FERRY_CHECK(::pipe(ends.data()) == 0, "a pipe can be made");
    std::vector<char*> pointers;
    for (const std::string& argument : arguments)
        pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    pid_ = ::fork();
    FERRY_CHECK(pid_ >= 0, "a process can be started");
    if (pid_ == 0) {
        // Only calls that are safe between fork and exec. It dies with the test, and has none of
        // its sockets, which would seem to live when the test has closed them.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(ends[1], STDERR_FILENO);
        ::dup2(ends[1], STDOUT_FILENO);
        ::closefrom(STDERR_FILENO + 1);
        ::execv(pointers[0], pointers.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
    reader_ = std::thread([this] { read(); });
}

ChildProcess::~ChildProcess() {
    kill();
    reader_.join();
    ::close(pipe_);
}

void ChildProcess::read() {
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t count = ::read(pipe_, buffer.data(), buffer.size());
        const std::lock_guard lock(mutex_);
        if (count <= 0) is_closed_ = true;
        if (count > 0) output_.append(buffer.data(), static_cast<std::size_t>(count));
        changed_.notify_all();
        if (count <= 0) return;
    }
}

void ChildProcess::signal(int number) const {
    if (!has_ended_) ::kill(pid_, number);
}

bool ChildProcess::kill() {
    if (has_ended_) return false;
    signal(SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    has_ended_ = true;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

std::optional<int> ChildProcess::waitForEnd(Milliseconds timeout) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    pollfd watched{descriptor, POLLIN, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(timeout.count()));
    ::close(descriptor);
    if (ready <= 0) return std::nullopt;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    has_ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ChildProcess::waitForLine(const std::string& text, Milliseconds timeout) {
    std::unique_lock lock(mutex_);
    std::string line;
    changed_.wait_for(lock, timeout, [&] {
        const std::size_t at = output_.find(text);
        const std::size_t end = at == std::string::npos ? at : output_.find('\n', at);
        if (end == std::string::npos) return is_closed_;
        const std::size_t begin = output_.rfind('\n', at);
        const std::size_t first = begin == std::string::npos ? 0 : begin + 1;
        line = output_.substr(first, end - first);
        return true;
    });
    return line;
}

std::string ChildProcess::errorOutput() const {
    const std::lock_guard lock(mutex_);
    return output_;
}

}  // namespace ferry::test
