#include "demo/fake_dropbox/server.h"

#include "demo/fake_dropbox/routes.h"
#include "demo/fake_dropbox/wire.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/ThreadPool.h>

#include <array>

namespace ferry::demo {
namespace {

namespace net = Poco::Net;

constexpr std::size_t kBodyBytesMax = 64U * 1024U * 1024U;
constexpr int kQueuedMax = 256;
constexpr long kTimeoutSeconds = 20;

/// False if the body is too large.
bool readBody(std::istream& in, std::string& body) {
    std::array<char, 16384> buffer{};
    while (in.read(buffer.data(), buffer.size()).gcount() > 0) {
        body.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
        if (body.size() > kBodyBytesMax) return false;
    }
    return true;
}

class Handler final : public net::HTTPRequestHandler {
  public:
    explicit Handler(World& world) : world_(world) {}

    void handleRequest(net::HTTPServerRequest& in, net::HTTPServerResponse& out) override {
        // Poco drops the connection without an answer when a handler throws anything of its own.
        try {
            serve(in, out);
        } catch (const Poco::Exception&) {
            out.setKeepAlive(false);  // the client left, or the socket broke
        }
    }

  private:
    void serve(net::HTTPServerRequest& in, net::HTTPServerResponse& out) {
        Request request;
        request.method = in.getMethod();
        const std::string& uri = in.getURI();
        const std::size_t mark = uri.find('?');
        request.path = uri.substr(0, mark);
        if (mark != std::string::npos) request.query = uri.substr(mark + 1);
        for (const auto& [name, value] : in)
            request.headers[name] = value;
        Reply reply;
        const bool fits = readBody(in.stream(), request.body);
        const auto announced = in.getContentLength64();
        if (fits && announced > static_cast<Poco::Int64>(request.body.size())) {
            // Cut off on the way: Poco gives half a body as a whole one.
            reply.wire = WireForm::NoReply;
        } else if (fits) {
            reply = answer(world_, request);
        } else {
            reply = textReply(413, "request body is larger than 64 MiB");
            out.setKeepAlive(false);
        }
        if (reply.delay.count() > 0) world_.pause(reply.delay);
        if (reply.wire != WireForm::Plain) {
            sendRaw(world_, in, reply);
            return;
        }
        out.setStatusAndReason(static_cast<net::HTTPResponse::HTTPStatus>(reply.status));
        out.setContentType(reply.content_type);
        for (const auto& [name, value] : reply.headers)
            out.add(name, value);
        out.sendBuffer(reply.body.data(), reply.body.size());
    }

    World& world_;
};

class HandlerFactory final : public net::HTTPRequestHandlerFactory {
  public:
    explicit HandlerFactory(World& world) : world_(world) {}
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
        return new Handler(world_);  // Poco deletes it
    }

  private:
    World& world_;
};

net::HTTPServerParams::Ptr serverParameters(int threads) {
    net::HTTPServerParams::Ptr params = new net::HTTPServerParams;
    params->setMaxThreads(threads);
    params->setMaxQueued(kQueuedMax);
    params->setTimeout(Poco::Timespan(kTimeoutSeconds, 0));
    params->setKeepAlive(true);
    params->setKeepAliveTimeout(Poco::Timespan(kTimeoutSeconds, 0));
    params->setMaxKeepAliveRequests(0);
    params->setThreadIdleTime(Poco::Timespan(kTimeoutSeconds, 0));
    return params;
}

net::Context::Ptr serverContext(const ServerOptions& options) {
    return new net::Context(
        net::Context::TLS_SERVER_USE,
        options.tls_key_file,
        options.tls_certificate_file,
        "",
        net::Context::VERIFY_NONE
    );
}

/// Poco's TLS must be initialised before and uninitialised after its last use.
struct TlsLibrary {
    TlsLibrary() { net::initializeSSL(); }
    ~TlsLibrary() { net::uninitializeSSL(); }
    TlsLibrary(const TlsLibrary&) = delete;
    TlsLibrary& operator=(const TlsLibrary&) = delete;
};

}  // namespace

struct Server::Running {
    Running(World& world, const net::ServerSocket& socket, int threads)
        : pool("fake-dropbox", 2, threads + 1),
          http(new HandlerFactory(world), pool, socket, serverParameters(threads)) {}

    TlsLibrary tls;
    Poco::ThreadPool pool;
    net::HTTPServer http;
};

Server::Server(World& world, ServerOptions options) : world_(world), options_(std::move(options)) {}

Server::~Server() {
    stop();
}

Status Server::start() {
    const bool has_tls = !options_.tls_certificate_file.empty() || !options_.tls_key_file.empty();
    try {
        const TlsLibrary tls;
        const net::SocketAddress address(options_.host, options_.port);
        net::ServerSocket socket =
            has_tls ? net::SecureServerSocket(serverContext(options_)) : net::ServerSocket();
        // Not Poco's default: with SO_REUSEPORT two fakes would share a port and its requests.
        socket.bind(address, true, false);
        socket.listen(kQueuedMax);
        running_ = std::make_unique<Running>(world_, socket, options_.threads);
        running_->http.start();
    } catch (const net::SSLException& error) {
        return fail(
            ErrorCode::InvalidArgument, "fake dropbox: certificate: " + error.displayText()
        );
    } catch (const Poco::Exception& error) {
        return fail(ErrorCode::Unavailable, "fake dropbox: cannot listen: " + error.displayText());
    }
    return {};
}

void Server::stop() {
    if (!running_) return;
    running_->http.stopAll(false);
    running_->pool.joinAll();
    running_.reset();
}

std::uint16_t Server::port() const {
    return running_ ? running_->http.port() : std::uint16_t{0};
}

}  // namespace ferry::demo
