#pragma once
// A call that reaches the provider, on the thread of its handler: opens the instance, gets a token
// that is good now, runs the plugin's operations, and refreshes the token once if it is refused.

#include "api/api_parts.h"
#include "api/async_calls.h"
#include "api/route.h"
#include "api/route_table.h"
#include "http/in_flight_limit.h"
#include "http/streamed_exchange.h"
#include "pipeline/instance_settings.h"
#include "pipeline/stages.h"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace ferry::api {

/// How an operation ended. With a streamed answer, that is still to be read.
struct ConnectorOutcome {
    pipeline::OperationResult result;
    std::optional<http::OutboundResponse> stream_head;  ///< status and headers of a streamed answer
    std::shared_ptr<http::BodySource> stream;           ///< its body
};

/// Threads: one. Lifetime: shorter than the call's.
class ConnectorCall {
  public:
    /// Errors: Unauthenticated if the instance is not authorized, with what to do; Unavailable if
    /// its connector is not loaded.
    static Result<ConnectorCall> begin(const ApiParts& parts, const Call& call);

    /// Tokens that are good now; other ones if `rejected` was refused. Of an instance that has an
    /// access key instead, the key. Errors as those of pipeline::TokenSource; callerGone().
    Result<TokenSet> tokens(std::optional<Secret> rejected = std::nullopt);
    /// False for an access key: there is no other one.
    bool canRefresh() const;

    using Start = std::function<
        Result<pipeline::OperationPtr>(const pipeline::ProviderAccount&, const TokenSet&)>;
    /// Runs what `start` begins until it ends; once more, with a fresh token, if it ends with
    /// Unauthenticated. Errors: those of the operation.
    Result<ConnectorOutcome> run(const Start& start);

    /// Of an instance whose calls are told in the log: what the provider was asked, without a
    /// query, and its answer.
    void noteExchange(
        std::string_view method, std::string_view url, const http::OutboundResponse& answer
    ) const;

    pipeline::Provider& provider() const noexcept { return *provider_; }
    http::Client* client() const noexcept { return client_; }
    const pipeline::InstanceSettings& settings() const noexcept { return *settings_; }

  private:
    ConnectorCall(const ApiParts& parts, const Call& call);
    Result<ConnectorOutcome> runOnce(const Start& start, const TokenSet& tokens);
    Result<http::OutboundResponse> exchange(
        http::OutboundRequest request, ConnectorOutcome& outcome
    );
    std::optional<Secret> accessKey() const;

    const ApiParts& parts_;
    http::Client* client_;
    std::string_view request_id_;
    std::shared_ptr<const pipeline::InstanceSettings> settings_;
    std::shared_ptr<pipeline::Provider> provider_;
};

/// What a call ends with whose caller is gone. A connection that is closed for sending only looks
/// the same, and its caller still reads the answer: that the call ended is the caller's own doing,
/// and no fault of the hub.
Error callerGone();

/// An error of a connector call as an answer: what the provider refuses has the status of its code,
/// what it answers wrongly or not at all is 502 or 504.
http::Response connectorProblem(Error error, std::string_view request_id);
/// The same for an exchange without an answer.
http::Response transportProblem(
    const http::OutboundResponse& response, std::string_view request_id
);

/// Adds what all routes that reach the provider have in common, and lets no more of them run at a
/// time than the server can spare threads.
class ConnectorRoutes {
  public:
    /// Lifetime: all of them outlive the routes.
    ConnectorRoutes(RouteTable& table, const ApiParts& parts, AsyncCalls& async);

    /// Adds the row; `handler` runs with the call's instance opened.
    using Handler = std::function<Result<http::Response>(ConnectorCall&, const Call&)>;
    void add(Route route, Handler handler);

  private:
    RouteTable& table_;
    const ApiParts& parts_;
    AsyncCalls& async_;
    std::shared_ptr<http::InFlightLimit> limit_;
};

}  // namespace ferry::api
