#include "isolation/isolated_process.h"

#include "isolation/codec.h"
#include "plugin/child_process.h"
#include "plugin/used_time.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

namespace ferry::isolation {
namespace {

using Steady = std::chrono::steady_clock;
using plugin::UsedTime;

/// Nobody waits longer for an answer, whatever the process waits for.
constexpr std::chrono::minutes kCallMax{2};
constexpr std::size_t kReadBytes = 64U << 10U;
constexpr std::size_t kReadBytesMax = 1U << 20U;
/// A plugin that writes more during one call floods the log.
constexpr int kLogLinesMax = 1'000;

/// The hub's environment may hold secrets: nothing of it goes on but where libraries are.
std::vector<std::string> cleanEnvironment() {
    std::vector<std::string> kept;
    constexpr std::string_view kLibraries = "LD_LIBRARY_PATH=";
    for (char** entry = environ; *entry != nullptr; ++entry)
        if (std::string_view(*entry).starts_with(kLibraries)) kept.emplace_back(*entry);
    return kept;
}

}  // namespace

plugin::Refusal refusalOf(const ProcessFailure& failure) {
    switch (failure.fault) {
        case ProcessFault::Hung:
            return {
                "probe-hung",
                "the entry of the plugin did not return in time; ask its author for a new version"};
        case ProcessFault::Forbidden:
            return {
                "isolation-forbidden",
                fmt::format(
                    "while it was loaded the plugin {}; take it out of plugin_isolation if you "
                    "trust it",
                    failure.text
                )};
        case ProcessFault::Stopped:
            return {"probe-cancelled", "its trial was cut short, because the hub stops"};
        case ProcessFault::Ended:
        case ProcessFault::Malformed:
            break;
    }
    return {
        "probe-crashed",
        fmt::format(
            "the process that loaded the plugin {}; ask its author for a new version", failure.text
        )};
}

/// Counts the time of one call; looks at the process only when it takes long.
class IsolatedProcess::CallTime {
  public:
    CallTime(pid_t process, const CallLimits& limits)
        : used_(process), limits_(limits), next_look_(began_ + UsedTime::kLook) {}

    /// Call after each piece of work.
    bool isOver() {
        const Steady::time_point now = Steady::now();
        if (now < next_look_) return false;
        next_look_ = now + UsedTime::kLook;
        if (isStopped()) return true;
        const Milliseconds used = used_.count();
        if (!before_) before_ = used;
        return used - *before_ > limits_.computing || now - began_ > kCallMax;
    }
    bool isStopped() const {
        const auto stops_at = limits_.stops_at ? limits_.stops_at() : std::nullopt;
        return stops_at && Steady::now() >= *stops_at;
    }

  private:
    UsedTime used_;
    const CallLimits& limits_;
    const Steady::time_point began_ = Steady::now();
    Steady::time_point next_look_;
    std::optional<Milliseconds> before_;
};

std::unique_ptr<IsolatedProcess> IsolatedProcess::start(
    const std::filesystem::path& program, int image
) {
    std::array<int, 2> sockets{-1, -1};
    std::array<int, 2> lifeline{-1, -1};
    pid_t child = -1;
    if (!program.empty() &&
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) == 0 &&
        ::pipe2(lifeline.data(), O_CLOEXEC) == 0) {
        plugin::SpawnOptions spawn;
        spawn.program = program;
        spawn.descriptors = {
            {image, kImageDescriptor},
            {sockets[1], kSocketDescriptor},
            {lifeline[0], kLifelineDescriptor}};
        spawn.environment = cleanEnvironment();
        child = plugin::spawnChild(spawn);
    }
    for (const int given : {sockets[1], lifeline[0]})
        if (given >= 0) ::close(given);
    if (child < 0) {
        for (const int kept : {sockets[0], lifeline[1]})
            if (kept >= 0) ::close(kept);
        return nullptr;
    }
    // A wait that returns this often saves a poll() before each.
    const timeval look{0, std::chrono::microseconds(UsedTime::kLook).count()};
    ::setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &look, sizeof look);
    ::setsockopt(sockets[0], SOL_SOCKET, SO_SNDTIMEO, &look, sizeof look);
    return std::unique_ptr<IsolatedProcess>(new IsolatedProcess(child, sockets[0], lifeline[1]));
}

