#include "api/connector_call.h"

#include "api/answers.h"
#include "api/async_request.h"
#include "api/awaited.h"
#include "http/problem.h"
#include "oauth/oauth_links.h"
#include "pipeline/provider_text.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace ferry::api {
namespace {

/// Requests of one operation at most (a plugin that asks for more is misbehaving).
constexpr int kStepsMax = 20;
/// Longer than a refresh takes that succeeds.
constexpr Milliseconds kTokenPatience{60'000};
/// Beyond the time that the exchange itself has.
constexpr Milliseconds kExchangeGrace{5'000};
/// Of an answer that says why there is nothing to stream.
constexpr std::size_t kRefusalBytesMax = 1 << 20;
constexpr Milliseconds kRefusalPatience{30'000};
constexpr Milliseconds kRetryAfter{1'000};

/// What to do about an instance that has no consent.
Status checkState(const ApiParts& parts, const pipeline::InstanceSettings& settings) {
    const auto refuse = [&](ErrorCode code, std::string_view what) {
        return fail(
            code,
            fmt::format(
                "instance {} {}: {}",
                settings.id.value,
                what,
                oauth::howToAuthorize(settings, parts.public_url)
            )
        );
    };
    switch (settings.state) {
        case InstanceState::AwaitingAuthorization:
            return refuse(ErrorCode::Unauthenticated, "is not authorized yet");
        case InstanceState::NeedsReauthorization:
            return refuse(ErrorCode::AuthorizationRevoked, "has to be authorized again");
        case InstanceState::Running:
        case InstanceState::Disabled:
            break;
    }
    return {};
}

}  // namespace

ConnectorCall::ConnectorCall(const ApiParts& parts, const Call& call)
    : parts_(parts), client_(call.request.client), request_id_(call.request.request_id) {}

Result<ConnectorCall> ConnectorCall::begin(const ApiParts& parts, const Call& call) {
    ConnectorCall made(parts, call);
    FERRY_TRY_ASSIGN(made.settings_, parts.settings.get(call.theInstance().id));
    FERRY_TRY(checkState(parts, *made.settings_));
    made.provider_ = parts.providers.find(made.settings_->connector_key);
    if (!made.provider_) {
        return fail(
            ErrorCode::Unavailable,
            fmt::format("the connector '{}' is not loaded", made.settings_->connector_key)
        );
    }
    return made;
}

std::optional<Secret> ConnectorCall::accessKey() const {
    if (!oauth::usesApiKey(*settings_)) return std::nullopt;
    const auto connectors = parts_.connectors();
    const auto connector = connectors->find(settings_->connector_key);
    if (connector == connectors->end()) return Secret();
    const std::string_view profile = settings_->value(oauth::kAuthenticationType);
    // The secret parameter that belongs to this way of authentication and to no other.
    for (const config::Field& field : connector->second.parameters.fields()) {
        const bool is_of_profile = field.profiles.size() == 1 && field.profiles.front() == profile;
        if (field.is_secret && is_of_profile)
            return Secret(std::string(settings_->value(field.key)));
    }
    return Secret();
}

bool ConnectorCall::canRefresh() const {
    return !oauth::usesApiKey(*settings_);
}

Result<TokenSet> ConnectorCall::tokens(std::optional<Secret> rejected) {
    if (auto key = accessKey()) {
        TokenSet set;
        set.access_token = std::move(*key);
        return set;
    }
    Awaited<Result<TokenSet>> awaited;
    parts_.tokens.get(settings_, provider_, std::move(rejected), awaited.giver());
    auto given = awaited.wait(client_, kTokenPatience);
    if (given) return std::move(*given);
    if (client_ != nullptr && client_->isGone()) return fail(callerGone());
    return fail(ErrorCode::DeadlineExceeded, "the provider gave no token in time");
}

Result<ConnectorOutcome> ConnectorCall::run(const Start& start) {
    FERRY_TRY_ASSIGN(const TokenSet first, tokens());
    Result<ConnectorOutcome> outcome = runOnce(start, first);
    const bool was_refused = !outcome && outcome.error().code == ErrorCode::Unauthenticated;
    if (!was_refused || !canRefresh()) return outcome;
    FERRY_TRY_ASSIGN(const TokenSet fresh, tokens(first.access_token));
    return runOnce(start, fresh);
}

Result<ConnectorOutcome> ConnectorCall::runOnce(const Start& start, const TokenSet& tokens) {
    const pipeline::ProviderAccount account =
        settings_->providerAccount(provider_->options().base_urls);
    // An access key is the plugin's to find in the configuration.
    FERRY_TRY_ASSIGN(
        const pipeline::OperationPtr operation, start(account, canRefresh() ? tokens : TokenSet())
    );
    ConnectorOutcome outcome;
    std::optional<http::OutboundResponse> response;
    pipeline::ProviderText text;
    for (int step = 0; step <= kStepsMax; ++step) {
        auto next = operation->advance(response ? &*response : nullptr);
        if (!next) {
            if (response) next.error().provider_message = text.of(*response);
            return fail(std::move(next.error()));
        }
        if (auto* result = std::get_if<pipeline::OperationResult>(&*next)) {
            outcome.result = std::move(*result);
            return outcome;
        }
        auto& request = std::get<http::OutboundRequest>(*next);
        text = pipeline::ProviderText(request);
        FERRY_TRY_ASSIGN(response, exchange(std::move(request), outcome));
    }
    return fail(ErrorCode::Internal, "the plugin's operation asks for one request after another");
}

Result<http::OutboundResponse> ConnectorCall::exchange(
    http::OutboundRequest request, ConnectorOutcome& outcome
) {
    if (request.stream) {
        const std::string method = request.method;
        const std::string url = request.url;
        http::StreamedExchange exchange(parts_.outbound, std::move(request), client_);
        http::OutboundResponse head = exchange.waitForHead();
        noteExchange(method, url, head);
        if (head.error == http::TransportError::Cancelled) return fail(callerGone());
        if (!head.is_body_streamed) return head;
        const std::shared_ptr<http::BodySource> body = exchange.takeBody();
        if (head.status >= 200 && head.status < 300) {
            outcome.stream_head = head;
            outcome.stream = body;
            return head;
        }
        FERRY_TRY_ASSIGN(head.body, http::readWhole(*body, kRefusalBytesMax, kRefusalPatience));
        head.is_body_streamed = false;
        return head;
    }
    const Milliseconds patience = request.timeout * 2 + kExchangeGrace;
    const std::string method = request.method;
    const std::string url = request.url;
    Awaited<http::OutboundResponse> awaited;
    const auto handle = parts_.outbound.submit(std::move(request), awaited.giver());
    auto answer = awaited.wait(client_, patience);
    if (answer) {
        noteExchange(method, url, *answer);
        return std::move(*answer);
    }
    parts_.outbound.cancel(handle);
    return fail(callerGone());
}

void ConnectorCall::noteExchange(
    std::string_view method, std::string_view url, const http::OutboundResponse& answer
) const {
    if (!parts_.trace_logging->isOn(settings_->id, parts_.clock.now())) return;
    // Queries may hold what is nobody's business.
    parts_.log.info(
        "api",
        "the provider was asked for a call about an instance",
        {{"instance", settings_->id.value},
         {"request", fmt::format("{} {}", method, url.substr(0, url.find('?')))},
         {"status", std::int64_t{answer.status}},
         {"ms", static_cast<std::int64_t>(answer.latency.count())},
         {"error", answer.error_detail},
         {"request_id", request_id_}}
    );
}

Error callerGone() {
    return Error(
        ErrorCode::InvalidArgument,
        "the connection was closed, or closed for sending, before the answer: keep it open until "
        "then"
    );
}

http::Response connectorProblem(Error error, std::string_view request_id) {
    switch (error.code) {
        case ErrorCode::CursorExpired:
            return http::problem(400, request_id, "nextPage is too old: begin with the first page");
        case ErrorCode::Unavailable:
            error.message.insert(0, "the provider can't answer: ");
            error.is_of_provider = true;
            break;
        case ErrorCode::Corrupt:
        case ErrorCode::Internal:
            // Or it is what the plugin made of the answer.
            error.message.insert(0, "the provider's answer can't be used: ");
            error.is_of_provider = true;
            break;
        default:
            break;
    }
    return http::problem(error, request_id);
}

http::Response transportProblem(
    const http::OutboundResponse& response, std::string_view request_id
) {
    const bool is_late = response.error == http::TransportError::Timeout;
    Error error(
        is_late ? ErrorCode::DeadlineExceeded : ErrorCode::Unavailable,
        is_late ? "the provider did not answer in time" : "the provider could not be reached"
    );
    error.is_of_provider = true;
    error.provider_message =
        fmt::format("{}: {}", http::transportErrorName(response.error), response.error_detail);
    return http::problem(error, request_id);
}

ConnectorRoutes::ConnectorRoutes(RouteTable& table, const ApiParts& parts, AsyncCalls& async)
    : table_(table),
      parts_(parts),
      async_(async),
      limit_(std::make_shared<http::InFlightLimit>(parts.limits.connector_calls_max, kRetryAfter)) {
    parts.metrics.gauge(
        "ferry_connector_calls",
        "Calls that wait for a provider, or stream to or from it",
        [limit = limit_] { return static_cast<double>(limit->inFlight()); }
    );
    parts.metrics.counterFrom(
        "ferry_connector_calls_shed_total",
        "Connector calls answered 503 because too many were under way",
        [limit = limit_] { return static_cast<double>(limit->shedTotal()); }
    );
}

void ConnectorRoutes::add(Route route, Handler handler) {
    route.subject = Subject::Account;
    route.is_hub_resource = true;
    for (const int status : {404, 409, 501, 502, 504})
        route.refusals.push_back(status);
    const bool may_be_later = answersJsonAlone(route) && route.method == "GET";
    if (may_be_later) describeAsync(route);
    route.handler = [&parts = parts_,
                     &async = async_,
                     limit = limit_,
                     may_be_later,
                     handler = std::move(handler)](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(ConnectorCall begun, ConnectorCall::begin(parts, call));
        if (isAsync(call.request)) {
            if (may_be_later) return async.accept(call, begun.settings());
            return fail(
                ErrorCode::InvalidArgument,
                "this call streams what the provider has, and nothing is kept of it: leave "
                "Elements-Async-Request out"
            );
        }
        const auto answer = [&](const http::Request& request) {
            auto response = handler(begun, call);
            return response ? std::move(*response)
                            : connectorProblem(std::move(response.error()), request.request_id);
        };
        return limit->wrap(answer)(call.request);
    };
    table_.add(std::move(route));
}

}  // namespace ferry::api
