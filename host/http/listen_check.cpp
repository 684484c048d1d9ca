#include "http/listen_check.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/core.h>

namespace ferry::http {

Status checkListen(const std::string& host, std::uint16_t port) {
    try {
        Poco::Net::ServerSocket socket;
        socket.bind(Poco::Net::SocketAddress(host, port), true, false);
    } catch (const Poco::Exception& exception) {
        return fail(
            ErrorCode::Unavailable,
            fmt::format(
                "can't listen on {}:{}: {}; set 'listen' to an address that is free",
                host,
                port,
                exception.displayText()
            )
        );
    }
    return {};
}

}  // namespace ferry::http
