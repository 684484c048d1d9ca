// The hub's HTTP side: which route leads where, and what the server does with what never gets
// there.

#include "app/hub.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/json_writer.h"
#include "http/cors.h"
#include "http/handler_guard.h"
#include "oauth/failure_page.h"
#include "pipeline/webhook_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace ferry::app {

namespace {

constexpr std::string_view kApiPath = "/elements/api-v2/";
using pipeline::kWebhookPath;
constexpr int kRefusalStatuses[] = {400, 408, 413, 414, 431, 501, 505};
constexpr Milliseconds kRefusalLineInterval{10'000};
/// The part of the threads that webhooks of plugins in processes of their own have.
constexpr std::int64_t kWebhooksApartPart = 4;

bool isAboutHealth(std::string_view path) {
    return path == "/healthz" || path == "/readyz" || path == "/metrics";
}

/// What browsers let scripts read of every answer of the API, if they may read any.
std::vector<std::string> exposedHeaders() {
    return {
        "Elements-Request-Id",
        "Elements-Element-Instance-Id",
        "Elements-Returned-Count",
        "Elements-Total-Count",
        "Elements-Next-Page-Token",
        "Elements-Trace-Id",
        "Elements-Error",
        "Retry-After"};
}

/// True for what callers of the API ask for; webhooks are the providers'.
bool isOfApi(std::string_view path) {
    return path.starts_with(kApiPath) && !path.starts_with(kWebhookPath);
}

http::Response plain(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

}  // namespace

void Hub::addRoutes() {
    using http::Params;
    using http::Request;
    using http::Response;
    const auto receive = [this](
                             const std::string& key,
                             std::optional<InstanceId> instance,
                             const Request& request,
                             http::Answer answer
                         ) {
        const auto sent = pipeline::asProviderSent(request, config_.public_url);
        webhooks_->receive(
            catalog_.keyOf(key), instance, sent ? *sent : request, std::move(answer)
        );
    };
    // Any method: the receiver counts what comes to it, also in a wrong way.
    router_.addDeferred(
        "*",
        std::string(kWebhookPath) + "{key}",
        [receive](const Request& request, const Params& params, http::Answer answer) {
            receive(params.get("key"), std::nullopt, request, std::move(answer));
        }
    );
    router_.addDeferred(
        "*",
        std::string(kWebhookPath) + "{key}/{instance}",
        [this, receive](const Request& request, const Params& params, http::Answer answer) {
            const auto id = pipeline::parseInstancePart(params.get("instance"));
            if (!id) return answer(webhooks_->rejectInstance(request));
            receive(params.get("key"), id, request, std::move(answer));
        }
    );
    router_.add(
        "*",
        std::string(pipeline::kPermissionPath) + "{token}",
        [this](const Request& request, const Params& params) {
            return permissions_->receiveGrant(params.get("token"), request);
        }
    );
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
    api_->addTo(router_);
}

/// Webhooks whose plugin may take its time for them have a thread of the server's: the one that
/// takes all others must not wait.
bool Hub::isWebhookApart(std::string_view target) const {
    const std::string_view path = http::pathOf(target);
    if (!path.starts_with(kWebhookPath)) return false;
    const std::string_view rest = path.substr(kWebhookPath.size());
    const auto key = percentDecode(rest.substr(0, rest.find('/')), false);
    return key && catalog_.takesWebhooksApart(*key);
}

/// Of all that is not answered later. Webhooks apart wait for their answers on a part of the
/// threads: whatever their plugins do, the others are for the API.
http::Handler Hub::handlerForAll(http::DeferredHandler webhooks) {
    using http::Request;
    constexpr Milliseconds kRetryAfter{1'000};
    const auto atLeastOne = [](std::int64_t count) {
        return static_cast<std::size_t>(std::max<std::int64_t>(count, 1));
    };
    const std::int64_t threads = config_.http.threads;
    in_flight_ =
        std::make_unique<http::InFlightLimit>(atLeastOne(threads - kThreadsSpare), kRetryAfter);
    webhooks_apart_ = std::make_unique<http::InFlightLimit>(
        atLeastOne(threads / kWebhooksApartPart),
        kRetryAfter,
        [this] { webhooks_->countRefused(503); }
    );
    const http::Handler apart =
        webhooks_apart_->wrap([webhooks = std::move(webhooks)](const Request& request) {
            return http::waitForAnswer(webhooks, request);
        });
    const http::Handler limited = in_flight_->wrap([this, apart](const Request& request) {
        const bool is_webhook = request.raw_path.starts_with(kWebhookPath) &&
                                router_.isDeferred(request.method, request.raw_path);
        return is_webhook ? apart(request) : router_.handle(request);
    });
    const http::Handler for_scripts =
        http::Cors(config_.api.cors_origins, exposedHeaders()).wrap(limited);
    return [this, limited, for_scripts](const Request& request) {
        if (isAboutHealth(request.path)) return router_.handle(request);
        if (oauth::isOfBrowser(request.path)) return oauth::asPage(limited(request));
        return isOfApi(request.path) ? for_scripts(request) : limited(request);
    };
}

void Hub::buildServer() {
    using http::Request;
    for (const int status : kRefusalStatuses) {
        refused_[status] = &metrics_.counter(
            "ferry_http_requests_refused_total",
            "Requests that were too large, too slow or malformed, by the status of the answer",
            fmt::format("status=\"{}\"", status)
        );
    }
    http::ServerOptions options;
    options.refused = [this](const http::Refusal& refusal, const std::string& peer) {
        noteRefusal(refusal, peer);
    };
    options.host = config_.listen_host;
    options.port = config_.listen_port;
    options.threads = static_cast<int>(config_.http.threads);
    options.body_bytes_max = static_cast<std::size_t>(config_.http.body_bytes_max);
    options.bad_path = [](const Request& request, http::Response answer) {
        return oauth::isOfBrowser(request.raw_path) ? oauth::asPage(std::move(answer)) : answer;
    };
    options.streams_body = [this](std::string_view method, std::string_view target) {
        return router_.streamsBody(method, target);
    };
    options.deferred.test = [this](std::string_view method, std::string_view target) {
        return router_.isDeferred(method, target) && !isWebhookApart(target);
    };
    options.deferred.handler = [this](const Request& request, http::Answer answer) {
        router_.handleDeferred(request, std::move(answer));
    };
    const http::Handler handler = handlerForAll(options.deferred.handler);
    const auto report = [this](const Request& request, std::string_view what) {
        log_.error(
            "http",
            "a handler failed",
            {{"path", request.path}, {"request_id", request.request_id}, {"what", what}}
        );
    };
    server_ = std::make_unique<http::Server>(options, handler, report, random_);
}

void Hub::noteRefusal(const http::Refusal& refusal, const std::string& peer) {
    const auto counter = refused_.find(refusal.status);
    FERRY_CHECK(counter != refused_.end(), "a status that no request is refused with");
    counter->second->add();
    if (refusal.target.starts_with(kWebhookPath)) webhooks_->countRefused(refusal.status);
    // Whoever sends nonsense can send much of it: one line in a while is enough.
    const TimePoint now = clock_.now();
    if (now < next_refusal_line_) return;
    next_refusal_line_ = now + kRefusalLineInterval;
    log_.warning(
        "http",
        "a request was refused; more are only counted for a while",
        {{"status", std::int64_t{refusal.status}},
         {"reason", refusal.reason},
         {"path", refusal.target.substr(0, refusal.target.find('?'))},
         {"peer", peer}}
    );
}

http::Response Hub::ready() {
    std::vector<std::string> reasons;
    if (!is_running_) reasons.emplace_back("the hub is starting or stopping");
    if (const auto newest = store_->events().newest(); !newest) {
        reasons.push_back("the store can't be read: " + newest.error().message);
    }
    if (const auto failure = store_->meta().writeFailure()) {
        reasons.push_back("the store can't be written: " + failure->message);
    }
    if (catalog_.snapshot()->providers.empty()) reasons.emplace_back("no connector is loaded");
    for (std::string& reason : plugin_watch_->stuck())
        reasons.push_back(std::move(reason));
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
