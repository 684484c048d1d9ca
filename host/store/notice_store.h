#pragma once
// The notice queue: one row for each running instance, saying when it is to be drained next. A
// webhook makes it due now; a finished drain makes it due at the next poll. So notices coalesce by
// their nature, and an instance that no webhook names is still drained.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/trace_context.h"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace ferry::store {

/// A notice handed to one worker. It is not handed out again until it is completed (in a
/// SyncCommit), released, or the process that leased it is gone.
struct LeasedNotice {
    InstanceId instance;
    std::uint64_t mark =
        0;  ///< counts the notices of the instance; a later mark means "drain again"
    unsigned failures = 0;  ///< consecutive failed drains
    TimePoint due_at;
    TraceContext trace{};  ///< of the first notification since the last drain; none: none came
};

class NoticeStore {
  public:
    virtual ~NoticeStore() = default;

    /// Makes the instances due at `now` (or earlier if they were) and counts their mark up. Unknown
    /// and not running ones are skipped. Durable when it returns. The hot path of webhooks: drivers
    /// commit the calls of many threads together.
    ///
    /// `trace` becomes that of the next drain, unless there is one from an earlier mark that no
    /// drain has begun with: what is done together is found by what asked for it first.
    virtual Status mark(
        std::span<const InstanceId> instances, TimePoint now, const TraceContext& trace = {}
    ) = 0;

    /// The same without waiting: `done` gets the outcome, inside this call or later on a thread of
    /// the store's, which waits for it: it must be short and write nothing itself.
    virtual void submitMark(
        std::vector<InstanceId> instances,
        TimePoint now,
        const TraceContext& trace,
        std::function<void(Status)> done
    ) {
        done(mark(instances, now, trace));
    }

    /// Spreads every notice evenly over [now, now + spread): the catch-up after a start.
    virtual Status markAll(TimePoint now, Milliseconds spread) = 0;

    /// Up to `limit` due notices, earliest first, that are not leased. `limit` counts new leases.
    virtual Result<std::vector<LeasedNotice>> lease(TimePoint now, std::size_t limit) = 0;

    /// Earliest due time of a notice that is not leased; nullopt if there is none.
    virtual Result<std::optional<TimePoint>> nextDue() = 0;

    /// What is due by `now` and not leased.
    struct Backlog {
        std::int64_t waiting = 0;  ///< notices; about, while leases begin and end
        std::optional<TimePoint> oldest_due_at;
        std::int64_t leased = 0;  ///< notices that are being drained
    };
    /// Costs a look into an index for each notice that waits. Not pure, so that doubles stay small.
    virtual Result<Backlog> backlog(TimePoint) {
        return fail(ErrorCode::Unsupported, "this store counts no notices");
    }

    /// Gives a lease back without progress: due at `due_at` (or at once if it was marked since),
    /// with this count of failures. The next drain is in the trace of the lease, unless it was
    /// marked since.
    virtual Status release(const LeasedNotice& notice, TimePoint due_at, unsigned failures) = 0;

    /// A lease that is given back as `release` does it.
    struct Release {
        LeasedNotice notice;
        TimePoint due_at;
        unsigned failures = 0;
    };
    /// The same for many; those of instances that are gone are passed over. Drivers make one commit
    /// of it.
    virtual Status releaseAll(std::span<const Release> releases) {
        for (const Release& one : releases) {
            const Status done = release(one.notice, one.due_at, one.failures);
            if (!done && done.error().code != ErrorCode::NotFound) return done;
        }
        return {};
    }
};

}  // namespace ferry::store
