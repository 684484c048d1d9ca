#include "simulation/sim_network.h"

#include <algorithm>

namespace ferry::test {
namespace {

using http::TransportError;

bool isCallback(const http::OutboundRequest& request) {
    return request.url.starts_with(kCallbackUrl);
}

http::OutboundResponse failure(TransportError error) {
    http::OutboundResponse response;
    response.error = error;
    response.error_detail = "simulated";
    return response;
}

http::OutboundResponse replacement(int status, std::string type, std::string body) {
    http::OutboundResponse response;
    response.status = status;
    response.headers.add("Content-Type", std::move(type));
    response.body = std::move(body);
    return response;
}

}  // namespace

http::RequestHandle SimNetwork::submit(http::OutboundRequest request, Completion completion) {
    Exchange exchange;
    exchange.handle = next_handle_++;
    exchange.sent_at = clock_.now();
    exchange.fate = fateOf(request, isCallback(request));
    exchange.request = std::move(request);
    exchange.completion = std::move(completion);
    exchanges_.emplace(clock_.now() + delay(), std::move(exchange));
    count();
    return next_handle_ - 1;
}

void SimNetwork::cancel(http::RequestHandle handle) {
    for (auto& [at, exchange] : exchanges_) {
        if (exchange.handle != handle || !exchange.completion) continue;
        Exchange cancelled;
        cancelled.handle = handle;
        cancelled.completion = std::exchange(exchange.completion, nullptr);
        cancelled.has_arrived = true;
        cancelled.answer = failure(TransportError::Cancelled);
        exchanges_.emplace(clock_.now(), std::move(cancelled));
        return;
    }
}

bool SimNetwork::pump() {
    bool has_progress = false;
    while (!exchanges_.empty() && exchanges_.begin()->first <= clock_.now()) {
        Exchange exchange = std::move(exchanges_.begin()->second);
        exchanges_.erase(exchanges_.begin());
        has_progress = true;
        if (exchange.has_arrived) {
            complete(std::move(exchange));
            continue;
        }
        arrive(exchange);
        const bool times_out = exchange.answer.error == TransportError::Timeout;
        const TimePoint answered =
            times_out ? std::max(clock_.now(), exchange.sent_at + exchange.request.timeout)
                      : clock_.now() + delay();
        exchanges_.emplace(answered, std::move(exchange));
    }
    return has_progress;
}

TimePoint SimNetwork::nextDue() const {
    return exchanges_.empty() ? TimePoint::max() : exchanges_.begin()->first;
}

void SimNetwork::forgetSenders() {
    for (auto& [at, exchange] : exchanges_)
        exchange.completion = nullptr;
}

SimNetwork::Fate SimNetwork::fateOf(const http::OutboundRequest&, bool is_callback) {
    if (is_callback ? weather.is_receiver_down : weather.is_provider_down) {
        return random_.below(2) == 0 ? Fate::NoConnection : Fate::LostRequest;
    }
    if (is_callback && weather.is_receiver_stuck) return Fate::LostRequest;
    const double faults = is_callback ? weather.receiver_faults : weather.provider_faults;
    if (random_.unit() >= faults) return Fate::Ok;
    return static_cast<Fate>(1 + random_.below(8));
}

void SimNetwork::arrive(Exchange& exchange) {
    exchange.has_arrived = true;
    switch (exchange.fate) {
        case Fate::Ok:
            exchange.answer = ask(exchange.request);
            break;
        case Fate::NoConnection:
            exchange.answer = failure(TransportError::Connect);
            break;
        case Fate::LostRequest:
            exchange.answer = failure(TransportError::Timeout);
            break;
        case Fate::LostAnswer:
            static_cast<void>(ask(exchange.request));
            exchange.answer = failure(TransportError::Timeout);
            break;
        case Fate::ResetAnswer:
            static_cast<void>(ask(exchange.request));
            exchange.answer = failure(TransportError::Reset);
            break;
        case Fate::CutAnswer:
            // As of a peer that gives no length: the end of the connection ends the body.
            exchange.answer = ask(exchange.request);
            exchange.answer.body.resize(exchange.answer.body.size() / 2);
            break;
        case Fate::ServerError:
            exchange.answer = replacement(500, "text/html", "<h1>Error</h1>");
            break;
        case Fate::RateLimit:
            exchange.answer = replacement(429, "text/plain", "slow down");
            if (random_.below(2) == 0) {
                exchange.answer.headers.add("Retry-After", std::to_string(1 + random_.below(300)));
            }
            break;
        case Fate::Html:
            // A portal in between says 200 to everything; a callback must not be lost to it, and
            // that is nothing the hub could see, so callbacks get 502.
            exchange.answer = replacement(
                isCallback(exchange.request) ? 502 : 200, "text/html", "<h1>Hotel</h1>"
            );
            break;
    }
}

http::OutboundResponse SimNetwork::ask(const http::OutboundRequest& request) {
    http::OutboundResponse response;
    if (isCallback(request)) {
        response.status = receiver_.take(request.headers, request.body);
        response.body = "{}";
        return response;
    }
    demo::Request asked;
    asked.method = request.method;
    asked.body = request.body;
    const std::string target = request.url.substr(kProviderUrl.size());
    const std::size_t query = target.find('?');
    asked.path = target.substr(0, query);
    if (query != std::string::npos) asked.query = target.substr(query + 1);
    for (const auto& [name, value] : request.headers.fields())
        asked.headers[name] = value;

    demo::Reply reply = provider_.handle(asked);
    if (reply.wire == demo::WireForm::Endless) return failure(TransportError::TooLarge);
    if (reply.wire == demo::WireForm::Truncated || reply.wire == demo::WireForm::Reset ||
        reply.wire == demo::WireForm::NoReply) {
        return failure(TransportError::Reset);
    }
    response.status = reply.status;
    response.headers.add("Content-Type", reply.content_type);
    for (auto& [name, value] : reply.headers)
        response.headers.add(std::move(name), std::move(value));
    response.body = std::move(reply.body);
    return response;
}

void SimNetwork::complete(Exchange exchange) {
    if (!exchange.completion) return;
    exchange.answer.latency = clock_.now() - exchange.sent_at;
    exchange.completion(std::move(exchange.answer));
}

Milliseconds SimNetwork::delay() {
    const bool is_slow = random_.below(50) == 0;
    return Milliseconds(1 + random_.below(is_slow ? 4'000 : 150));
}

void SimNetwork::count() {
    std::map<std::string_view, std::size_t> callbacks;  // by URL
    std::size_t fetches = 0;
    for (const auto& [at, exchange] : exchanges_) {
        if (!exchange.completion) continue;
        ++(isCallback(exchange.request) ? callbacks[exchange.request.url] : fetches);
    }
    for (const auto& [url, count] : callbacks)
        callbacks_max_ = std::max(callbacks_max_, count);
    fetches_max_ = std::max(fetches_max_, fetches);
}

}  // namespace ferry::test
