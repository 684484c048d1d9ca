#pragma once
// How many events there were, bucket by bucket. Reads indexes and no bodies, a bounded number of
// rows at a time.

#include "api/time_range.h"
#include "base/result.h"
#include "model/ids.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <vector>

namespace ferry::api {

struct EventCounts {
    std::int64_t count = 0;
    std::int64_t success = 0;  ///< taken by a callback
    std::int64_t failed = 0;   ///< out of attempts
};

/// Buckets with counts of this many instances altogether are answered at most.
inline constexpr std::size_t kInstanceCountsMax = 200'000;

/// Events of the range in each bucket; of one instance, or of all (`instance` none).
Result<std::vector<std::int64_t>> countEvents(
    store::Store& store,
    InstanceId instance,
    const TimeRange& range,
    const std::vector<TimePoint>& buckets
);

/// The same for each instance, with what became of the events.
/// Errors: InvalidArgument if there are more than kInstanceCountsMax counts.
Result<std::vector<std::map<InstanceId, EventCounts>>> countEventsByInstance(
    store::Store& store,
    InstanceId instance,
    const TimeRange& range,
    const std::vector<TimePoint>& buckets
);

}  // namespace ferry::api
