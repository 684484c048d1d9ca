#pragma once
// Event ids: 20 URL-safe characters that say which hub, which instance and which event of it.
// So an event is found by its id without an index over ids, which every event would pay for
// (host/decisions/0008-event-ids-lead-to-their-events.md).

#include "model/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry {

/// What an event id is made of.
struct EventIdParts {
    std::uint64_t hub = 0;        ///< `eventIdHub` of the hub's id
    InstanceId instance;          ///< at most kEventIdInstanceMax
    std::uint64_t sequence = 0;   ///< of the instance, from 1; at most kEventIdSequenceMax
    bool is_second_half = false;  ///< the CREATED of a move that is reported as DELETED and CREATED

    bool operator==(const EventIdParts&) const = default;
};

inline constexpr std::int64_t kEventIdInstanceMax = 0xffff'ffff;
inline constexpr std::uint64_t kEventIdSequenceMax = (std::uint64_t{1} << 39U) - 1;

/// 48 bits that differ from hub to hub, so that a receiver of several never sees one id twice.
std::uint64_t eventIdHub(std::string_view hub_id);

/// Numbers beyond what an id holds are a programmer error.
std::string makeEventId(const EventIdParts& parts);

/// The other way; nullopt if the text was not made so. An id of a hub before this form gives parts
/// that mean nothing: compare `hub`.
std::optional<EventIdParts> parseEventId(std::string_view id);

/// Id of the CREATED half of a split move. It follows from the id of the move alone, so that a page
/// that is derived again gives the same ids. `moved_id` must be base64; else it comes back as it
/// is.
std::string splitMoveId(std::string_view moved_id);

}  // namespace ferry
