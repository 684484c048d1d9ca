#pragma once
// What people ask about deliveries: of an event, by state and time, and what became of events. Each
// call reads a bounded number of rows, so that nobody waits for it: go on where the answer says.

#include "base/clock.h"
#include "base/result.h"
#include "model/delivery.h"
#include "model/ids.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ferry::store {

/// Where a page ended. Opaque: from a page, for the next one of the same query.
struct DeliveryPlace {
    std::int64_t key = 0;
    DeliveryId id;

    bool operator==(const DeliveryPlace&) const = default;
};

/// Newest first: dead ones by the end of their last attempt, waiting ones by their events, others
/// by their making; of queued ones the dead before the waiting.
struct DeliveryQuery {
    InstanceId instance{};                 ///< none: of all
    std::optional<DeliveryState> state{};  ///< nullopt: of all
    std::optional<bool> is_tried{};        ///< whether there was an attempt; nullopt: either
    std::optional<bool> is_off{};  ///< whether the callback is switched off; nullopt: either
    bool is_queued = false;        ///< those alone for which isQueued holds; `state` is not used
    CallbackId callback{};         ///< none: of all
    /// HTTP status of the last attempt, 0 if there was no answer or no attempt; nullopt: any.
    std::optional<int> last_status{};
    TimePoint created_from = TimePoint::min();  ///< made in [from, before)
    TimePoint created_before = TimePoint::max();
    std::optional<DeliveryPlace> after{};
    std::size_t limit = 100;
};

struct DeliveryPage {
    std::vector<Delivery> deliveries;
    /// There may be more: ask again with this as `after`. A page may have fewer than its limit, or
    /// none, and still be followed by others.
    std::optional<DeliveryPlace> next;
};

/// What became of the events of one commit's delivery.
struct EventOutcome {
    EventNumber first_event;
    EventNumber last_event;
    DeliveryState state = DeliveryState::Waiting;
};

/// Deliveries of an instance that are dead.
struct DeadDeliveries {
    InstanceId instance;
    std::int64_t count = 0;
    TimePoint last_attempt_at;
    int last_status = 0;     ///< HTTP status of the last attempt; 0: none came
    std::string last_error;  ///< for people
};

class DeliverySearch {
  public:
    virtual ~DeliverySearch() = default;

    /// Deliveries that carry at least one event of [first, last], at most `limit`: those that
    /// commits made by their events, then those that were made on request and by replays.
    virtual Result<std::vector<Delivery>> ofEvents(
        InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
    ) = 0;

    /// Examines a few thousand at most, whatever the limit.
    virtual Result<DeliveryPage> page(const DeliveryQuery& query) = 0;

    /// What became of the instance's events in [first, end), by the deliveries that their commits
    /// made, in order, at most `limit`: go on with the last one's `last_event` + 1 as `first`.
    /// Events that were never to be delivered have none.
    virtual Result<std::vector<EventOutcome>> outcomes(
        InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
    ) = 0;

    /// Instances with dead deliveries, by id. Reads each dead delivery: for people who ask, not for
    /// the flow.
    virtual Result<std::vector<DeadDeliveries>> dead() = 0;

    /// The first event of the instance that its callback was sent and has not taken: of deliveries
    /// that are dead, or wait after an attempt in vain. nullopt if there is none. Reads as `dead`
    /// and `DeliveryStore::failing` do. Not pure, so that doubles stay small.
    virtual Result<std::optional<EventNumber>> firstUntaken(InstanceId) {
        return fail(ErrorCode::Unsupported, "this store does not search for failures");
    }
};

}  // namespace ferry::store
