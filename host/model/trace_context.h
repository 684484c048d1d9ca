#pragma once
// The trace that something belongs to, as W3C Trace Context 1 has it: one id from a provider's
// webhook to the callbacks that come of it.

#include "base/random.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry {

/// One step of a trace.
using SpanId = std::array<std::uint8_t, 8>;

struct TraceContext {
    std::array<std::uint8_t, 16> id{};  ///< all zero: no trace
    /// What whoever began the trace wants of it: passed on, and without meaning to the hub.
    bool is_sampled = true;

    explicit operator bool() const noexcept { return id != std::array<std::uint8_t, 16>{}; }
    bool operator==(const TraceContext&) const = default;
};

/// The trace of a `traceparent` header; nullopt if it is malformed. Later versions are read as far
/// as they are like this one, as the specification says.
std::optional<TraceContext> parseTraceparent(std::string_view header);

/// A new trace, sampled.
TraceContext beginTrace(Random& random);

/// The id in 32 hex digits; empty if there is none. For log lines.
std::string traceIdText(const TraceContext& trace);

/// The value of a `traceparent` header. `trace` must be one.
std::string traceparentText(const TraceContext& trace, const SpanId& span);

}  // namespace ferry
