#pragma once
// A replay: events of a time range that are delivered again, as a job that survives restarts.

#include "base/clock.h"
#include "model/event_selection.h"
#include "model/ids.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry {

enum class ReplayState : std::uint8_t {
    Running = 0,
    Done = 1,       ///< everything in it was looked at, and what it delivers is on its way
    Cancelled = 2,  ///< by somebody; what was not sent by then is not sent
};

/// "running", "done", "cancelled".
std::string_view replayStateName(ReplayState state) noexcept;

/// What a replay has done so far.
struct ReplayCounts {
    std::int64_t instances = 0;   ///< whose events were begun with
    std::int64_t skipped = 0;     ///< instances that take no callbacks now, or are gone
    std::int64_t examined = 0;    ///< events looked at
    std::int64_t matched = 0;     ///< events that are delivered again, or would be
    std::int64_t deliveries = 0;  ///< callbacks made for them, or that would be

    bool operator==(const ReplayCounts&) const = default;
};

struct Replay {
    ReplayId id;  ///< given by the store; never used twice
    ReplayState state = ReplayState::Running;
    /// It makes given deliveries wait again; its counts are of these. Else events get new ones.
    bool is_redelivery = false;
    bool is_dry_run = false;            ///< counts and delivers nothing
    std::vector<InstanceId> instances;  ///< ascending; empty: all
    EventSelection selection;
    TimePoint from, to;       ///< as it was asked for: recorded in [from, to)
    EventNumber first_event;  ///< the same as numbers: [first, end)
    EventNumber end_event;
    std::int64_t rate = 0;    ///< events a second at most
    InstanceId opened_until;  ///< instances up to this one were begun with
    ReplayCounts counts;
    TimePoint created_at;
    TimePoint updated_at;  ///< of the last progress; of the end, once it has ended
};

}  // namespace ferry
