#include "cli/hub_client.h"

#include "base/number_text.h"
#include "cli/command.h"
#include "http/curl_outbound.h"

#include <fmt/format.h>

#include <future>
#include <utility>

namespace ferry::cli {
namespace {

constexpr std::string_view kBasePath = "/elements/api-v2";
constexpr std::size_t kAnswerBytesMax = std::size_t{64} << 20;
constexpr Milliseconds kPatience{60'000};

ErrorCode codeOf(int status) {
    switch (status) {
        case 401:
        case 403:
            return ErrorCode::PermissionDenied;
        case 404:
            return ErrorCode::NotFound;
        case 409:
            return ErrorCode::Conflict;
        case 429:
        case 503:
            return ErrorCode::Unavailable;
        default:
            return status >= 500 ? ErrorCode::Internal : ErrorCode::InvalidArgument;
    }
}

Error refusalOf(const http::OutboundResponse& response) {
    if (response.status == 401) {
        return {
            ErrorCode::PermissionDenied,
            "the hub refuses the key that it has left for commands: it has just been started "
            "again; try once more"};
    }
    rapidjson::Document body;
    body.Parse(response.body.data(), response.body.size());
    std::string message = fmt::format("the hub answered {}", response.status);
    if (!body.HasParseError() && body.IsObject()) {
        const auto found = body.FindMember("message");
        if (found != body.MemberEnd() && found->value.IsString()) {
            message = {found->value.GetString(), found->value.GetStringLength()};
        }
    }
    return {codeOf(response.status), std::move(message)};
}

}  // namespace

HubClient::HubClient(app::ControlFile control, std::unique_ptr<http::Outbound> outbound)
    : control_(std::move(control)), outbound_(std::move(outbound)) {}

Result<HubClient> HubClient::connect(const config::HubConfig& config) {
    FERRY_TRY_ASSIGN(const bool is_running, isHubRunning(config));
    if (!is_running) {
        return fail(
            ErrorCode::NotFound,
            fmt::format(
                "no hub is running on the store in {}: this needs one, so start it with 'ferry "
                "serve'",
                config.data_dir.string()
            )
        );
    }
    auto control = app::readControlFile(app::controlFilePath(config));
    if (!control) {
        Error error = std::move(control.error());
        if (error.code == ErrorCode::NotFound) {
            error.message +=
                ": the hub starts or stops just now, or could not write it (its log "
                "says so); try again";
        }
        return fail(std::move(error));
    }
    http::CurlOutboundOptions options;
    options.user_agent = "Ferry/" FERRY_VERSION " (command)";
    FERRY_TRY_ASSIGN(auto outbound, http::CurlOutbound::create(std::move(options)));
    return HubClient(std::move(*control), std::move(outbound));
}

Result<HubAnswer> HubClient::call(
    std::string_view method, const std::string& target, std::string body
) {
    http::OutboundRequest request;
    request.method = method;
    request.url = control_.url + std::string(kBasePath) + target;
    request.headers.add("Authorization", "Bearer " + std::string(control_.key.reveal()));
    if (!body.empty()) request.headers.add("Content-Type", "application/json");
    request.body = std::move(body);
    request.timeout = kPatience;
    request.response_bytes_max = kAnswerBytesMax;
    request.traffic = http::Traffic::Provider;  // the hub's address is the operator's choice
    auto answered = std::make_shared<std::promise<http::OutboundResponse>>();
    auto response = answered->get_future();
    outbound_->submit(std::move(request), [answered](http::OutboundResponse came) {
        answered->set_value(std::move(came));
    });
    http::OutboundResponse came = response.get();
    if (came.error != http::TransportError::None) {
        return fail(
            ErrorCode::Unavailable,
            fmt::format(
                "the hub at {} does not answer: {} ({})",
                control_.url,
                http::transportErrorName(came.error),
                came.error_detail
            )
        );
    }
    if (came.status < 200 || came.status > 299) return fail(refusalOf(came));
    HubAnswer answer;
    answer.body.Parse(came.body.data(), came.body.size());
    if (answer.body.HasParseError()) {
        return fail(ErrorCode::Corrupt, fmt::format("{} answers no JSON", control_.url));
    }
    answer.next_page = came.headers.get("Elements-Next-Page-Token").value_or("");
    answer.replay =
        ReplayId(parseInteger(came.headers.get("Ferry-Replay").value_or("")).value_or(0));
    return answer;
}

}  // namespace ferry::cli
