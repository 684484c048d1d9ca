#pragma once
// The sockets under Poco's HTTPServer: one that listens and hands on only connections whose request
// is there, and one that serves such a connection. Poco calls these virtuals for every wait, read
// and write, and knows nothing of the gate behind them (0005-http-server.md).

#include "base/result.h"
#include "http/connection_gate.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ferry::http {

/// A connection while a thread of the server has it. Poco gets the head of a request and no byte
/// more; the body is taken from here. Threads: one at a time, save shutdown() by Poco when it is
/// stopped.
class ConnectionSocket final : public Poco::Net::StreamSocketImpl {
  public:
    ConnectionSocket(
        std::unique_ptr<Connection> connection,
        std::shared_ptr<ConnectionGate> gate,
        std::shared_ptr<ConnectionGauge> gauge
    );

    std::string_view head() const noexcept { return connection_->reader.head(); }
    /// The body of the request whose head Poco has read; of a streamed one nothing.
    std::string takeBody() { return connection_->reader.takeBody(); }
    bool isStreamed() const noexcept { return connection_->reader.isStreamed(); }
    std::optional<std::size_t> streamLength() const noexcept {
        return connection_->reader.streamLength();
    }
    /// The next bytes of a streamed body, as BodySource::read.
    Result<std::size_t> readPiece(std::span<char> into, Milliseconds patience);
    /// True once the client has closed its sending side, or all of the connection.
    bool isClientGone() const;
    /// All of `bytes`, within the time for a piece of a streamed body. Errors: DeadlineExceeded,
    /// Cancelled if the client is gone.
    Status sendPiece(std::string_view bytes);
    /// What is sent ends in a reset, for a body whose end is the connection's.
    void resetAtClose();
    const std::string& peerText() const noexcept { return connection_->peer_text; }
    /// True if the connection has to end after the running request.
    bool mustEnd() const noexcept {
        return gauge_->isStopping() || !connection_->reader.isBodyWhole();
    }

    /// Poco's wait for a request: true when one is there, all of it. False when the connection is
    /// over, or back at the gate because the thread is wanted elsewhere.
    bool poll(const Poco::Timespan& timeout, int mode) override;
    /// Bytes of the head; 0 after it.
    int receiveBytes(void* buffer, int length, int flags) override;
    /// All of it, within the time for an answer, and within less while others wait for the thread.
    int sendBytes(const void* buffer, int length, int flags) override;
    /// Poco's own time-out has no say: each wait has its time.
    void setReceiveTimeout(const Poco::Timespan&) override {}
    /// Poco's last call for a connection that was served, on the thread that served it.
    void close() override;
    Poco::Net::SocketAddress address() override { return local_; }
    Poco::Net::SocketAddress peerAddress() override { return peer_; }

  protected:
    ~ConnectionSocket() override;

  private:
    using Steady = Connection::Steady;

    enum class Wait : std::uint8_t { Ready, Crowded, Late };

    bool receive();
    bool giveBack();
    Wait waitFor(short events, bool and_crowded, Steady::time_point until);
    void park();

    std::unique_ptr<Connection> connection_;  // none: it went back to the gate
    const std::shared_ptr<ConnectionGate> gate_;
    const std::shared_ptr<ConnectionGauge> gauge_;
    const Poco::Net::SocketAddress peer_;
    const Poco::Net::SocketAddress local_;
    std::atomic<bool> is_closed_{false};
    const Steady::time_point turn_begun_ = Steady::now();
    std::optional<Steady::time_point> request_begun_;  // while it is only half there
    bool is_served_ = false;                           // it was handed to Poco
    std::size_t head_fed_ = 0;                         // bytes of its head that Poco has
    Steady::time_point piece_begun_;                   // the wait for the next of its streamed body
};

/// A listening socket that accepts what its gate lets through.
class ListeningSocket final : public Poco::Net::ServerSocket {
  public:
    ListeningSocket(std::shared_ptr<ConnectionGate> gate, std::shared_ptr<ConnectionGauge> gauge);
};

}  // namespace ferry::http
