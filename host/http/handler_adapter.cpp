#include "http/handler_adapter.h"

#include "base/encoding.h"
#include "http/problem.h"
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
        const std::optional<Response> refusal = readHead(poco_request, request);
        const Response response = refusal ? *refusal : factory_.answer(request);
        if (socket.mustEnd()) out.setKeepAlive(false);
        send(request, response, out, socket);
    }

  private:
    static std::optional<Response> readHead(const HTTPServerRequest& from, Request& to) {
        to.method = from.getMethod();
        std::string_view target = from.getURI();
        // The absolute form, as proxies send it: scheme and authority are not ours to judge.
        if (const auto scheme = target.find("://");
            !target.empty() && target.front() != '/' && scheme != std::string_view::npos) {
            const auto path = target.find('/', scheme + 3);
            target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
        }
        const auto question = target.find('?');
        to.raw_path = target.substr(0, question);
        if (question != std::string_view::npos) to.query = target.substr(question + 1);
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
    void send(
        const Request& request,
        const Response& response,
        HTTPServerResponse& out,
        ConnectionSocket& socket
    ) {
        const bool has_body = request.method != "HEAD";
        const std::string bytes = renderResponse(
            response, {request.request_id, out.get("Date", ""), out.getKeepAlive(), has_body}
        );
        try {
            socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()), 0);
        } catch (const Poco::Exception&) {
            // Half an answer is out: nothing may follow it, least of all Poco's own 500.
            out.setKeepAlive(false);
            ::shutdown(socket.sockfd(), SHUT_WR);
        }
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
    if (has_length) add("Content-Length", std::to_string(response.body.size()));
    bytes.append("\r\n");
    if (has_length && frame.has_body) bytes.append(response.body);
    return bytes;
}

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
