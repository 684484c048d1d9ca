#include "http/server_socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

namespace ferry::http {
namespace {

/// How long a busy connection may keep its thread while others wait for one. A change after every
/// request would spend more on changes than on requests.
constexpr Milliseconds kCrowdedTurn{100};

/// How long a client may take to read its answer while others wait for the thread.
constexpr Milliseconds kCrowdedWrite{250};

/// How long a connection waits for a request in a read, before it waits in a poll that also sees
/// the server get crowded. A busy client asks again within this time, and then a request costs one
/// system call less; a thread that is wanted elsewhere is free so much later at most.
constexpr Milliseconds kBusyWait{20};

class ListeningSocketImpl final : public Poco::Net::ServerSocketImpl {
  public:
    ListeningSocketImpl(
        std::shared_ptr<ConnectionGate> gate, std::shared_ptr<ConnectionGauge> gauge
    )
        : gate_(std::move(gate)), gauge_(std::move(gauge)) {}

    bool poll(const Poco::Timespan& timeout, int) override {
        return gate_->wait(sockfd(), Milliseconds(timeout.totalMilliseconds()));
    }

    Poco::Net::SocketImpl* acceptConnection(Poco::Net::SocketAddress& peer) override {
        std::unique_ptr<Connection> connection = gate_->takeReady();
        peer = connection->peer;
        return new ConnectionSocket(std::move(connection), gate_, gauge_);
    }

