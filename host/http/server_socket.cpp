#include "http/server_socket.h"

#include "base/check.h"

#include <Poco/Exception.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace ferry::http {
namespace {

/// How long an idle connection may still bring a request once others wait: keep-alive clients
/// that are busy lose nothing, and a newcomer waits no longer than this.
constexpr Milliseconds kCrowdedGrace{50};

/// How long a busy connection may stay while others wait. Closing after every request would spend
/// more on connections than on requests.
constexpr Milliseconds kCrowdedTurn{100};

/// How long a connection waits for a request in a read, before it waits in a poll that also sees
/// the server get crowded. A busy client asks again within this time, and then a request costs one
/// system call less; a connection that is asked to leave does so this much later at most.
constexpr Milliseconds kBusyWait{20};

class ListeningSocketImpl final : public Poco::Net::ServerSocketImpl {
  public:
    ListeningSocketImpl(std::shared_ptr<ConnectionGauge> gauge, SocketTimeouts timeouts)
        : gauge_(std::move(gauge)), timeouts_(timeouts) {}

    bool poll(const Poco::Timespan& timeout, int mode) override {
        const bool is_ready = ServerSocketImpl::poll(timeout, mode);
        if (!is_ready || !gauge_->isStopping()) return is_ready;
        // Not accepted any more; the wait keeps the accept thread from spinning.
        ::poll(nullptr, 0, 50);
        return false;
    }

    Poco::Net::SocketImpl* acceptConnection(Poco::Net::SocketAddress& peer) override {
        sockaddr_storage storage{};
        socklen_t length = sizeof storage;
        auto* raw = reinterpret_cast<sockaddr*>(&storage);
        int fd = -1;
        do {
            fd = ::accept4(sockfd(), raw, &length, SOCK_CLOEXEC);
        } while (fd < 0 && errno == EINTR);
        if (fd < 0) {
            // Out of descriptors: without a pause the accept thread would spin until some close.
            if (errno == EMFILE || errno == ENFILE) ::poll(nullptr, 0, 20);
            error();
        }
        peer = Poco::Net::SocketAddress(raw, length);
        return new ConnectionSocket(fd, gauge_, timeouts_, peer);
    }

  private:
    std::shared_ptr<ConnectionGauge> gauge_;
    SocketTimeouts timeouts_;
};

}  // namespace

ConnectionGauge::ConnectionGauge(int threads)
    : threads_(threads), crowded_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    FERRY_CHECK(crowded_fd_ >= 0, "eventfd failed");
}

ConnectionGauge::~ConnectionGauge() {
    ::close(crowded_fd_);
}

void ConnectionGauge::opened() {
    const std::lock_guard lock(mutex_);
    open_.store(open() + 1);
    showCrowded(isCrowded());
}

void ConnectionGauge::closed() {
    const std::lock_guard lock(mutex_);
    open_.store(open() - 1);
    showCrowded(isCrowded());
    if (open() == 0) empty_.notify_all();
}

void ConnectionGauge::beginStop() {
    const std::lock_guard lock(mutex_);
    is_stopping_.store(true);
    showCrowded(true);
}

bool ConnectionGauge::waitUntilEmpty(Milliseconds grace) {
    std::unique_lock lock(mutex_);
    return empty_.wait_for(lock, grace, [this] { return open() == 0; });
}

void ConnectionGauge::showCrowded(bool is_crowded) {
    if (is_crowded == is_shown_) return;
    is_shown_ = is_crowded;
    std::uint64_t value = 1;
    const ssize_t done = is_crowded ? ::write(crowded_fd_, &value, sizeof value)
                                    : ::read(crowded_fd_, &value, sizeof value);
    FERRY_CHECK(done == sizeof value, "eventfd failed");
}

ConnectionSocket::ConnectionSocket(
    poco_socket_t fd,
    std::shared_ptr<ConnectionGauge> gauge,
    SocketTimeouts timeouts,
    const Poco::Net::SocketAddress& peer
)
    : StreamSocketImpl(fd),
      gauge_(std::move(gauge)),
      timeouts_(timeouts),
      peer_(peer),
      local_(StreamSocketImpl::address()),
      peer_text_(peer.toString()) {
    // Only the wait for a request blocks in a read; all other reads say MSG_DONTWAIT.
    const timeval wait{0, kBusyWait.count() * 1000};
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0) error();
    setDeadline(timeouts.head);
    gauge_->opened();
}

ConnectionSocket::~ConnectionSocket() {
    // The descriptor goes first: who waits for an empty gauge may count on closed sockets.
    close();
    gauge_->closed();
}

