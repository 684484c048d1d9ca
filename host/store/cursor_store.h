#pragma once
// What somebody asked to be done with an instance's cursor. It is done at the beginning of the next
// drain, because a drain that is under way owns the position.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/sync_position.h"

#include <optional>

namespace ferry::store {

enum class CursorRequest : std::uint8_t {
    Resync = 1,  ///< list everything again; the differences are the events
    Skip = 2,    ///< list everything again without events: what happened so far is of no interest
};

/// Where an instance stands, for people.
struct CursorStatus {
    SyncPosition position;
    std::optional<CursorRequest> request;  ///< not begun with yet
    std::optional<TimePoint> drained_at;   ///< end of the last drain that got to its end
    std::optional<TimePoint> due_at;  ///< of the next drain; nullopt: the instance does not run
    unsigned failures = 0;            ///< drains in a row that failed
};

class CursorStore {
  public:
    virtual ~CursorStore() = default;

    /// nullopt if there is no such instance.
    virtual Result<std::optional<CursorStatus>> status(InstanceId instance) = 0;

    /// Notes the request in place of one that was not begun with, and makes the instance due at
    /// `now`. NotFound if there is no such instance.
    virtual Status request(InstanceId instance, CursorRequest request, TimePoint now) = 0;

    /// The request that is to be begun with.
    virtual Result<std::optional<CursorRequest>> requested(InstanceId instance) = 0;

    /// Begins with it: replaces the position and forgets the request, in one transaction. Only for
    /// the holder of the instance's notice, with no commit under way.
    virtual Status begin(
        InstanceId instance, CursorRequest request, const SyncPosition& position
    ) = 0;
};

}  // namespace ferry::store
