#include "http/handler_adapter.h"

#include "http/problem.h"
#include "http/request_head.h"
#include "http/response_writer.h"
#include "http/server_socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <sys/socket.h>

namespace ferry::http {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

ConnectionSocket& socketOf(HTTPServerRequest& request) {
    // Every connection of this server was accepted by our ListeningSocket.
    auto& poco = static_cast<Poco::Net::HTTPServerRequestImpl&>(request);
    return static_cast<ConnectionSocket&>(*poco.socket().impl());
}

class ClientOfSocket final : public Client {
  public:
    explicit ClientOfSocket(ConnectionSocket& socket) : socket_(socket) {}
    Result<std::size_t> read(std::span<char> into, Milliseconds patience) override {
        return socket_.readPiece(into, patience);
    }
    bool isGone() override { return socket_.isClientGone(); }

  private:
    ConnectionSocket& socket_;
};

/// One request on its way through. Poco makes it, calls it once and deletes it.
class HandlerAdapter final : public Poco::Net::HTTPRequestHandler {
  public:
    explicit HandlerAdapter(HandlerAdapterFactory& factory) : factory_(factory) {}

    void handleRequest(HTTPServerRequest& poco_request, HTTPServerResponse& out) override {
        ConnectionSocket& socket = socketOf(poco_request);
        Request request;
        request.request_id = factory_.nextRequestId();
        request.peer = socket.peerText();
        request.body = socket.takeBody();
        request.streams_body = socket.isStreamed();
        if (request.streams_body) request.stream_bytes = socket.streamLength();
        ClientOfSocket client(socket);
        request.client = &client;
        const RequestHead head = readHead(socket.head(), request);
        const Response response =
            head.has_path ? factory_.answer(request) : factory_.answerBadPath(request);
        if (socket.mustEnd()) out.setKeepAlive(false);
        send(request, head.knows_chunks, response, out, socket);
    }

  private:
    /// Head and body in one send. Poco's own stream would keep a short answer until after this
    /// call, and cut a long one into pieces of 8 KiB.
    static void send(
        const Request& request,
        bool knows_chunks,
        const Response& response,
        HTTPServerResponse& out,
        ConnectionSocket& socket
    ) {
        const BodyFraming framing = framingOf(request.method, response, knows_chunks);
        if (framing == BodyFraming::UntilClose) out.setKeepAlive(false);
        const std::string bytes = renderResponse(
            response, {request.request_id, out.get("Date", ""), out.getKeepAlive(), framing}
        );
        try {
            socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()), 0);
            if (!response.stream || framing == BodyFraming::None) return;
            if (sendStream(response, framing, socket)) return;
        } catch (const Poco::Exception&) {
        }
        // Half an answer is out: nothing may follow it, least of all Poco's own 500.
        out.setKeepAlive(false);
        if (framing == BodyFraming::UntilClose) socket.resetAtClose();
        ::shutdown(socket.sockfd(), SHUT_WR);
    }

    HandlerAdapterFactory& factory_;
};

}  // namespace

Response HandlerAdapterFactory::answerBadPath(const Request& request) const {
    Response answer = problem(400, request.request_id, "the request target is not a path");
    return bad_path_ ? bad_path_(request, std::move(answer)) : answer;
}

Poco::Net::HTTPRequestHandler* HandlerAdapterFactory::createRequestHandler(
    const HTTPServerRequest& request
) {
    // Poco says "100 Continue" before the handler runs, unless the status is not 200; the gate said
    // so where it was waited for, and the body is here.
    if (request.getExpectContinue()) {
        request.response().setStatus(Poco::Net::HTTPResponse::HTTP_EXPECTATION_FAILED);
    }
    return new HandlerAdapter(*this);
}

}  // namespace ferry::http
