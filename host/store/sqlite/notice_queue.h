#pragma once
// Leases of notices, which live in memory: one process owns the file, so a lease needs no write and
// ends with the process. And the rows they are about, as the stores that write them share them.

#include "store/notice_store.h"
#include "store/sqlite/connection.h"

#include <cstdint>
#include <limits>
#include <mutex>
#include <unordered_map>

namespace ferry::store::sqlite {

/// Threads: any.
class NoticeQueue {
  public:
    /// Leases up to `limit` due notices, earliest first.
    Result<std::vector<LeasedNotice>> lease(Connection& reader, TimePoint now, std::size_t limit);

    /// Earliest due time of a notice that is not leased.
    Result<std::optional<TimePoint>> nextDue(Connection& reader);

    /// A commit made a notice due at `due_at`.
    void noteDue(TimePoint due_at);

    /// As NoticeStore::backlog.
    Result<NoticeStore::Backlog> backlog(Connection& reader, TimePoint now);

    /// The trace that the instance was leased with; none if it is not leased, or in none.
    TraceContext leasedTrace(InstanceId instance);

    /// A commit or its holder ended the lease of `instance`, which is due at `due_at` now (nullopt:
    /// it has no notice any more).
    void end(InstanceId instance, std::optional<TimePoint> due_at);

  private:
    std::mutex mutex_;
    std::unordered_map<InstanceId, TraceContext> leased_;
    // Every notice due before this time (epoch ms) is leased. Leased rows keep their due time and
    // stand at the head of the queue: without this each lease would step over all of them.
    std::int64_t scan_from_ = std::numeric_limits<std::int64_t>::min();
};

/// As NoticeStore::mark for one instance, whose lease is in the trace `leased`.
Status markNotice(
    Connection& writer,
    InstanceId instance,
    TimePoint now,
    const TraceContext& trace,
    const TraceContext& leased
);

/// Makes the instance due at `due_at` or earlier, counts its mark up and forgets its failures.
Status putNotice(Connection& writer, InstanceId instance, TimePoint due_at);

/// Takes the instance out of the queue. Its mark stays.
Status dropNotice(Connection& writer, InstanceId instance);

/// Due at `due_at`, or at `marked_due_at` at the latest if it was marked since `notice` was leased.
/// Gives the due time it has now; nullopt if it is not in the queue any more.
Result<std::optional<TimePoint>> releaseNotice(
    Connection& writer,
    const LeasedNotice& notice,
    TimePoint due_at,
    TimePoint marked_due_at,
    unsigned failures
);

/// The same for a drain that got to its end at `now`, with a commit; `trace` is for the next one.
Result<std::optional<TimePoint>> finishNotice(
    Connection& writer,
    const LeasedNotice& notice,
    TimePoint due_at,
    TimePoint now,
    unsigned failures,
    const TraceContext& trace
);

}  // namespace ferry::store::sqlite
