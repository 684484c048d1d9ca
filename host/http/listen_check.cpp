#include "http/listen_check.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/core.h>

#include <cstring>

namespace ferry::http {

Error listenError(const std::string& host, std::uint16_t port, const Poco::Exception& exception) {
    // The library's own text begins with the name of its class and repeats the address.
    std::string why = exception.message();
    if (exception.code() > 0) why = std::strerror(exception.code());
    const bool is_nowhere =
        dynamic_cast<const Poco::Net::HostNotFoundException*>(&exception) != nullptr ||
        dynamic_cast<const Poco::Net::NoAddressFoundException*>(&exception) != nullptr;
    if (is_nowhere) why = "there is no such host";
    return {
        ErrorCode::Unavailable,
        fmt::format(
            "can't listen on {}:{}: {}; set 'listen' to an address of this machine and a port that "
            "is free",
            host,
            port,
            why
        )
    };
}

Status checkListen(const std::string& host, std::uint16_t port) {
    try {
        Poco::Net::ServerSocket socket;
        socket.bind(Poco::Net::SocketAddress(host, port), true, false);
    } catch (const Poco::Exception& exception) {
        return fail(listenError(host, port, exception));
    }
    return {};
}

}  // namespace ferry::http
