#pragma once
// Parts of the codec that are the same for many types; only for codec.h.

#include "base/error.h"
#include "http/message.h"
#include "http/outbound.h"
#include "isolation/frame.h"
#include "model/event_type.h"
#include "model/object.h"
#include "model/sync_position.h"
#include "pipeline/stages.h"
#include "plugin/limits.h"
#include "plugin/plugin_log.h"
#include "plugin/text_rules.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::isolation {

template <>
inline constexpr std::uint8_t kEnumCount<ErrorCode> = 14;
template <>
inline constexpr std::uint8_t kEnumCount<SyncPhase> = 5;
template <>
inline constexpr std::uint8_t kEnumCount<http::TransportError> = 9;
template <>
inline constexpr std::uint8_t kEnumCount<ObjectKind> = 3;
template <>
inline constexpr std::uint8_t kEnumCount<EventType> = 4;
template <>
inline constexpr std::uint8_t kEnumCount<pipeline::Feed> = 3;
template <>
inline constexpr std::uint8_t kEnumCount<plugin::LogLevel> = 4;

/// Years 1 to 9999: everything that RFC 3339 can write.
constexpr bool isTimeInRange(std::int64_t ms) {
    return ms >= -62'135'596'800'000 && ms <= 253'402'300'799'999;
}
inline bool isExpiryInRange(const std::optional<TimePoint>& expires_at) {
    return !expires_at || isTimeInRange(toEpochMilliseconds(*expires_at));
}

/// What comes from a plugin's process is shown to people.
inline void makePrintable(FrameWriter&, const std::string&) {}
void makePrintable(FrameReader& reader, std::string& text);

void fields(FrameWriter& writer, const http::Headers& headers);
void fields(FrameReader& reader, http::Headers& headers);
inline void requireHeaders(FrameWriter&, const http::Headers&) {}
void requireHeaders(FrameReader& reader, const http::Headers& headers);

/// Of a stream, only whether there is one: the pipe is made here.
void streamFlag(FrameWriter& writer, const std::optional<http::OutboundStream>& stream);
void streamFlag(FrameReader& reader, std::optional<http::OutboundStream>& stream);

/// Judges the request, and makes it one to a provider.
inline void finishRequest(FrameWriter&, const http::OutboundRequest&) {}
void finishRequest(FrameReader& reader, http::OutboundRequest& request);

void writeError(FrameWriter& writer, const Error& error);
Error readError(FrameReader& reader);

}  // namespace ferry::isolation