IsolatedProcess::~IsolatedProcess() {
    end();
    ::close(socket_);
    ::close(lifeline_);
}

const std::string& IsolatedProcess::end() {
    if (!how_it_ended_.empty()) return how_it_ended_;
    ::kill(pid_, SIGKILL);
    how_it_ended_ = plugin::waitForEnd(pid_);
    return how_it_ended_;
}

bool IsolatedProcess::hasEnded() {
    if (!how_it_ended_.empty()) return true;
    siginfo_t info{};
    // Left as it is, so that end() can say how it ended.
    const auto options = WEXITED | WNOHANG | WNOWAIT;
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, options) != 0 || info.si_pid != 0;
}

tl::unexpected<ProcessFailure> IsolatedProcess::fault(ProcessFault fault, std::string text) {
    end();
    return tl::unexpected<ProcessFailure>(ProcessFailure{fault, std::move(text)});
}

tl::unexpected<ProcessFailure> IsolatedProcess::tooLong(const CallTime& time, std::string text) {
    if (time.isStopped())
        return fault(ProcessFault::Stopped, "was ended in the middle of a call: the hub stops");
    return fault(ProcessFault::Hung, std::move(text));
}

Exchanged<void> IsolatedProcess::send(std::string_view bytes, CallTime& time) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno != EAGAIN && errno != EINTR) {
            return fault(ProcessFault::Ended, std::string(end()));
        }
        if (time.isOver()) return tooLong(time, "does not take its call");
    }
    return {};
}

Exchanged<std::string> IsolatedProcess::receive(CallTime& time) {
    for (;;) {
        std::size_t wanted = kReadBytes;
        if (input_.size() >= kLengthBytes) {
            const std::size_t length = frameLength(input_);
            const std::size_t whole = kLengthBytes + length;
            if (length == 0 || length > kFrameBytesMax)
                return fault(
                    ProcessFault::Malformed, fmt::format("sent a frame of {} bytes", length)
                );
            if (input_.size() >= whole) {
                std::string rest = input_.substr(whole);
                input_.resize(whole);
                return std::exchange(input_, std::move(rest));
            }
            wanted = std::clamp(whole - input_.size(), kReadBytes, kReadBytesMax);
        }
        // What it says is to come takes no memory before it comes.
        const std::size_t size = input_.size();
        input_.resize(size + wanted);
        const ssize_t got = ::recv(socket_, input_.data() + size, wanted, 0);
        const int error = errno;
        input_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0 || (got < 0 && error != EAGAIN && error != EINTR))
            return fault(ProcessFault::Ended, std::string(end()));
        if (time.isOver()) return tooLong(time, "gave no answer in time");
    }
}

Exchanged<ProcessAnswer> IsolatedProcess::call(
    std::string_view frame, const CallLimits& limits, const OnLog& on_log
) {
    if (hasEnded()) return fault(ProcessFault::Ended, std::string(end()));
    CallTime time(pid_, limits);
    if (auto sent = send(frame, time); !sent) return tl::unexpected(std::move(sent.error()));
    for (int lines = 0; lines <= kLogLinesMax; ++lines) {
        auto received = receive(time);
        if (!received) return tl::unexpected(std::move(received.error()));
        const std::string_view content = std::string_view(*received).substr(kLengthBytes);
        FrameReader reader(content, Sender::Plugin);
        Report report = Report::Answer;
        reader(report);
        if (report == Report::Log) {
            plugin::LogLine line;
            reader(line);
            if (reader.isDone()) {
                on_log(std::move(line));
                continue;
            }
        } else if (report == Report::Forbidden) {
            std::string name;
            reader(name);
            makePrintable(reader, name);
            if (reader.isDone())
                return fault(
                    ProcessFault::Forbidden,
                    fmt::format("made the system call '{}', which isolation forbids", name)
                );
        } else if (ProcessAnswer answer; reader(answer.head)) {
            answer.begin = received->size() - reader.left();
            answer.frame = std::move(*received);
            return answer;
        }
        return fault(
            ProcessFault::Malformed, fmt::format("sent a malformed frame: {}", reader.problem())
        );
    }
    return fault(
        ProcessFault::Malformed, fmt::format("wrote {} lines during a call", kLogLinesMax)
    );
}

}  // namespace ferry::isolation
