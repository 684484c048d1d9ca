#include "plugin/probe_pool.h"

#include "plugin/probe_protocol.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace ferry::plugin {
namespace {

/// For the child's number, which comes at once: a machine may have no processor for a long time.
constexpr std::chrono::seconds kPatience{120};

}  // namespace

/// Threads: one at a time.
class ProbePool::Process {
  public:
    /// Null: it can't be started.
    static std::unique_ptr<Process> start(const std::filesystem::path& program) {
        std::array<int, 2> sockets{-1, -1};
        if (program.empty() ||
            ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0)
            return nullptr;
        SpawnOptions spawn;
        spawn.program = program;
        spawn.descriptors = {{sockets[1], kTrialsDescriptor}};
        const pid_t pid = spawnChild(spawn);
        ::close(sockets[1]);
        const timeval patience{kPatience.count(), 0};
        ::setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (pid >= 0) return std::unique_ptr<Process>(new Process(pid, sockets[0]));
        ::close(sockets[0]);
        return nullptr;
    }
    /// A trial that is under way ends with it.
    ~Process() {
        ::close(socket_);
        (void)end();
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// False if the process is of no use any more.
    bool run(int image, const ChildOptions& options, ChildRun& run) {
        std::array<int, 2> pipe{};
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return true;
        ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
        const bool is_sent = send(image, pipe[1]);
        ::close(pipe[1]);
        const std::optional<pid_t> child = is_sent ? receive<pid_t>() : std::nullopt;
        const bool has_begun = child && *child >= 0;
        const bool is_good = has_begun ? watch(*child, pipe[0], options, run) : child.has_value();
        ::close(pipe[0]);
        return is_good;
    }
    /// Kills it, if it is there, and says how it ended.
    const std::string& end() {
        if (how_it_ended_.empty()) {
            ::kill(pid_, SIGKILL);
            how_it_ended_ = waitForEnd(pid_);
        }
        return how_it_ended_;
    }

  private:
    Process(pid_t pid, int socket) : pid_(pid), socket_(socket) {}

    bool watch(pid_t child, int pipe, const ChildOptions& options, ChildRun& run) {
        ChildWait wait(child, options);
        bool has_ended = false;
        for (bool is_open = true; !has_ended;) {
            std::array<pollfd, 2> wanted{{{is_open ? pipe : -1, POLLIN, 0}, {socket_, POLLIN, 0}}};
            run.end = wait.until(wanted);
            if (run.end != ChildEnd::Answered) {
                ::kill(child, SIGKILL);  // of this program's death it may not want to know
                return false;
            }
            // What it left behind may keep the pipe open: that it has ended is enough.
            has_ended = wanted[1].revents != 0;
            is_open = is_open && readAll(pipe, options.answer_bytes_max, run.answer);
        }
        const std::optional<int> status = receive<int>();
        if (!status) {
            // Whatever the plugin did to it, it is no good one.
            run.exit_text = "ended the process that tried it";
            return false;
        }
        run.exit_text = describeEnd(*status, &run.signal);
        return true;
    }

    /// What there is. False: it was closed, or that is enough.
    static bool readAll(int pipe, std::size_t bytes_max, std::string& answer) {
        std::array<char, 1024> buffer;
        while (answer.size() < bytes_max) {
            const ssize_t size = ::read(pipe, buffer.data(), buffer.size());
            if (size == 0) return false;
            if (size < 0 && errno != EINTR) return errno == EAGAIN;
            if (size > 0) answer.append(buffer.data(), static_cast<std::size_t>(size));
        }
        return false;
    }

    bool send(int image, int answer) {
        char kind = kTrialRequest;
        iovec content{&kind, 1};
        const std::array<int, 2> descriptors{image, answer};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> control{};
        msghdr message{};
        message.msg_iov = &content;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const given = CMSG_FIRSTHDR(&message);
        given->cmsg_level = SOL_SOCKET;
        given->cmsg_type = SCM_RIGHTS;
        given->cmsg_len = CMSG_LEN(sizeof descriptors);
        std::memcpy(CMSG_DATA(given), descriptors.data(), sizeof descriptors);
        return ::sendmsg(socket_, &message, MSG_NOSIGNAL) == 1;
    }

    template <typename T>
    std::optional<T> receive() {
        T value{};
        ssize_t got = 0;
        do {
            got = ::recv(socket_, &value, sizeof value, 0);
        } while (got < 0 && errno == EINTR);
        return got == sizeof value ? std::optional(value) : std::nullopt;
    }

    const pid_t pid_;
    const int socket_;
    std::string how_it_ended_;
};

ProbePool::ProbePool(std::filesystem::path program) : program_(std::move(program)) {}

ProbePool::~ProbePool() = default;

ChildRun ProbePool::run(int image, const ChildOptions& options) {
    for (;;) {
        std::unique_ptr<Process> process;
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                process = std::move(idle_.back());
                idle_.pop_back();
            }
        }
        const bool is_fresh = !process;
        if (!process) process = Process::start(program_);
        ChildRun run;
        if (!process) return run;
        const bool is_good = process->run(image, options, run);
        if (is_good) {
            const std::lock_guard lock(mutex_);
            idle_.push_back(std::move(process));
            return run;
        }
        if (run.end != ChildEnd::NotStarted) return run;
        // One that was killed while it was idle has tried nothing. A new one that ends at once is
        // a broken program: it lets nothing pass.
        if (!is_fresh) continue;
        run.end = ChildEnd::Answered;
        run.exit_text = process->end();
        return run;
    }
}

}  // namespace ferry::plugin
