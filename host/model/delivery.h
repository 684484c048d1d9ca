#pragma once
// A delivery: the duty to bring a page of events of one instance to its callback URL.

#include "base/clock.h"
#include "model/ids.h"
#include "model/trace_context.h"

#include <optional>
#include <string>
#include <string_view>

namespace ferry {

/// Events of one callback at most (the open-connectors contract).
inline constexpr std::int64_t kEventsPerDeliveryMax = 20;

enum class DeliveryState : std::uint8_t {
    Waiting = 0,    ///< due at next_attempt_at
    Delivered = 1,  ///< the callback answered 2xx
    Dead = 2,       ///< out of attempts, or the callback is gone; kept to be looked at
};

std::string_view deliveryStateName(DeliveryState state) noexcept;

/// The first and the last event of a delivery are fewer numbers apart than this, so that the
/// deliveries of an event are found near it.
inline constexpr std::int64_t kDeliverySpanMax = 5'000;

/// Why there is a delivery.
enum class DeliveryOrigin : std::uint8_t {
    Commit = 0,   ///< its events were recorded
    Again = 1,    ///< the same, and somebody asked for it again
    Request = 2,  ///< somebody asked for a single event again
    Replay = 3,   ///< a replay made it
};

struct Delivery {
    DeliveryId id;
    InstanceId instance;
    CallbackId callback;
    EventNumber first_event;  ///< the page: events of the instance in [first, last]
    EventNumber last_event;
    DeliveryState state = DeliveryState::Waiting;
    unsigned attempt_count = 0;  ///< attempts made so far
    TimePoint next_attempt_at;
    TimePoint created_at;
    TimePoint finished_at;   ///< end of the last attempt; 1970 if there was none
    int last_status = 0;     ///< HTTP status of the last attempt; 0: none came
    std::string last_error;  ///< for people; empty after success
    DeliveryOrigin origin = DeliveryOrigin::Commit;
    ReplayId replay;  ///< that made it; none unless origin is Replay
    TraceContext
        trace{};  ///< of the drain that recorded its events; none if nothing is known of it
    LaneId lane{};
    /// The events whose records its body has, in [first, last], where the instance wants more than
    /// its own (`event.notification.raw`); none: its own.
    EventNumber records_first{};
    EventNumber records_last{};
    bool is_acknowledged = false;  ///< somebody said that he has seen it; nothing follows from it
    /// Its callback is switched off, so that it waits until somebody asks. Of searches alone
    /// (store/delivery_search.h): what is leased is of callbacks that are on.
    bool is_off = false;
};

/// True if nothing more is tried until somebody asks for it.
inline bool isQueued(const Delivery& delivery) noexcept {
    return delivery.state == DeliveryState::Dead ||
           (delivery.state == DeliveryState::Waiting && delivery.is_off);
}

/// What one attempt did to a delivery; decided by pipeline/delivery_policy.
struct AttemptOutcome {
    DeliveryId delivery;
    InstanceId instance;
    CallbackId callback;
    LaneId lane;
    DeliveryState state = DeliveryState::Waiting;
    /// Including this attempt; as before if none was made (put off, dropped).
    bool was_sent = true;  ///< false: nothing was sent, the delivery waits on or is dropped
    unsigned attempt_count = 0;
    TimePoint next_attempt_at;  ///< only if still Waiting
    /// Only if still Waiting, in a lane: nothing of the lane is leased before.
    TimePoint lane_held_until;
    TimePoint finished_at;
    int status = 0;
    Milliseconds latency{0};
    std::string error;
    /// How far the callback's rate limit was used then: when all of its burst may be sent again.
    /// 1970: it has none.
    TimePoint rate_full_at;
    /// Until when its receiver asked that nothing is sent (Retry-After); 1970: it did not.
    TimePoint callback_held_until;
    bool may_wait = false;  ///< to be recorded, for a moment, until something else is
    // What follows is for the log of attempts alone.
    std::string error_class;  ///< why it failed, in a word; empty after success
    std::string answer;       ///< how the body of the answer begins; UTF-8
    /// When it is tried again; 1970: never. In order, next_attempt_at stays and what is behind it
    /// waits.
    TimePoint planned_at;
};

}  // namespace ferry
