#include "model/trace_context.h"

#include "base/encoding.h"

#include <algorithm>

namespace ferry {
namespace {

// 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
constexpr std::size_t kLength = 55;
constexpr std::size_t kIdAt = 3;
constexpr std::size_t kSpanAt = 36;
constexpr std::size_t kFlagsAt = 53;
constexpr std::uint8_t kSampledFlag = 1;

std::string_view textOf(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The bytes of lower-case hex digits; empty for anything else.
std::string bytesOf(std::string_view digits) {
    const bool is_lower =
        std::none_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    return is_lower ? hexDecode(digits).value_or("") : std::string();
}

bool isZero(std::string_view bytes) {
    return bytes.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

std::optional<TraceContext> parseTraceparent(std::string_view header) {
    if (header.size() < kLength) return std::nullopt;
    for (const std::size_t dash : {kIdAt - 1, kSpanAt - 1, kFlagsAt - 1}) {
        if (header[dash] != '-') return std::nullopt;
    }
    const std::string version = bytesOf(header.substr(0, 2));
    const std::string id = bytesOf(header.substr(kIdAt, 32));
    const std::string span = bytesOf(header.substr(kSpanAt, 16));
    const std::string flags = bytesOf(header.substr(kFlagsAt, 2));
    if (version.empty() || flags.empty() || isZero(id) || isZero(span)) return std::nullopt;
    if (version[0] == '\xff') return std::nullopt;
    const bool is_longer = header.size() > kLength;
    if (is_longer && (version[0] == '\0' || header[kLength] != '-')) return std::nullopt;
    TraceContext trace;
    std::copy(id.begin(), id.end(), trace.id.begin());
    trace.is_sampled = (static_cast<std::uint8_t>(flags[0]) & kSampledFlag) != 0;
    return trace;
}

TraceContext beginTrace(Random& random) {
    TraceContext trace;
    do {
        random.fill(trace.id);
    } while (!trace);
    return trace;
}

std::string traceIdText(const TraceContext& trace) {
    return trace ? hexEncode(textOf(trace.id)) : std::string();
}

std::string traceparentText(const TraceContext& trace, const SpanId& span) {
    std::string text = "00-";
    text += hexEncode(textOf(trace.id));
    text += '-';
    text += hexEncode(textOf(span));
    text += trace.is_sampled ? "-01" : "-00";
    return text;
}

}  // namespace ferry
