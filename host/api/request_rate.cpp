#include "api/request_rate.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::api {

RequestRate::RequestRate(const Clock& clock, const RequestRateOptions& options)
    : clock_(clock), options_(options) {}

Status RequestRate::admit(std::string_view key_name) {
    if (options_.per_second == 0) return {};
    const Microseconds one = Microseconds(std::chrono::seconds(1)) / options_.per_second;
    const auto now = std::chrono::time_point_cast<Microseconds>(clock_.now());

    const std::lock_guard lock(mutex_);
    auto found = full_at_.find(key_name);
    if (found == full_at_.end()) found = full_at_.emplace(std::string(key_name), now).first;
    const auto full_at = std::max(found->second, now) + one;
    const Microseconds wait = full_at - now - one * options_.burst;
    if (wait > Microseconds(0)) {
        ++refused_total_;
        return fail(Error(
            ErrorCode::RateLimited,
            fmt::format(
                "the API key '{}' has made too many requests: {} a second are let through "
                "(api.requests_per_second)",
                key_name,
                options_.per_second
            ),
            std::chrono::ceil<Milliseconds>(wait)
        ));
    }
    found->second = full_at;
    return {};
}

std::uint64_t RequestRate::refusedTotal() const {
    const std::lock_guard lock(mutex_);
    return refused_total_;
}

}  // namespace ferry::api
