#include "http/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <string_view>

namespace ferry::http {
namespace {

Poco::Net::SocketAddress localAddress(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* raw = reinterpret_cast<sockaddr*>(&storage);
    return ::getsockname(fd, raw, &length) == 0 ? Poco::Net::SocketAddress(raw, length)
                                                : Poco::Net::SocketAddress();
}

}  // namespace

Connection::Connection(
    int descriptor,
    const Poco::Net::SocketAddress& from,
    std::size_t body_bytes_max,
    const RequestTest& streams_body
)
    : fd(descriptor),
      peer(from),
      local(localAddress(descriptor)),
      peer_text(from.toString()),
      reader(body_bytes_max, &streams_body) {}

Connection::~Connection() {
    if (fd >= 0) ::close(fd);
}

void Connection::updateDeadline(const ConnectionTimeouts& timeouts, Steady::time_point now) {
    if (reader.state() == RequestReader::State::Body) {
        if (stage != Stage::Body) deadline = now + timeouts.body;
        stage = Stage::Body;
    } else if (reader.state() == RequestReader::State::Head && reader.hasBegun()) {
        if (stage != Stage::Head) deadline = now + timeouts.head;
        stage = Stage::Head;
    }
}

void sendContinue(int fd, RequestReader& reader) {
    if (!reader.takeContinue()) return;
    // So little always fits in; if it does not go out, neither will the answer.
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    static_cast<void>(::send(fd, kContinue.data(), kContinue.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace ferry::http
