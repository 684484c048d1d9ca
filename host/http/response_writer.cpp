#include "http/response_writer.h"

#include "http/server_socket.h"

#include <Poco/Net/HTTPResponse.h>
#include <fmt/format.h>

#include <vector>

namespace ferry::http {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
/// Room for the size of a chunk before it: 8 digits and an end of line.
constexpr std::size_t kChunkHeadMax = 10;
constexpr std::string_view kLineEnd = "\r\n";
/// How often a client is looked at while there is nothing to send to it.
constexpr Milliseconds kLookInterval{200};

}  // namespace

BodyFraming framingOf(std::string_view method, const Response& response, bool knows_chunks) {
    if (method == "HEAD" || response.status == 204 || response.status == 304) {
        return BodyFraming::None;
    }
    if (!response.stream || response.stream_bytes) return BodyFraming::Length;
    return knows_chunks ? BodyFraming::Chunks : BodyFraming::UntilClose;
}

std::string renderResponse(const Response& response, const ResponseFrame& frame) {
    const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status);
    std::string bytes;
    bytes.reserve(512 + response.body.size());
    const auto add = [&bytes](std::string_view name, std::string_view value) {
        bytes.append(name).append(": ").append(value).append("\r\n");
    };
    bytes.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    bytes.append(Poco::Net::HTTPResponse::getReasonForStatus(status)).append("\r\n");
    add("Date", frame.date);
    add("Connection", frame.keeps_alive ? "keep-alive" : "close");
    add("X-Request-Id", frame.request_id);
    add("Elements-Request-Id", frame.request_id);  // as callers of the Open Connectors API know it
    if (!response.content_type.empty()) add("Content-Type", response.content_type);
    for (const auto& [name, value] : response.headers.fields())
        add(name, value);
    // 204 and 304 have no body, and 204 no length either (RFC 9110, 8.6).
    const bool has_length = response.status != 204 && response.status != 304;
    if (has_length && !response.stream) {
        add("Content-Length", std::to_string(response.body.size()));
    } else if (has_length && response.stream_bytes) {
        add("Content-Length", std::to_string(*response.stream_bytes));
    } else if (frame.framing == BodyFraming::Chunks) {
        add("Transfer-Encoding", "chunked");
    }
    bytes.append("\r\n");
    if (frame.framing == BodyFraming::Length && !response.stream) bytes.append(response.body);
    return bytes;
}

bool sendStream(const Response& response, BodyFraming framing, ConnectionSocket& socket) {
    const bool is_chunked = framing == BodyFraming::Chunks;
    std::vector<char> buffer(kChunkHeadMax + kPieceBytes + kLineEnd.size());
    char* const piece = buffer.data() + kChunkHeadMax;
    std::uint64_t sent = 0;
    for (;;) {
        const auto got = response.stream->read({piece, kPieceBytes}, kLookInterval);
        if (!got && got.error().code == ErrorCode::DeadlineExceeded) {
            if (socket.isClientGone()) return false;
            continue;
        }
        if (!got) return false;
        if (*got == 0) break;
        sent += *got;
        if (response.stream_bytes && sent > *response.stream_bytes) return false;
        std::string_view bytes(piece, *got);
        if (is_chunked) {
            // Head and end are put around the piece where it lies: one send, no copy.
            const std::string head = fmt::format("{:x}\r\n", *got);
            head.copy(piece - head.size(), head.size());
            kLineEnd.copy(piece + *got, kLineEnd.size());
            bytes = {piece - head.size(), head.size() + *got + kLineEnd.size()};
        }
        if (!socket.sendPiece(bytes)) return false;
    }
    if (response.stream_bytes && sent != *response.stream_bytes) return false;
    return !is_chunked || socket.sendPiece("0\r\n\r\n").has_value();
}

}  // namespace ferry::http
