#pragma once
// An answer as bytes: its head, and where its body ends; and the sending of a body that comes piece
// by piece.

#include "http/message.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::http {

class ConnectionSocket;

/// How the client knows where the body ends.
enum class BodyFraming : std::uint8_t {
    None,        ///< it has none: the answer to HEAD, 204 and 304
    Length,      ///< Content-Length
    Chunks,      ///< its length is not known
    UntilClose,  ///< nor does the client know chunks (HTTP/1.0)
};

BodyFraming framingOf(std::string_view method, const Response& response, bool knows_chunks);

/// What an answer says besides what the handler does.
struct ResponseFrame {
    std::string_view request_id;
    std::string_view date;
    bool keeps_alive = false;
    BodyFraming framing = BodyFraming::Length;
};

/// The bytes of an answer; of a streamed one those before its body.
std::string renderResponse(const Response& response, const ResponseFrame& frame);

/// Sends what comes from `response.stream` as it comes. False if that was not the whole body: the
/// source failed or gave another length than announced, or the client is gone or too slow.
bool sendStream(const Response& response, BodyFraming framing, ConnectionSocket& socket);

}  // namespace ferry::http
