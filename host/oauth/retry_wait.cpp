#include "oauth/retry_wait.h"

#include "base/backoff.h"

#include <algorithm>

namespace ferry::oauth {
namespace {

constexpr BackoffRange kRange{Milliseconds(1000), Milliseconds(300'000)};
constexpr Milliseconds kAskedMax{3'600'000};

}  // namespace

Milliseconds retryWait(unsigned failures, const Error& error, Random& random) {
    const Milliseconds own = exponentialBackoff(kRange, failures, random.unit());
    const Milliseconds asked = std::min(error.retry_after.value_or(Milliseconds(0)), kAskedMax);
    return std::max(own, asked);
}

}  // namespace ferry::oauth
