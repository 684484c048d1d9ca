#include "http/handler_adapter.h"

#include "base/encoding.h"
#include "http/problem.h"
#include "http/response_writer.h"
#include "http/server_socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>

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
        const std::optional<Response> refusal = readHead(poco_request, request);
        const Response response = refusal ? *refusal : factory_.answer(request);
        if (socket.mustEnd()) out.setKeepAlive(false);
        send(request, response, out, socket);
    }

  private:
    static std::optional<Response> readHead(const HTTPServerRequest& from, Request& to) {
        to.method = from.getMethod();
        const std::string_view target = from.getURI();
        to.raw_path = pathOf(target);
        if (const auto question = target.find('?'); question != std::string_view::npos) {
            to.query = target.substr(question + 1);
        }
        to.headers.reserve(from.size());
        for (const auto& [name, value] : from)
            to.headers.add(name, value);
        auto path = percentDecode(to.raw_path, false);
        if (!path || path->empty() || path->front() != '/' ||
            path->find('\0') != std::string::npos) {
            return problem(400, to.request_id, "the request target is not a path");
        }
        to.path = std::move(*path);
        return std::nullopt;
    }

    /// Head and body in one send. Poco's own stream would keep a short answer until after this
    /// call, and cut a long one into pieces of 8 KiB.
    static void send(
        const Request& request,
        const Response& response,
        HTTPServerResponse& out,
        ConnectionSocket& socket
    ) {
        const bool is_chunkable = out.getVersion() == HTTPServerResponse::HTTP_1_1;
        const BodyFraming framing = framingOf(request.method, response, is_chunkable);
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

/// True if the handler's headers can't be taken for something else on the wire.
bool isSendable(const Response& response) {
    const auto has_break = [](const std::string& text) {
        return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
    };
    if (response.status < 200 || response.status > 599) return false;
    if (has_break(response.content_type)) return false;
    return std::none_of(
        response.headers.fields().begin(),
        response.headers.fields().end(),
        [&](const auto& field) { return has_break(field.first) || has_break(field.second); }
    );
}

}  // namespace

HandlerAdapterFactory::HandlerAdapterFactory(
    std::uint64_t request_id_seed, Handler handler, FailureReport report
)
    : request_id_seed_(request_id_seed), handler_(std::move(handler)), report_(std::move(report)) {}

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

Response HandlerAdapterFactory::answer(const Request& request) const {
    std::string what;
    try {
        Response response = handler_(request);
        if (isSendable(response)) return response;
        what = "the handler's status or headers can't be sent";
    } catch (const Poco::Exception& exception) {
        what = exception.displayText();
    } catch (const std::exception& exception) {
        what = exception.what();
    } catch (...) {
        what = "something that is not a std::exception was thrown";
    }
    if (report_) report_(request, what);
    return problem(Error(ErrorCode::Internal, std::move(what)), request.request_id);
}

std::string HandlerAdapterFactory::nextRequestId() {
    char bytes[12];
    const std::uint32_t number = requests_.fetch_add(1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<char>(request_id_seed_ >> (56 - 8 * i));
    }
    for (std::size_t i = 0; i < 4; ++i)
        bytes[8 + i] = static_cast<char>(number >> (24 - 8 * i));
    return hexEncode(std::string_view(bytes, sizeof bytes));
}

}  // namespace ferry::http
