#pragma once
// Who may start next: requests wait in a lane for each destination, and the lanes take turns.

#include "http/outbound.h"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace ferry::http {

/// All requests to one scheme, host and port of one class of traffic are a lane, which has a limit
/// of its own. A lane lasts as long as it has a request. Threads: one at a time.
class DestinationLanes {
    struct Lane {
        std::size_t in_flight_max = 0;
        std::size_t in_flight = 0;
        std::deque<RequestHandle> waiting;  ///< withdrawn ones stay until their turn
        bool is_in_line = false;
    };
    using Lanes = std::map<std::string, Lane>;

  public:
    /// The lane that a request is in; valid until `leave`, or until `next` was told that the
    /// request was withdrawn.
    using Place = Lanes::iterator;

    /// `in_flight_max`: of the lane.
    Place enter(const std::string& destination, std::size_t in_flight_max, RequestHandle handle);

    /// The request whose turn it is, if any lane has room; it is in flight now if
    /// `is_there(handle)`, and otherwise passed over.
    template <typename IsThere>
    std::optional<RequestHandle> next(const IsThere& is_there) {
        while (!line_.empty()) {
            const Place lane = line_.front();
            line_.pop_front();
            lane->second.is_in_line = false;
            const RequestHandle handle = lane->second.waiting.front();
            lane->second.waiting.pop_front();
            const bool starts = is_there(handle);
            if (starts) ++lane->second.in_flight;
            standInLine(lane);
            forgetEmpty(lane);
            if (starts) return handle;
        }
        return std::nullopt;
    }

    /// A request that was in flight has ended.
    void leave(Place lane);

  private:
    void standInLine(Place lane);
    void forgetEmpty(Place lane);

    Lanes lanes_;
    std::deque<Place> line_;  ///< those that have something waiting and room for it
};

}  // namespace ferry::http
