#include "pipeline/callback_handshake.h"

#include "base/ascii.h"
#include "base/number_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

constexpr std::int64_t kRateMax = 1'000'000'000;

}  // namespace

std::string originOf(std::string_view public_url) {
    const std::size_t scheme = public_url.find("://");
    if (scheme != public_url.npos) public_url.remove_prefix(scheme + 3);
    public_url = public_url.substr(0, public_url.find_first_of("/?"));
    if (public_url.starts_with('[')) {
        return std::string(public_url.substr(1, public_url.find(']') - 1));
    }
    return lowerAscii(public_url.substr(0, public_url.find(':')));
}

std::int64_t ratePerMinute(const DeliverySettings& settings) {
    if (!settings.limits.rate) return 0;
    const RateLimit& limit = *settings.limits.rate;
    const std::int64_t minute =
        limit.count * 60'000 / std::max<std::int64_t>(limit.period.count(), 1);
    return std::clamp<std::int64_t>(minute, 1, kRateMax);
}

std::optional<std::int64_t> readAllowedRate(std::string_view text) {
    const std::string_view value = trimBlanks(text);
    if (value == "*") return 0;
    const bool is_number = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
    if (!is_number || value.find_first_not_of('0') == value.npos) return std::nullopt;
    // Longer ones are more than the hub ever sends.
    return std::min(parseInteger(value).value_or(kRateMax), kRateMax);
}

Result<PermissionGrant> readPermission(
    const http::OutboundResponse& response, std::string_view origin, std::int64_t asked
) {
    const auto refuse = [](std::string why) {
        return fail(ErrorCode::PermissionDenied, "asked by OPTIONS for permission, " + why);
    };
    if (response.error != http::TransportError::None) {
        const std::string_view detail = response.error_detail;
        return refuse(fmt::format(
            "no answer came: {}{}{}",
            http::transportErrorName(response.error),
            detail.empty() ? "" : ": ",
            detail
        ));
    }
    const std::string answered = fmt::format("it answered {}", response.status);
    if (response.status >= 400) return refuse(answered);
    const auto allowed_origin = response.headers.get("WebHook-Allowed-Origin");
    if (!allowed_origin) return refuse(answered + " without WebHook-Allowed-Origin");
    const std::string allowed_host = lowerAscii(trimBlanks(*allowed_origin));
    if (allowed_host != "*" && allowed_host != origin) {
        return refuse(fmt::format("it allows another origin than {}", origin));
    }
    const auto rate = response.headers.get("WebHook-Allowed-Rate");
    if (!rate && asked == 0) return PermissionGrant{0, 0};
    if (!rate) return refuse("it allows the origin and tells no WebHook-Allowed-Rate");
    const auto allowed = readAllowedRate(*rate);
    if (!allowed) return refuse("its WebHook-Allowed-Rate is neither a positive number nor *");
    return PermissionGrant{asked, *allowed};
}

}  // namespace ferry::pipeline
