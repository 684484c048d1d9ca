#include "demo/fake_dropbox/wire.h"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace ferry::demo {
namespace {

constexpr std::size_t kChunkBytes = 1000;
constexpr std::size_t kEndlessBytesMax = 64U * 1024U * 1024U;
constexpr int kSlowPieces = 20;

void sendAll(Poco::Net::StreamSocket& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const int sent = socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string headOf(const Reply& reply, bool is_chunked) {
    const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(reply.status);
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " " +
                       Poco::Net::HTTPResponse::getReasonForStatus(status) + "\r\n";
    head += "Content-Type: " + reply.content_type + "\r\nConnection: close\r\n";
    for (const auto& [name, value] : reply.headers)
        head += name + ": " + value + "\r\n";
    if (is_chunked) return head + "Transfer-Encoding: chunked\r\n\r\n";
    return head + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
}

void sendChunk(Poco::Net::StreamSocket& socket, std::string_view bytes) {
    std::array<char, 20> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    std::string chunk(size.data(), end);
    sendAll(socket, chunk.append("\r\n").append(bytes).append("\r\n"));
}

void sendChunked(Poco::Net::StreamSocket& socket, const Reply& reply) {
    sendAll(socket, headOf(reply, true));
    for (std::size_t at = 0; at < reply.body.size(); at += kChunkBytes) {
        sendChunk(socket, std::string_view(reply.body).substr(at, kChunkBytes));
    }
    sendChunk(socket, "");
}

void sendSlowly(World& world, Poco::Net::StreamSocket& socket, const Reply& reply) {
    sendAll(socket, headOf(reply, false));
    const std::size_t piece = std::max<std::size_t>(1, reply.body.size() / kSlowPieces);
    for (std::size_t at = 0; at < reply.body.size(); at += piece) {
        if (!world.pause(reply.wire_time / kSlowPieces)) return;
        sendAll(socket, std::string_view(reply.body).substr(at, piece));
    }
}

void sendEndlessly(World& world, Poco::Net::StreamSocket& socket, const Reply& reply) {
    sendAll(socket, headOf(reply, true));
    const std::string blank(64U * 1024U, ' ');
    for (std::size_t sent = 0; sent < kEndlessBytesMax; sent += blank.size()) {
        if (!world.pause(Milliseconds(0))) return;
        sendChunk(socket, blank);
    }
}

}  // namespace

void sendRaw(World& world, Poco::Net::HTTPServerRequest& request, const Reply& reply) {
    Poco::Net::StreamSocket socket =
        dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request).detachSocket();
    const std::string half = headOf(reply, false) + reply.body.substr(0, reply.body.size() / 2);
    switch (reply.wire) {
        case WireForm::Truncated:
            sendAll(socket, half);
            break;
        case WireForm::Reset:
            sendAll(socket, half);
            socket.setLinger(true, 0);  // close() sends RST then
            break;
        case WireForm::Slow:
            sendSlowly(world, socket, reply);
            break;
        case WireForm::Chunked:
            sendChunked(socket, reply);
            break;
        case WireForm::Endless:
            sendEndlessly(world, socket, reply);
            break;
        case WireForm::NoReply:
            break;
        case WireForm::Plain:
            sendAll(socket, headOf(reply, false) + reply.body);
            break;
    }
    socket.close();
}

}  // namespace ferry::demo
