// The proxy: a caller's own request to the provider, with a fresh access token of the instance.
// Neither body is held in memory.

#include "api/areas.h"
#include "api/connector_call.h"
#include "api/proxy_headers.h"
#include "api/proxy_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ferry::api {
namespace {

/// A body that is known to be no longer is read whole, so that it can be sent again with another
/// token.
constexpr std::size_t kResendBytesMax = 64 * 1024;
constexpr Milliseconds kBodyPatience{30'000};
/// The provider may think for so long about a request that it has.
constexpr Milliseconds kIdleTimeout{100'000};

Result<std::string> urlOf(const ConnectorCall& connector, const Call& call) {
    const std::string& wanted = call.params.get("base");
    std::string known;
    for (const auto& [name, url] : connector.provider().options().base_urls) {
        if (name == wanted) {
            FERRY_TRY_ASSIGN(
                std::string target,
                proxyUrl(url, proxiedPath(call.request.raw_path), call.request.query)
            );
            FERRY_TRY(connector.provider().checkEgress(target));
            return target;
        }
        known += (known.empty() ? "" : ", ") + name;
    }
    return fail(
        ErrorCode::NotFound,
        fmt::format(
            "the connector has no base URL of this name; it has {}", known.empty() ? "none" : known
        )
    );
}

/// One call on its way.
class Proxied {
  public:
    Proxied(const ApiParts& parts, ConnectorCall& connector, const Call& call, std::string url)
        : parts_(parts), connector_(connector), request_(call.request), url_(std::move(url)) {}

    Result<http::Response> answer() {
        FERRY_TRY(readSmallBody());
        FERRY_TRY_ASSIGN(const TokenSet tokens, connector_.tokens());
        FERRY_TRY_ASSIGN(http::Response response, send(tokens.access_token));
        if (response.status != 401 || !connector_.canRefresh()) return response;
        if (is_streaming_) {
            // The body is gone. The caller's next try is to find a token that is good, so the
            // answer waits for it; why there may be none is for that try to say.
            static_cast<void>(connector_.tokens(tokens.access_token));
            return response;
        }
        response.stream.reset();
        FERRY_TRY_ASSIGN(const TokenSet fresh, connector_.tokens(tokens.access_token));
        return send(fresh.access_token);
    }

  private:
    Status readSmallBody() {
        is_streaming_ = request_.streams_body;
        body_ = request_.body;
        const bool is_small =
            request_.stream_bytes.value_or(kResendBytesMax + 1) <= kResendBytesMax;
        if (!is_streaming_ || !is_small) return {};
        FERRY_TRY_ASSIGN(body_, http::readWhole(*request_.client, kResendBytesMax, kBodyPatience));
        is_streaming_ = false;
        return {};
    }

    Result<http::Response> send(const Secret& token) {
        http::OutboundRequest out;
        out.method = request_.method;
        out.url = url_;
        out.headers = headersForProvider(request_.headers);
        if (!token.empty()) out.headers.add("Authorization", "Bearer " + token.reveal());
        out.traffic = http::Traffic::Provider;
        out.stream.emplace();
        out.stream->idle_timeout = kIdleTimeout;
        out.stream->response_body = std::make_shared<http::BodyPipe>();
        if (is_streaming_) {
            out.stream->request_body = std::make_shared<http::BodyPipe>();
            out.stream->request_bytes = request_.stream_bytes;
        } else {
            out.body = body_;
        }
        http::StreamedExchange exchange(parts_.outbound, std::move(out), request_.client);
        http::OutboundResponse head = exchange.waitForHead();
        connector_.noteExchange(request_.method, url_, head);
        if (head.error == http::TransportError::Cancelled) {
            return fail(callerGone());
        }
        if (!head.is_body_streamed) return transportProblem(head, request_.request_id);
        http::Response response;
        response.status = head.status;
        response.content_type = std::string(head.headers.get("Content-Type").value_or(""));
        response.headers = headersForCaller(head.headers);
        response.stream = exchange.takeBody();
        response.stream_bytes = contentLength(head.headers);
        return response;
    }

    const ApiParts& parts_;
    ConnectorCall& connector_;
    const http::Request& request_;
    const std::string url_;
    std::string body_;
    bool is_streaming_ = false;
};

struct Method {
    const char* name;
    const char* operation_id;
};
constexpr std::array<Method, 6> kMethods = {{
    {"GET", "proxyGet"},
    {"POST", "proxyPost"},
    {"PUT", "proxyPut"},
    {"PATCH", "proxyPatch"},
    {"DELETE", "proxyDelete"},
    {"OPTIONS", "proxyOptions"},
}};

}  // namespace

void addProxyRoutes(ConnectorRoutes& routes, const ApiParts& parts) {
    for (const Method& method : kMethods) {
        Route route;
        route.method = method.name;
        route.path = "/proxy/{base}/{path*}";
        route.operation_id = method.operation_id;
        route.summary = "A request of the caller's own to the provider, with the instance's token";
        route.area = "connector";
        // Only what reads by its nature is for keys that may only read.
        const bool only_reads = route.method == "GET" || route.method == "OPTIONS";
        route.role = only_reads ? Role::Read : Role::Write;
        route.streams_body = true;
        route.parameters = {
            {"base",
             ParameterPlace::Path,
             "Name of a base URL of the connector: api, content, ..."},
            {"path", ParameterPlace::Path, "What stands behind it; the query goes along"}};
        route.answers = {
            {.status = kAnyStatus,
             .description = "What the provider answered, unchanged",
             .content_type = "*/*"}};
        routes.add(
            std::move(route),
            [&parts](ConnectorCall& connector, const Call& call) -> Result<http::Response> {
                FERRY_TRY_ASSIGN(std::string url, urlOf(connector, call));
                return Proxied(parts, connector, call, std::move(url)).answer();
            }
        );
    }
}

}  // namespace ferry::api
