#include "pipeline/callback_trace.h"

#include "base/crypto.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

template <typename Bytes>
Bytes bytesFrom(std::string_view text) {
    const Digest256 digest = sha256(text);
    Bytes bytes;
    std::copy_n(digest.begin(), bytes.size(), bytes.begin());
    return bytes;
}

}  // namespace

TraceContext callbackTrace(const Delivery& delivery, const HubIdentity& hub) {
    if (delivery.trace) return delivery.trace;
    const std::string name = fmt::format("trace {} {}", hub.hub_id, delivery.id.value);
    TraceContext trace;
    trace.id = bytesFrom<decltype(trace.id)>(name);
    return trace;
}

std::string attemptTraceparent(
    const Delivery& delivery, TimePoint attempted_at, const HubIdentity& hub
) {
    // Attempts of one number, after a redelivery or a kill, are made at different times.
    const std::string name = fmt::format(
        "attempt {} {} {} {}",
        hub.hub_id,
        delivery.id.value,
        delivery.attempt_count,
        toEpochMilliseconds(attempted_at)
    );
    return traceparentText(callbackTrace(delivery, hub), bytesFrom<SpanId>(name));
}

std::string deliveryTraceparent(const Delivery& delivery, const HubIdentity& hub) {
    const std::string name = fmt::format("delivery {} {}", hub.hub_id, delivery.id.value);
    return traceparentText(callbackTrace(delivery, hub), bytesFrom<SpanId>(name));
}

}  // namespace ferry::pipeline
