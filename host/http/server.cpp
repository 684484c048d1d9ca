#include "http/server.h"

#include "http/handler_adapter.h"
#include "http/listen_check.h"
#include "http/problem.h"
#include "http/reactor.h"
#include "http/request_ids.h"
#include "http/response_writer.h"
#include "http/server_socket.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/NetException.h>
#include <Poco/ThreadPool.h>
#include <Poco/Timestamp.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>

namespace ferry::http {
namespace {

constexpr int kListenBacklog = 1024;
constexpr int kThreadsKept = 2;
constexpr int kThreadIdleSeconds = 60;
/// A thread that Poco has just lent to the server misses the call to stop, and then waits this
/// long for a connection before it looks again; so stop() may take as long.
constexpr Milliseconds kDispatchIdle{200};

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
    params->setThreadIdleTime(toTimespan(kDispatchIdle));
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
    Handler handler;
    FailureReport report;
    std::unique_ptr<RequestIds> request_ids;
    std::shared_ptr<ConnectionGauge> gauge;
    std::shared_ptr<ConnectionGate> gate;
    std::unique_ptr<Reactor> reactor;  // null: nothing is deferred
    std::unique_ptr<Poco::ThreadPool> threads;
    std::unique_ptr<Poco::Net::HTTPServer> server;
    std::uint16_t port = 0;

    GateOptions gateOptions() const;
    void startReactor();
};

GateOptions Server::State::gateOptions() const {
    GateOptions gate_options;
    gate_options.timeouts = {
        options.head_timeout,
        options.body_timeout,
        options.write_timeout,
        options.keep_alive_timeout,
        options.stream_timeout};
    gate_options.body_bytes_max = options.body_bytes_max;
    gate_options.streams_body = options.streams_body;
    gate_options.waiting_max = options.connections_waiting_max;
    gate_options.is_deferred = options.deferred.test;
    gate_options.defer = [this](std::unique_ptr<Connection> connection) {
        reactor->take(std::move(connection));
    };
    gate_options.refuse = [this](const Refusal& refusal, const std::string& peer) {
        if (options.refused) options.refused(refusal, peer);
        const std::string id = request_ids->next();
        const std::string date =
            Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT);
        return renderResponse(
            problem(refusal.status, id, refusal.reason),
            {id, date, false, refusal.is_for_head ? BodyFraming::None : BodyFraming::Length}
        );
    };
    return gate_options;
}

void Server::State::startReactor() {
    ReactorOptions reactor_options;
    reactor_options.handler = options.deferred.handler;
    reactor_options.is_deferred = options.deferred.test;
    reactor_options.report = report;
    reactor_options.idle = options.keep_alive_timeout;
    reactor_options.in_flight_max = options.deferred.in_flight_max;
    const auto give_back = [this](std::unique_ptr<Connection> connection) {
        gate->park(std::move(connection));
    };
    reactor = std::make_unique<Reactor>(std::move(reactor_options), give_back, *request_ids);
}

Server::Server(ServerOptions options, Handler handler, FailureReport report, Random& random)
    : state_(std::make_unique<State>()) {
    state_->options = std::move(options);
    state_->handler = std::move(handler);
    state_->report = std::move(report);
    state_->request_ids = std::make_unique<RequestIds>(drawSeed(random));
}

Server::~Server() {
    stop(Milliseconds(0));
}

Status Server::start() {
    const ServerOptions& options = state_->options;
    try {
        const Poco::Net::HTTPRequestHandlerFactory::Ptr factory(new HandlerAdapterFactory(
            *state_->request_ids, state_->handler, state_->report, state_->options.bad_path
        ));
        state_->gauge = std::make_shared<ConnectionGauge>(options.threads);
        state_->gate = std::make_shared<ConnectionGate>(state_->gateOptions(), state_->gauge);
        ListeningSocket socket(state_->gate, state_->gauge);
        // Without the port being shared, which Poco's two-argument form does: a second hub on the
        // same port must fail and not take half of the requests.
        socket.bind(Poco::Net::SocketAddress(options.host, options.port), true, false);
        socket.listen(kListenBacklog);
        state_->port = socket.address().port();
        state_->threads = std::make_unique<Poco::ThreadPool>(
            "http", kThreadsKept, options.threads + kThreadsKept, kThreadIdleSeconds
        );
        state_->server = std::make_unique<Poco::Net::HTTPServer>(
            factory, *state_->threads, socket, makeParams(options)
        );
        if (options.deferred.test) state_->startReactor();
        state_->server->start();
    } catch (const Poco::Exception& exception) {
        return fail(listenError(options.host, options.port, exception));
    }
    return {};
}

bool Server::stop(Milliseconds grace) {
    if (!state_->server) return true;
    const auto until = std::chrono::steady_clock::now() + grace;
    state_->gauge->beginStop();
    if (state_->reactor) state_->reactor->beginStop();
    bool is_clean = state_->gauge->waitUntilEmpty(grace);
    state_->server->stop();
    state_->server->stopAll(true);
    state_->threads->joinAll();
    state_->server.reset();
    if (state_->reactor) {
        const auto left =
            std::chrono::floor<Milliseconds>(until - std::chrono::steady_clock::now());
        is_clean &= state_->reactor->stop(std::max(left, Milliseconds(0)));
    }
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
    stats.connections_waiting = static_cast<int>(state_->gate->waiting());
    stats.connections_dropped = state_->gate->droppedTotal();
    if (state_->reactor) stats.deferred_in_flight = state_->reactor->inFlight();
    return stats;
}

}  // namespace ferry::http