  private:
    const std::shared_ptr<ConnectionGate> gate_;
    const std::shared_ptr<ConnectionGauge> gauge_;
};

}  // namespace

ConnectionSocket::ConnectionSocket(
    std::unique_ptr<Connection> connection,
    std::shared_ptr<ConnectionGate> gate,
    std::shared_ptr<ConnectionGauge> gauge
)
    : StreamSocketImpl(std::exchange(connection->fd, -1)),
      connection_(std::move(connection)),
      gate_(std::move(gate)),
      gauge_(std::move(gauge)),
      peer_(connection_->peer),
      local_(connection_->local) {
    // Only the wait for a request blocks in a read; all other reads say MSG_DONTWAIT.
    const timeval wait{0, kBusyWait.count() * 1000};
    ::setsockopt(sockfd(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    gauge_->opened();
}

ConnectionSocket::~ConnectionSocket() {
    // Often on the accepting thread, which lets go of it last.
    if (!is_closed_.load(std::memory_order_acquire)) ConnectionSocket::close();
}

void ConnectionSocket::close() {
    const bool has_unread_body = connection_ && is_served_ && !connection_->reader.isBodyWhole();
    if (has_unread_body && !gauge_->isStopping()) {
        connection_->stage = Connection::Stage::Lingering;
        park();
    }
    StreamSocketImpl::close();
    // The descriptor goes first: who waits for an empty gauge may count on closed sockets.
    if (connection_) gauge_->closed();
    connection_.reset();
    is_closed_.store(true, std::memory_order_release);
}

bool ConnectionSocket::poll(const Poco::Timespan& timeout, int mode) {
    if (mode != SELECT_READ) return StreamSocketImpl::poll(timeout, mode);
    if (!connection_) return false;
    Connection& connection = *connection_;
    if (std::exchange(is_served_, false)) {
        connection.reader.next();
        connection.stage = Connection::Stage::Idle;
        connection.deadline = Steady::now() + gate_->timeouts().idle;
        if (gauge_->isCrowded() && Steady::now() - turn_begun_ > kCrowdedTurn) return giveBack();
    }
    for (;;) {
        switch (connection.reader.state()) {
            case RequestReader::State::Ready:
                if (gate_->isDeferred(connection.reader)) return giveBack();
                is_served_ = true;
                head_fed_ = 0;
                piece_begun_ = Steady::now();
                request_begun_.reset();
                return true;
            case RequestReader::State::Refused:
                return giveBack();
            case RequestReader::State::Head:
            case RequestReader::State::Body:
                if (!receive()) return false;
        }
    }
}

/// Waits for bytes and gives them to the reader. False if the connection is no more here.
bool ConnectionSocket::receive() {
    Connection& connection = *connection_;
    RequestReader& reader = connection.reader;
    const std::span<char> space = reader.space();
    const ssize_t got = ::recv(sockfd(), space.data(), space.size(), 0);
    if (got > 0) {
        reader.added(static_cast<std::size_t>(got));
        if (reader.state() == RequestReader::State::Ready) return true;
        const auto now = Steady::now();
        connection.updateDeadline(gate_->timeouts(), now);
        sendContinue(sockfd(), reader);
        // The rest of a request mostly follows at once; what comes slowly comes at the gate.
        if (!request_begun_) request_begun_ = now;
        return now - *request_begun_ < kBusyWait || giveBack();
    }
    if (got == 0) {
        reader.ended();
        return reader.state() == RequestReader::State::Refused;
    }
    if (errno == EINTR) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    if (reader.hasBegun()) return giveBack();
    const Wait waited = waitFor(POLLIN, true, connection.deadline);
    if (waited == Wait::Crowded) return giveBack();
    return waited == Wait::Ready;
}

/// Back to the gate, where waiting costs no thread. False, as Poco then ends its own connection.
bool ConnectionSocket::giveBack() {
    const bool is_refused = connection_->reader.state() == RequestReader::State::Refused;
    // Nothing comes out of the gate any more, but a refusal is told.
    if (gauge_->isStopping() && !is_refused) return false;
    park();
    return false;
}

void ConnectionSocket::park() {
    connection_->fd = sockfd();
    reset();
    gate_->park(std::move(connection_));
    gauge_->closed();
}

int ConnectionSocket::receiveBytes(void* buffer, int length, int) {
    const std::string_view rest = connection_->reader.head().substr(head_fed_);
    const std::size_t count = std::min(rest.size(), static_cast<std::size_t>(length));
    std::memcpy(buffer, rest.data(), count);
    head_fed_ += count;
    return static_cast<int>(count);
}

int ConnectionSocket::sendBytes(const void* buffer, int length, int flags) {
    const char* next = static_cast<const char*>(buffer);
    int left = length;
    std::optional<Steady::time_point> deadline;
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
        if (!deadline) deadline = Steady::now() + gate_->timeouts().write;
        Wait waited = waitFor(POLLOUT, true, *deadline);
        if (waited == Wait::Crowded) {
            deadline = std::min(*deadline, Steady::now() + kCrowdedWrite);
            waited = waitFor(POLLOUT, false, *deadline);
        }
        if (waited != Wait::Ready) throw Poco::TimeoutException("write deadline");
    }
    return length;
}

Result<std::size_t> ConnectionSocket::readPiece(std::span<char> into, Milliseconds patience) {
    RequestReader& reader = connection_->reader;
    for (;;) {
        const std::size_t count = reader.takePiece(into);
        if (count > 0) piece_begun_ = Steady::now();
        if (count > 0 || reader.isBodyWhole()) return count;
        if (reader.state() == RequestReader::State::Refused) {
            return fail(ErrorCode::InvalidArgument, reader.refusal().reason);
        }
        sendContinue(sockfd(), reader);
        const std::span<char> space = reader.space();
        const ssize_t got = ::recv(sockfd(), space.data(), space.size(), MSG_DONTWAIT);
        if (got > 0) {
            reader.added(static_cast<std::size_t>(got));
        } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            const auto late = piece_begun_ + gate_->timeouts().stream;
            const auto until = std::min(late, Steady::now() + patience);
            if (waitFor(POLLIN, false, until) == Wait::Ready) continue;
            if (until < late)
                return fail(ErrorCode::DeadlineExceeded, "no more of the body came yet");
            reader.refuse(408, "the body took too long to arrive");
        } else if (got == 0 || errno != EINTR) {
            reader.ended();
        }
    }
}

bool ConnectionSocket::isClientGone() const {
    pollfd looked{sockfd(), POLLRDHUP, 0};
    return ::poll(&looked, 1, 0) > 0;
}

Status ConnectionSocket::sendPiece(std::string_view bytes) {
    const auto deadline = Steady::now() + gate_->timeouts().stream;
    while (!bytes.empty()) {
        const ssize_t sent =
            ::send(sockfd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (waitFor(POLLOUT, false, deadline) == Wait::Ready) continue;
            return fail(ErrorCode::DeadlineExceeded, "the client reads too slowly");
        } else if (errno != EINTR) {
            return fail(ErrorCode::Cancelled, "the client is gone");
        }
    }
    return {};
}

void ConnectionSocket::resetAtClose() {
    const linger now{1, 0};
    ::setsockopt(sockfd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ConnectionSocket::Wait ConnectionSocket::waitFor(
    short events, bool and_crowded, Steady::time_point until
) {
    for (;;) {
        const auto left = std::chrono::ceil<Milliseconds>(until - Steady::now()).count();
        const auto wait = std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max());
        pollfd fds[2] = {{sockfd(), events, 0}, {gauge_->crowdedFd(), POLLIN, 0}};
        const int ready = ::poll(fds, and_crowded ? 2 : 1, static_cast<int>(wait));
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) error();
        if (fds[0].revents != 0) return Wait::Ready;
        return ready > 0 ? Wait::Crowded : Wait::Late;
    }
}

ListeningSocket::ListeningSocket(
    std::shared_ptr<ConnectionGate> gate, std::shared_ptr<ConnectionGauge> gauge
)
    : ServerSocket(new ListeningSocketImpl(std::move(gate), std::move(gauge)), true) {}

}  // namespace ferry::http
