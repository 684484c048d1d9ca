#include "http/server.h"

#include "http/handler_adapter.h"
#include "http/server_socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/NetException.h>
#include <Poco/ThreadPool.h>
#include <fmt/core.h>

#include <cstring>
#include <span>

namespace ferry::http {
namespace {

constexpr int kListenBacklog = 1024;
constexpr int kThreadsKept = 2;
constexpr int kThreadIdleSeconds = 60;

Poco::Timespan toTimespan(Milliseconds duration) {
    return Poco::Timespan(duration.count() * 1000);
}

/// Poco's defaults are not what its documentation says: none is relied upon.
Poco::Net::HTTPServerParams::Ptr makeParams(const ServerOptions& options) {
    Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
    params->setTimeout(toTimespan(options.head_timeout));
    params->setKeepAlive(true);
    params->setKeepAliveTimeout(toTimespan(options.keep_alive_timeout));
    params->setMaxKeepAliveRequests(options.keep_alive_requests_max);
    params->setMaxThreads(options.threads);
    params->setMaxQueued(options.connections_queued_max);
    params->setThreadIdleTime(Poco::Timespan(kThreadIdleSeconds, 0));
    params->setServerName("");
    params->setSoftwareVersion("");
    return params;
}

std::uint64_t drawSeed(Random& random) {
    std::uint8_t bytes[8];
    random.fill(bytes);
    std::uint64_t seed = 0;
    std::memcpy(&seed, bytes, sizeof seed);
    return seed;
}

}  // namespace

// Order is destruction order turned round: the server goes before the threads that it uses.
struct Server::State {
    ServerOptions options;
    AdapterOptions adapter;
    Handler handler;
    FailureReport report;
    std::shared_ptr<ConnectionGauge> gauge;
    std::unique_ptr<Poco::ThreadPool> threads;
    std::unique_ptr<Poco::Net::HTTPServer> server;
    std::uint16_t port = 0;
};

Server::Server(ServerOptions options, Handler handler, FailureReport report, Random& random)
    : state_(std::make_unique<State>()) {
    state_->adapter.body_bytes_max = options.body_bytes_max;
    state_->adapter.body_timeout = options.body_timeout;
    state_->adapter.write_timeout = options.write_timeout;
    state_->adapter.request_id_seed = drawSeed(random);
    state_->options = std::move(options);
    state_->handler = std::move(handler);
    state_->report = std::move(report);
}

Server::~Server() {
    stop(Milliseconds(0));
}

Status Server::start() {
    const ServerOptions& options = state_->options;
    try {
        state_->gauge = std::make_shared<ConnectionGauge>(options.threads);
        ListeningSocket socket(state_->gauge, SocketTimeouts{options.head_timeout});
        // Without the port being shared, which Poco's two-argument form does: a second hub on the
        // same port must fail and not take half of the requests.
        socket.bind(Poco::Net::SocketAddress(options.host, options.port), true, false);
        socket.listen(kListenBacklog);
        state_->port = socket.address().port();
        state_->threads = std::make_unique<Poco::ThreadPool>(
            "http", kThreadsKept, options.threads + kThreadsKept, kThreadIdleSeconds
        );
        state_->server = std::make_unique<Poco::Net::HTTPServer>(
            new HandlerAdapterFactory(state_->adapter, state_->handler, state_->report),
            *state_->threads,
            socket,
            makeParams(options)
        );
        state_->server->start();
    } catch (const Poco::Exception& exception) {
        return fail(
            ErrorCode::Unavailable,
            fmt::format("listen on {}:{}: {}", options.host, options.port, exception.displayText())
        );
    }
    return {};
}

bool Server::stop(Milliseconds grace) {
    if (!state_->server) return true;
    state_->gauge->beginStop();
    const bool is_clean = state_->gauge->waitUntilEmpty(grace);
    state_->server->stop();
    state_->server->stopAll(true);
    state_->threads->joinAll();
    state_->server.reset();
    return is_clean;
}

std::uint16_t Server::port() const noexcept {
    return state_->port;
}

ServerStats Server::stats() const {
    if (!state_->server) return {};
    ServerStats stats;
    stats.connections_open = state_->gauge->open();
    stats.connections_queued = state_->server->queuedConnections();
    stats.connections_total = static_cast<std::uint64_t>(state_->server->totalConnections());
    stats.connections_refused = static_cast<std::uint64_t>(state_->server->refusedConnections());
    stats.connections_evicted = state_->gauge->evicted_total.load();
    return stats;
}

}  // namespace ferry::http