void ConnectionSocket::setDeadline(Milliseconds duration) {
    deadline_ = Steady::now() + duration;
}

bool ConnectionSocket::shouldMakeRoom() const {
    return gauge_->isStopping() ||
           (gauge_->isCrowded() && Steady::now() - opened_at_ > kCrowdedTurn);
}

bool ConnectionSocket::poll(const Poco::Timespan& timeout, int mode) {
    if (mode != SELECT_READ) return StreamSocketImpl::poll(timeout, mode);
    if (readAhead()) {
        setDeadline(timeouts_.head);
        return true;
    }
    const auto until = Steady::now() + std::chrono::microseconds(timeout.totalMicroseconds());
    bool is_crowded = false;
    while (!waitFor(POLLIN, true, until, is_crowded)) {
        if (!is_crowded) return false;
        bool ignored = false;
        if (waitFor(POLLIN, false, std::min(until, Steady::now() + kCrowdedGrace), ignored)) break;
        if (gauge_->isCrowded()) {
            ++gauge_->evicted_total;
            return false;
        }
    }
    setDeadline(timeouts_.head);
    return true;
}

/// Waits up to kBusyWait for bytes and keeps them. True if there is something to read: bytes, the
/// end, or an error, which the next read tells.
bool ConnectionSocket::readAhead() {
    if (ahead_begin_ < ahead_end_) return true;
    const ssize_t got = ::recv(sockfd(), ahead_.data(), ahead_.size(), 0);
    if (got < 0) return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
    ahead_begin_ = 0;
    ahead_end_ = static_cast<std::size_t>(got);
    return true;
}

int ConnectionSocket::receiveBytes(void* buffer, int length, int flags) {
    if (ahead_begin_ < ahead_end_ && length > 0) {
        const std::size_t count =
            std::min(ahead_end_ - ahead_begin_, static_cast<std::size_t>(length));
        std::memcpy(buffer, ahead_.data() + ahead_begin_, count);
        ahead_begin_ += count;
        return static_cast<int>(count);
    }
    for (;;) {
        const auto wanted = static_cast<std::size_t>(length);
        const ssize_t got = ::recv(sockfd(), buffer, wanted, flags | MSG_DONTWAIT);
        // A drip of single bytes must not outlive the deadline either, so it is looked at first.
        if (got > 0 && Steady::now() >= deadline_) throw Poco::TimeoutException("read deadline");
        if (got >= 0) {
            if (got == 0) saw_end_ = true;
            return static_cast<int>(got);
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) error();
        waitOrThrow(POLLIN);
    }
}

int ConnectionSocket::sendBytes(const void* buffer, int length, int flags) {
    const char* next = static_cast<const char*>(buffer);
    int left = length;
    while (left > 0) {
        const auto wanted = static_cast<std::size_t>(left);
        const ssize_t sent = ::send(sockfd(), next, wanted, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            next += sent;
            left -= static_cast<int>(sent);
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) error();
        waitOrThrow(POLLOUT);
    }
    return length;
}

void ConnectionSocket::lingerClose(std::size_t bytes_max, Milliseconds duration) {
    ::shutdown(sockfd(), SHUT_WR);
    const auto until = Steady::now() + duration;
    char dropped[16384];
    std::size_t total = 0;
    bool ignored = false;
    while (total < bytes_max && waitFor(POLLIN, false, until, ignored)) {
        const ssize_t got = ::recv(sockfd(), dropped, sizeof dropped, MSG_DONTWAIT);
        if (got <= 0) return;
        total += static_cast<std::size_t>(got);
    }
}

bool ConnectionSocket::waitFor(
    short events, bool and_crowded, Steady::time_point until, bool& is_crowded
) {
    for (;;) {
        const auto left = std::chrono::ceil<Milliseconds>(until - Steady::now()).count();
        const auto wait = std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max());
        pollfd fds[2] = {{sockfd(), events, 0}, {gauge_->crowdedFd(), POLLIN, 0}};
        const int ready = ::poll(fds, and_crowded ? 2 : 1, static_cast<int>(wait));
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) error();
        is_crowded = and_crowded && fds[1].revents != 0;
        return fds[0].revents != 0;
    }
}

void ConnectionSocket::waitOrThrow(short events) {
    bool ignored = false;
    if (waitFor(events, false, deadline_, ignored)) return;
    throw Poco::TimeoutException(events == POLLIN ? "read deadline" : "write deadline");
}

ListeningSocket::ListeningSocket(std::shared_ptr<ConnectionGauge> gauge, SocketTimeouts timeouts)
    : ServerSocket(new ListeningSocketImpl(std::move(gauge), timeouts), true) {}

}  // namespace ferry::http
