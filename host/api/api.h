#pragma once
// The REST API: routes made of the table, and what comes before each handler: who calls, whether he
// may, and which instance is meant.

#include "api/api_parts.h"
#include "api/async_calls.h"
#include "api/authenticator.h"
#include "api/request_rate.h"
#include "api/route_table.h"
#include "api/topic_sender.h"
#include "http/in_flight_limit.h"
#include "http/router.h"

#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace ferry::api {

/// Threads: addTo() once, before the router is used; handlers from any. Lifetime: outlives the
/// router's last call.
class Api {
  public:
    explicit Api(ApiParts parts);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// Adds a route for each row, and the OpenAPI document.
    void addTo(http::Router& router);

    const RouteTable& table() const noexcept { return table_; }
    /// Calls that are answered later: to be loaded, and driven by threads.
    AsyncCalls& asyncCalls() noexcept { return async_; }
    /// What callers send to topics: to be driven by a thread.
    Steppable& topicSender() noexcept { return topics_; }

  private:
    static constexpr std::string_view kHubPrefix = "/hubs/{hub}";

    void addMetrics();
    void addAsyncRoutes();
    static Status checkEnabled(const Route& route, const Call& call);
    http::Response answerLater(const http::Request& request, InstanceId instance);
    http::Response answer(
        const Route& route, const http::Request& request, const http::Params& params
    );
    http::Response refusalOf(const Route& route, const http::Request& request, const Error& error);
    Result<http::Response> callHandler(const Route& route, Call& call);
    void note(const Route& route, const Call& call, TimePoint began, int status);
    http::Response traced(
        const Route& route, const Call& call, const std::function<Result<http::Response>()>& answer
    );
    Result<Caller> authenticate(const http::Request& request);
    Result<Caller> admitted(Result<Caller> caller);
    Result<Caller> logIn(std::string_view name, const Secret& key);
    Status findSubject(const Route& route, Call& call);
    Result<std::optional<Instance>> instanceOfPath(const http::Params& params, bool has_connector);

    const ApiParts parts_;
    Authenticator authenticator_;
    RequestRate rate_;
    RequestRate guesses_;  ///< of all callers whose key was not good before
    std::mutex good_keys_mutex_;
    std::set<std::string, std::less<>> good_keys_;  ///< names; guarded by good_keys_mutex_
    http::InFlightLimit in_flight_;
    RouteTable table_;
    std::string openapi_;
    http::Router async_routes_;  ///< those whose calls may be answered later, for who was let in
    AsyncCalls async_;
    TopicSender topics_;
};

}  // namespace ferry::api
