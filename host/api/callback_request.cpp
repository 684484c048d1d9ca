#include "api/callback_request.h"

#include "config/value_type.h"

#include <cstddef>
#include <utility>

namespace ferry::api {
namespace {

constexpr std::size_t kCallbackUrlBytesMax = 2'000;
constexpr Milliseconds kCallbackTimeout{15'000};
constexpr std::size_t kCallbackAnswerBytesMax = 64 * 1024;

}  // namespace

std::string_view callbackUrlProblem(std::string_view url) noexcept {
    if (url.size() > kCallbackUrlBytesMax) return "it is too long";
    config::UrlParts parts;
    return config::checkUrl(url, parts);
}

http::OutboundRequest callbackRequest(std::string url, std::string json) {
    http::OutboundRequest request;
    request.method = "POST";
    request.url = std::move(url);
    request.body = std::move(json);
    request.timeout = kCallbackTimeout;
    request.response_bytes_max = kCallbackAnswerBytesMax;
    request.traffic = http::Traffic::Callback;
    request.headers.add("Content-Type", "application/json");
    return request;
}

}  // namespace ferry::api
