#include "http/handler_adapter.h"

#include "base/encoding.h"
#include "http/problem.h"
#include "http/server_socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <algorithm>
#include <istream>
#include <memory>
#include <optional>

namespace ferry::http {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

/// How much of an unwanted body is read and dropped, so that the client sees why.
constexpr std::size_t kLingerBytesMax = 1 << 20;
constexpr Milliseconds kLingerTime{500};

ConnectionSocket& socketOf(HTTPServerRequest& request) {
    // Every connection of this server was accepted by our ListeningSocket.
    auto& poco = static_cast<Poco::Net::HTTPServerRequestImpl&>(request);
    return static_cast<ConnectionSocket&>(*poco.socket().impl());
}

/// What the head says about the body; a refusal if it can't be trusted.
struct BodyPlan {
    std::size_t length = 0;
    bool is_chunked = false;
    int refusal = 0;  ///< status, 0 for none
    const char* reason = "";
};

BodyPlan planBody(const HTTPServerRequest& request, std::size_t bytes_max) {
    BodyPlan plan;
    std::optional<std::string_view> length;
    int encodings = 0;
    for (const auto& [name, value] : request) {
        if (Poco::icompare(name, "Content-Length") == 0) {
            // Two lengths are how one request is smuggled inside another (RFC 9112, 6.3).
            if (length) return {0, false, 400, "more than one content-length"};
            length = value;
        } else if (Poco::icompare(name, "Transfer-Encoding") == 0) {
            if (++encodings > 1 || Poco::icompare(value, "chunked") != 0) {
                return {0, false, 501, "only the transfer encoding chunked is understood"};
            }
            plan.is_chunked = true;
        }
    }
    if (length && plan.is_chunked) return {0, false, 400, "both content-length and chunked"};
    if (!length) return plan;
    const bool is_number = !length->empty() && length->size() <= 18 &&
                           length->find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number) return {0, false, 400, "content-length is not a number"};
    for (char digit : *length) {
        plan.length = plan.length * 10 + static_cast<std::size_t>(digit - '0');
    }
    if (plan.length > bytes_max) return {0, false, 413, "the body is too large"};
    return plan;
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
        std::optional<Response> refusal = readHead(poco_request, request);
        if (!refusal) refusal = readBody(poco_request, socket, request);
        const bool must_close = refusal.has_value();
        const Response response = refusal ? std::move(*refusal) : factory_.answer(request);
        if (must_close || is_chunked_ || socket.shouldMakeRoom()) out.setKeepAlive(false);
        send(request, response, out, socket);
        if (must_close) socket.lingerClose(kLingerBytesMax, kLingerTime);
        socket.expectHead();
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

    std::optional<Response> readBody(
        HTTPServerRequest& from, ConnectionSocket& socket, Request& to
    ) {
        const std::size_t bytes_max = factory_.options().body_bytes_max;
        const BodyPlan plan = planBody(from, bytes_max);
        if (plan.refusal != 0) return problem(plan.refusal, to.request_id, plan.reason);
        is_chunked_ = plan.is_chunked;
        if (plan.length == 0 && !plan.is_chunked) return std::nullopt;
        socket.setDeadline(factory_.options().body_timeout);
        try {
            to.body.reserve(plan.length);
            // One byte over the limit is enough to know; the rest is not read.
            readUpTo(from.stream(), plan.is_chunked ? bytes_max + 1 : plan.length, to.body);
        } catch (const Poco::TimeoutException&) {
            return problem(408, to.request_id, "the body took too long to arrive");
        } catch (const Poco::Exception&) {
            return problem(400, to.request_id, "the body could not be read");
        }
        if (to.body.size() > bytes_max) return problem(413, to.request_id, "the body is too large");
        // Poco takes the end of the connection for the end of a chunked body.
        if (plan.is_chunked ? socket.sawEnd() : to.body.size() < plan.length) {
            return problem(400, to.request_id, "the body is shorter than announced");
        }
        return std::nullopt;
    }

    /// Reads through the buffer, not the stream: a stream swallows the exceptions of its buffer.
    static void readUpTo(std::istream& from, std::size_t bytes_max, std::string& to) {
        std::streambuf& buffer = *from.rdbuf();
        while (to.size() < bytes_max && buffer.sgetc() != std::streambuf::traits_type::eof()) {
            const auto ready =
                static_cast<std::size_t>(std::max<std::streamsize>(buffer.in_avail(), 1));
            const std::size_t at = to.size();
            to.resize(std::min(bytes_max, at + ready));
            buffer.sgetn(to.data() + at, static_cast<std::streamsize>(to.size() - at));
        }
    }

    /// Head and body in one send. Poco's own stream would keep a short answer until after this
    /// call, and cut a long one into pieces of 8 KiB.
    void send(
        const Request& request,
        const Response& response,
        HTTPServerResponse& out,
        ConnectionSocket& socket
    ) {
        const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status);
        std::string bytes;
        bytes.reserve(512 + response.body.size());
        const auto add = [&bytes](std::string_view name, std::string_view value) {
            bytes.append(name).append(": ").append(value).append("\r\n");
        };
        bytes.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
        bytes.append(Poco::Net::HTTPResponse::getReasonForStatus(status)).append("\r\n");
        add("Date", out.get("Date", ""));
        add("Connection", out.getKeepAlive() ? "keep-alive" : "close");
        add("X-Request-Id", request.request_id);
        if (!response.content_type.empty()) add("Content-Type", response.content_type);
        for (const auto& [name, value] : response.headers.fields())
            add(name, value);
        // 204 and 304 have no body, and 204 no length either (RFC 9110, 8.6).
        const bool has_body = response.status != 204 && response.status != 304;
        if (has_body) add("Content-Length", std::to_string(response.body.size()));
        bytes.append("\r\n");
        if (has_body && request.method != "HEAD") bytes.append(response.body);
        socket.setDeadline(factory_.options().write_timeout);
        try {
            socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()), 0);
        } catch (const Poco::Exception&) {
            // Half an answer is out: nothing may follow it, least of all Poco's own 500.
            out.setKeepAlive(false);
            socket.lingerClose(0, Milliseconds(0));
        }
    }

    HandlerAdapterFactory& factory_;
    bool is_chunked_ = false;
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
    AdapterOptions options, Handler handler, FailureReport report
)
    : options_(options), handler_(std::move(handler)), report_(std::move(report)) {}

Poco::Net::HTTPRequestHandler* HandlerAdapterFactory::createRequestHandler(
    const HTTPServerRequest& request
) {
    // Poco answers "Expect: 100-continue" before the handler runs, unless the status is not 200.
    if (planBody(request, options_.body_bytes_max).refusal != 0) {
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
        bytes[i] = static_cast<char>(options_.request_id_seed >> (56 - 8 * i));
    }
    for (std::size_t i = 0; i < 4; ++i)
        bytes[8 + i] = static_cast<char>(number >> (24 - 8 * i));
    return hexEncode(std::string_view(bytes, sizeof bytes));
}

}  // namespace ferry::http
