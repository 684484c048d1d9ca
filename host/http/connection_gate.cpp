#include "http/connection_gate.h"

#include "base/check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace ferry::http {
namespace {

/// Done before connections that are ready are handed on.
constexpr int kEventsMax = 64;
constexpr int kAcceptsMax = 64;
/// Taken from one connection before others have their turn.
constexpr std::size_t kReceivedMax = 256 * 1024;
/// How much of what a refused client still sends is read and dropped, so that it sees the answer
/// before its connection is reset.
constexpr std::size_t kLingerBytesMax = 1 << 20;
constexpr Milliseconds kLingerTime{500};
/// While the server stops, or without descriptors: the accepting thread must not spin.
constexpr int kPauseMs = 20;

}  // namespace

ConnectionGate::ConnectionGate(GateOptions options, std::shared_ptr<ConnectionGauge> gauge)
    : options_(std::move(options)),
      gauge_(std::move(gauge)),
      epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    FERRY_CHECK(epoll_fd_ >= 0 && wake_fd_ >= 0, "epoll or eventfd failed");
    epoll_event event{EPOLLIN, {.ptr = &wake_fd_}};
    FERRY_CHECK(::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) == 0, "epoll_ctl failed");
}

ConnectionGate::~ConnectionGate() {
    ::close(epoll_fd_);
    ::close(wake_fd_);
}

bool ConnectionGate::wait(int listening_fd, Milliseconds timeout) {
    if (!is_listening_) {
        // Accepted until there are no more; it must not block then.
        ::fcntl(listening_fd, F_SETFL, ::fcntl(listening_fd, F_GETFL) | O_NONBLOCK);
        epoll_event event{EPOLLIN, {.ptr = this}};
        is_listening_ = ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, listening_fd, &event) == 0;
        FERRY_CHECK(is_listening_, "epoll_ctl failed");
    }
    const auto until = Steady::now() + timeout;
    while (ready_.empty() && !gauge_->isStopping()) {
        const auto now = Steady::now();
        if (next_deadline_ && *next_deadline_ <= now) endLate(now);
        if (now >= until) return false;
        const auto next = next_deadline_ ? std::min(until, *next_deadline_) : until;
        poll(listening_fd, std::chrono::ceil<Milliseconds>(next - now));
        makeRoom();
    }
    if (!gauge_->isStopping()) return true;
    clear();
    ::poll(nullptr, 0, kPauseMs);
    return false;
}

std::unique_ptr<Connection> ConnectionGate::takeReady() {
    FERRY_CHECK(!ready_.empty(), "no connection is ready");
    std::unique_ptr<Connection> connection = std::move(ready_.front());
    ready_.pop_front();
    return connection;
}

void ConnectionGate::park(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    parked_.push_back(std::move(connection));
    const std::uint64_t one = 1;
    // It can't be full: each wake-up takes all.
    FERRY_CHECK(::write(wake_fd_, &one, sizeof one) == sizeof one, "eventfd failed");
}

void ConnectionGate::poll(int listening_fd, Milliseconds timeout) {
    epoll_event events[kEventsMax];
    const int wait_ms = static_cast<int>(std::max<Milliseconds::rep>(timeout.count(), 0));
    const int count = ::epoll_wait(epoll_fd_, events, kEventsMax, wait_ms);
    bool has_newcomers = false;
    bool has_parked = false;
    for (int i = 0; i < count; ++i) {
        void* const what = events[i].data.ptr;
        if (what == this) {
            has_newcomers = true;
        } else if (what == &wake_fd_) {
            has_parked = true;
        } else {
            receive(*static_cast<Connection*>(what));
        }
    }
    // Only now, as these may close connections that stand in `events`.
    if (has_parked) takeParked();
    if (has_newcomers) acceptSome(listening_fd);
}

void ConnectionGate::acceptSome(int listening_fd) {
    for (int i = 0; i < kAcceptsMax; ++i) {
        sockaddr_storage storage{};
        socklen_t length = sizeof storage;
        auto* raw = reinterpret_cast<sockaddr*>(&storage);
        // Not non-blocking: a thread that waits for the next request does so in a read.
        const int fd = ::accept4(listening_fd, raw, &length, SOCK_CLOEXEC);
        if (fd < 0 && errno == EINTR) continue;
        if (fd < 0) {
            if (errno != EMFILE && errno != ENFILE) return;
            if (waiting_.empty()) {
                ::poll(nullptr, 0, kPauseMs);
                return;
            }
            leave(*waiting_.front());
            ++dropped_total_;
            continue;
        }
        auto connection = std::make_unique<Connection>(
            fd,
            Poco::Net::SocketAddress(raw, length),
            options_.body_bytes_max,
            options_.streams_body
        );
        connection->deadline = Steady::now() + options_.timeouts.head;
        enter(std::move(connection));
    }
}

void ConnectionGate::takeParked() {
    std::vector<std::unique_ptr<Connection>> parked;
    {
        const std::lock_guard lock(mutex_);
        std::uint64_t ignored = 0;
        const ssize_t got = ::read(wake_fd_, &ignored, sizeof ignored);
        FERRY_CHECK(got == sizeof ignored || errno == EAGAIN, "eventfd failed");
        parked.swap(parked_);
    }
    for (std::unique_ptr<Connection>& connection : parked)
        enter(std::move(connection));
}

