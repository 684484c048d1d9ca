#include "http/in_flight_limit.h"

#include "http/problem.h"

#include <utility>

namespace ferry::http {
namespace {

/// Counts down even if the handler throws.
struct Leave {
    std::atomic<std::size_t>& count;
    ~Leave() { count.fetch_sub(1); }
};

}  // namespace

InFlightLimit::InFlightLimit(std::size_t in_flight_max, Milliseconds retry_after)
    : in_flight_max_(in_flight_max), retry_after_(retry_after) {}

Handler InFlightLimit::wrap(Handler next) {
    return [this, next = std::move(next)](const Request& request) {
        const Leave leave{in_flight_};
        if (in_flight_.fetch_add(1) >= in_flight_max_) {
            shed_total_.fetch_add(1);
            return problem(
                Error(ErrorCode::Unavailable, "the hub is busy; try again", retry_after_),
                request.request_id
            );
        }
        return next(request);
    };
}

}  // namespace ferry::http
