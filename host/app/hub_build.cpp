// How the hub's parts are connected: which step wakes which, and which route leads where.

#include "app/hub.h"
#include "base/encoding.h"
#include "base/json_writer.h"
#include "http/egress_policy.h"
#include "http/ip_network.h"
#include "http/problem.h"

#include <fmt/format.h>

namespace ferry::app {

namespace {

constexpr std::string_view kUserAgent = "Ferry/" FERRY_VERSION;
/// Under load a step takes what came in this time: pages and outcomes share a commit then.
constexpr Milliseconds kPace{2};
/// Threads of the server that are never all busy: health and metrics are answered under load.
constexpr std::int64_t kThreadsSpare = 8;

http::Response plain(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

}  // namespace

Status Hub::build() {
    FERRY_TRY(buildOutbound());
    settings_ = std::make_unique<pipeline::SettingsCache>(store_->instances(), *key_);
    buildOauth();
    buildSync();
    buildDelivery();
    housekeeping_ = std::make_unique<Housekeeping>(*store_, clock_, log_, Retention{});

    token_thread_ = std::make_unique<Worker>("ferry-tokens", *token_worker_, clock_);
    sync_thread_ = std::make_unique<Worker>("ferry-sync", *sync_, clock_, kPace);
    delivery_thread_ = std::make_unique<Worker>("ferry-deliver", *delivery_, clock_, kPace);
    housekeeping_thread_ = std::make_unique<Worker>("ferry-prune", *housekeeping_, clock_);

    lookup_ = std::make_unique<pipeline::InstanceLookup>(store_->instances(), *key_);
    webhooks_ = std::make_unique<pipeline::WebhookReceiver>(pipeline::WebhookReceiver::Parts{
        catalog_, *lookup_, store_->notices(), clock_, log_, metrics_, [this] {
            sync_thread_->wake();
        }});
    addRoutes();
    addGauges();
    return {};
}

Status Hub::buildOutbound() {
    std::vector<http::IpNetwork> allowed;
    for (const std::string& text : config_.delivery.allow_networks) {
        auto network = http::IpNetwork::parse(text);
        if (!network) {
            return fail(std::move(network.error()).withContext("delivery.allow_networks"));
        }
        allowed.push_back(*network);
    }
    http::CurlOutboundOptions outbound_options;
    outbound_options.policy = http::EgressPolicy::standard(std::move(allowed));
    outbound_options.user_agent = kUserAgent;
    FERRY_TRY_ASSIGN(outbound_, http::CurlOutbound::create(std::move(outbound_options)));
    return {};
}

void Hub::buildOauth() {
    const oauth::OauthParts oauth_parts{
        store_->instances(),
        store_->tokens(),
        catalog_,
        *outbound_,
        *key_,
        random_,
        clock_,
        log_,
        metrics_,
        config_.public_url,
        [this] { token_thread_->wake(); }};
    tokens_ = std::make_unique<oauth::TokenRefresher>(oauth_parts);
    authorizer_ = std::make_unique<oauth::AccountAuthorizer>(oauth_parts, [this](InstanceId id) {
        tokens_->forget(id);
        settings_->invalidate(id);
        sync_thread_->wake();
    });
    browser_flow_ = std::make_unique<oauth::BrowserFlow>(oauth_parts, *authorizer_);
    token_worker_ = std::make_unique<oauth::TokenWorker>(*authorizer_, *tokens_);
}

void Hub::buildSync() {
    pipeline::SyncWorkerOptions sync_options;
    sync_options.hub_id = hub_id_;
    sync_ = std::make_unique<pipeline::SyncWorker>(
        pipeline::SyncWorkerParts{
            *store_, catalog_, *settings_, *tokens_, *outbound_, clock_, random_, log_, metrics_},
        sync_options,
        [this] { sync_thread_->wake(); },
        [this] { delivery_thread_->wake(); }
    );
}

void Hub::buildDelivery() {
    pipeline::DeliveryOptions delivery_options;
    retry_delays_ = config_.delivery.retry_schedule;
    delivery_options.schedule = {"ferry.yaml", retry_delays_, 0.2};
    delivery_options.per_callback =
        static_cast<std::size_t>(config_.delivery.concurrency_per_callback);
    delivery_options.request.timeout = config_.delivery.timeout;
    delivery_options.request.user_agent = kUserAgent;
    delivery_ = std::make_unique<pipeline::DeliveryWorker>(
        pipeline::DeliveryServices{
            store_->deliveries(),
            store_->events(),
            *settings_,
            *outbound_,
            clock_,
            random_,
            metrics_,
            log_},
        delivery_options,
        [this] { delivery_thread_->wake(); }
    );
}

void Hub::addRoutes() {
    using http::Params;
    using http::Request;
    using http::Response;
    for (const char* method : {"GET", "POST"}) {
        router_.add(
            method,
            "/elements/api-v2/events/{key}",
            [this](const Request& request, const Params& params) {
                return webhooks_->receive(params.get("key"), std::nullopt, request);
            }
        );
        router_.add(
            method,
            "/elements/api-v2/events/{key}/{instance}",
            [this](const Request& request, const Params& params) {
                const auto id = pipeline::parseInstancePart(params.get("instance"));
                if (!id) {
                    return http::problem(
                        404, request.request_id, "the last part of the path is no instance id"
                    );
                }
                return webhooks_->receive(params.get("key"), id, request);
            }
        );
    }
    router_.add("GET", "/oauth/start/{instance}", [this](const Request&, const Params& params) {
        return browser_flow_->start(params.get("instance"));
    });
    router_.add("GET", "/oauth/callback", [this](const Request& request, const Params&) {
        return browser_flow_->callback(request);
    });
    router_.add("GET", "/healthz", [](const Request&, const Params&) {
        return plain(200, "ok\n");
    });
    router_.add("GET", "/readyz", [this](const Request&, const Params&) { return ready(); });
    router_.add("GET", "/metrics", [this](const Request&, const Params&) {
        Response response = plain(200, metrics_.prometheusText());
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        return response;
    });

    http::ServerOptions options;
    options.host = config_.listen_host;
    options.port = config_.listen_port;
    options.threads = static_cast<int>(config_.http.threads);
    options.body_bytes_max = static_cast<std::size_t>(config_.http.body_bytes_max);
    const std::int64_t in_flight = std::max<std::int64_t>(config_.http.threads - kThreadsSpare, 1);
    in_flight_ = std::make_unique<http::InFlightLimit>(
        static_cast<std::size_t>(in_flight), Milliseconds(1000)
    );
    const http::Handler handler =
        in_flight_->wrap([this](const Request& request) { return router_.handle(request); });
    const auto report = [this](const Request& request, std::string_view what) {
        log_.error(
            "http",
            "a handler failed",
            {{"path", request.path}, {"request_id", request.request_id}, {"what", what}}
        );
    };
    server_ = std::make_unique<http::Server>(options, handler, report, random_);
}

void Hub::addGauges() {
    metrics_.gauge("ferry_http_in_flight", "Requests being answered now", [this] {
        return static_cast<double>(in_flight_->inFlight());
    });
    metrics_.gauge(
        "ferry_http_connections_refused",
        "Connections closed without an answer since the start",
        [this] { return static_cast<double>(server_->stats().connections_refused); }
    );
    metrics_.gauge(
        "ferry_outbound_in_flight",
        "Requests to providers and callbacks under way",
        [this] { return static_cast<double>(outbound_->stats().in_flight); }
    );
    for (const InstanceState state :
         {InstanceState::Running,
          InstanceState::AwaitingAuthorization,
          InstanceState::NeedsReauthorization,
          InstanceState::Disabled}) {
        metrics_.gauge(
            "ferry_instances",
            "Instances by state",
            [this, state]() -> double {
                const auto counts = store_->instances().countByState();
                if (!counts) return -1;
                const auto found = counts->find(state);
                return found == counts->end() ? 0 : static_cast<double>(found->second);
            },
            fmt::format("state=\"{}\"", instanceStateName(state))
        );
    }
    metrics_.gauge(
        "ferry_deliveries_waiting",
        "Deliveries that wait for an attempt",
        [this]() -> double {
            const auto counts = store_->deliveries().countByState();
            if (!counts) return -1;
            const auto found = counts->find(DeliveryState::Waiting);
            return found == counts->end() ? 0 : static_cast<double>(found->second);
        }
    );
}

http::Response Hub::ready() {
    std::vector<std::string> reasons;
    if (!is_running_) reasons.emplace_back("the hub is starting or stopping");
    if (const auto newest = store_->events().newest(); !newest) {
        reasons.push_back("the store can't be read: " + newest.error().message);
    }
    if (catalog_.snapshot()->providers.empty()) reasons.emplace_back("no connector is loaded");
    JsonWriter json;
    json.beginObject().field("ready", reasons.empty()).key("reasons").beginArray();
    for (const std::string& reason : reasons)
        json.string(reason);
    json.endArray().endObject();
    http::Response response;
    response.status = reasons.empty() ? 200 : 503;
    response.body = json.take() + "\n";
    return response;
}

}  // namespace ferry::app