void ConnectionGate::enter(std::unique_ptr<Connection> connection) {
    Connection& entered = *connection;
    entered.place = waiting_.insert(waiting_.end(), std::move(connection));
    waiting_count_.store(waiting_.size());
    if (entered.stage == Connection::Stage::Lingering) return linger(entered);
    // What came with the handshake, or before it was parked, needs no wait.
    if (entered.reader.wantsBytes()) {
        receive(entered);
    } else {
        settle(entered);
    }
}

void ConnectionGate::receive(Connection& connection) {
    if (connection.stage == Connection::Stage::Lingering) return dropBytes(connection);
    RequestReader& reader = connection.reader;
    for (std::size_t total = 0; total < kReceivedMax;) {
        const std::span<char> space = reader.space();
        const ssize_t got = ::recv(connection.fd, space.data(), space.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (got > 0) {
            reader.added(static_cast<std::size_t>(got));
            total += static_cast<std::size_t>(got);
        } else {
            if (got == 0) reader.ended();
            if (reader.state() != RequestReader::State::Refused) {
                leave(connection);  // nothing was asked, or nobody is there to hear the answer
                return;
            }
        }
        if (!reader.wantsBytes()) break;
    }
    settle(connection);
}

void ConnectionGate::settle(Connection& connection) {
    waiting_bytes_ += connection.reader.bytesHeld() - connection.bytes_counted;
    connection.bytes_counted = connection.reader.bytesHeld();
    switch (connection.reader.state()) {
        case RequestReader::State::Ready:
            if (isDeferred(connection.reader)) return options_.defer(leave(connection));
            ready_.push_back(leave(connection));
            return;
        case RequestReader::State::Refused:
            return answerRefusal(connection);
        case RequestReader::State::Head:
        case RequestReader::State::Body:
            sendContinue(connection.fd, connection.reader);
            connection.updateDeadline(options_.timeouts, Steady::now());
            return wait(connection);
    }
}

void ConnectionGate::answerRefusal(Connection& connection) {
    const std::string answer = options_.refuse(connection.reader.refusal(), connection.peer_text);
    static_cast<void>(
        ::send(connection.fd, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
    );
    linger(connection);
}

void ConnectionGate::linger(Connection& connection) {
    ::shutdown(connection.fd, SHUT_WR);
    connection.reader.release();
    waiting_bytes_ -= std::exchange(connection.bytes_counted, 0);
    connection.stage = Connection::Stage::Lingering;
    connection.deadline = Steady::now() + kLingerTime;
    dropBytes(connection);
}

void ConnectionGate::dropBytes(Connection& connection) {
    char dropped[16384];
    while (connection.bytes_dropped < kLingerBytesMax) {
        const ssize_t got = ::recv(connection.fd, dropped, sizeof dropped, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return wait(connection);
        if (got <= 0) break;
        connection.bytes_dropped += static_cast<std::size_t>(got);
    }
    leave(connection);
}

void ConnectionGate::wait(Connection& connection) {
    next_deadline_ = std::min(next_deadline_.value_or(connection.deadline), connection.deadline);
    if (connection.is_polled) return;
    epoll_event event{EPOLLIN, {.ptr = &connection}};
    connection.is_polled = ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, connection.fd, &event) == 0;
    if (!connection.is_polled) leave(connection);
}

std::unique_ptr<Connection> ConnectionGate::leave(Connection& connection) {
    if (std::exchange(connection.is_polled, false)) {
        ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, connection.fd, nullptr);
    }
    waiting_bytes_ -= std::exchange(connection.bytes_counted, 0);
    std::unique_ptr<Connection> left = std::move(*connection.place);
    waiting_.erase(left->place);
    waiting_count_.store(waiting_.size());
    return left;
}

void ConnectionGate::endLate(Steady::time_point now) {
    next_deadline_.reset();
    for (auto next = waiting_.begin(); next != waiting_.end();) {
        Connection& connection = **next++;  // it may leave
        if (connection.deadline > now) {
            next_deadline_ =
                std::min(next_deadline_.value_or(connection.deadline), connection.deadline);
        } else if (connection.stage == Connection::Stage::Head) {
            connection.reader.refuse(408, "the head of the request took too long to arrive");
            answerRefusal(connection);
        } else if (connection.stage == Connection::Stage::Body) {
            connection.reader.refuse(408, "the body took too long to arrive");
            answerRefusal(connection);
        } else {
            leave(connection);
        }
    }
}

void ConnectionGate::makeRoom() {
    while (waiting_.size() > options_.waiting_max ||
           (waiting_bytes_ > options_.waiting_bytes_max && !waiting_.empty())) {
        leave(*waiting_.front());
        ++dropped_total_;
    }
}

void ConnectionGate::clear() {
    takeParked();
    while (!waiting_.empty())
        leave(*waiting_.front());
    ready_.clear();
}

}  // namespace ferry::http
