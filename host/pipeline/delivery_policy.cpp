#include "pipeline/delivery_policy.h"

#include "base/backoff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace ferry::pipeline {
namespace {

/// The rest of a long answer is of no interest once its status has come.
bool wasHeard(const AttemptResult& result) {
    const bool is_heard = result.error == http::TransportError::None ||
                          result.error == http::TransportError::TooLarge;
    return is_heard && result.status != 0;
}

bool isSuccess(const AttemptResult& result) {
    return wasHeard(result) && result.status >= 200 && result.status < 300;
}

std::string_view transportProblem(http::TransportError error) {
    switch (error) {
        case http::TransportError::None:
            return "no answer came";
        case http::TransportError::Dns:
            return "the callback's host name could not be resolved";
        case http::TransportError::Connect:
            return "no connection to the callback";
        case http::TransportError::Tls:
            return "TLS with the callback failed";
        case http::TransportError::Timeout:
            return "the callback did not answer in time";
        case http::TransportError::Reset:
            return "the callback closed the connection or does not speak HTTP";
        case http::TransportError::TooLarge:
            return "the callback's answer is too long; a short one or none is enough";
        case http::TransportError::Refused:
            return "not sent";
        case http::TransportError::Cancelled:
            return "cancelled";
    }
    return "no answer came";
}

std::optional<TimePoint> parseHttpDate(const std::string& text) {
    constexpr std::array kForms{
        "%a, %d %b %Y %H:%M:%S GMT",  // IMF-fixdate
        "%A, %d-%b-%y %H:%M:%S GMT",  // RFC 850
        "%a %b %e %H:%M:%S %Y",       // asctime
    };
    for (const char* form : kForms) {
        std::tm parts{};
        const char* end = strptime(text.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') {
            return TimePoint(std::chrono::seconds(timegm(&parts)));
        }
    }
    return std::nullopt;
}

}  // namespace

bool isOverloaded(const AttemptResult& result) {
    const int status = result.status;
    return wasHeard(result) && (status == 429 || status == 502 || status == 504);
}

DeliveryDecision decideDelivery(
    unsigned attempt_count,
    const AttemptResult& result,
    TimePoint now,
    const RetrySchedule& schedule,
    double unit
) {
    if (isSuccess(result)) return Delivered{};
    if (result.status == 410) return Dead{DeadReason::Gone};
    if (attempt_count > schedule.delays.size()) return Dead{DeadReason::OutOfAttempts};

    const std::size_t failures = std::max(attempt_count, 1U);
    Milliseconds wait = jitter(schedule.delays[failures - 1], schedule.jitter, unit);
    if (result.retry_after) wait = std::max(wait, std::min(*result.retry_after, kRetryAfterMax));
    if (isOverloaded(result) && !schedule.is_exact) wait = std::max(wait, kSlowDownMin);
    return RetryAt{now + wait};
}

std::string_view failureClass(const AttemptResult& result) {
    if (isSuccess(result)) return {};
    if (!result.problem.empty()) return "no_token";
    if (wasHeard(result)) return "status";
    const bool is_none = result.error == http::TransportError::None;
    return http::transportErrorName(is_none ? http::TransportError::Reset : result.error);
}

std::string describeFailure(const AttemptResult& result) {
    if (isSuccess(result)) return {};
    if (!result.problem.empty()) return result.problem;
    if (!wasHeard(result)) {
        std::string text(transportProblem(result.error));
        if (!result.error_detail.empty()) text += ": " + result.error_detail;
        return text;
    }
    if (result.status >= 300 && result.status < 400) {
        return fmt::format(
            "the callback answered {}: redirects are not followed; set "
            "event.notification.callback.url to the final address",
            result.status
        );
    }
    if (result.status == 410) {
        return "the callback answered 410: it is gone and wants no more deliveries";
    }
    return fmt::format("the callback answered {}", result.status);
}

std::optional<Milliseconds> parseRetryAfter(std::string_view value, TimePoint wall_now) {
    constexpr std::size_t kLongestValue = 64;
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
        value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
        value.remove_suffix(1);
    if (value.empty() || value.size() > kLongestValue) return std::nullopt;

    const bool is_number =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (is_number) {
        Milliseconds wait{0};
        for (const char digit : value) {
            wait = wait * 10 + std::chrono::seconds(digit - '0');
            if (wait >= kRetryAfterMax) return kRetryAfterMax;
        }
        return wait;
    }
    const auto date = parseHttpDate(std::string(value));
    if (!date) return std::nullopt;
    return std::clamp(*date - wall_now, Milliseconds{0}, kRetryAfterMax);
}

std::optional<Milliseconds> retryAfterOf(const http::Headers& headers, TimePoint wall_now) {
    const auto value = headers.get("Retry-After");
    if (value) return parseRetryAfter(*value, wall_now);
    return std::nullopt;
}

AttemptResult attemptResultOf(const http::OutboundResponse& response, TimePoint wall_now) {
    AttemptResult result{response.status, response.error, response.error_detail, std::nullopt};
    result.retry_after = retryAfterOf(response.headers, wall_now);
    return result;
}

}  // namespace ferry::pipeline
