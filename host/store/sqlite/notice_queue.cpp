#include "store/sqlite/notice_queue.h"

#include "store/sqlite/trace_column.h"

#include <algorithm>

namespace ferry::store::sqlite {
namespace {

/// What a lease leaves behind.
struct GivenBack {
    TimePoint due_at;
    TimePoint marked_due_at;  ///< at the latest, if it was marked since it was leased
    unsigned failures = 0;
    std::optional<TimePoint> drained_at{};
    TraceContext trace{};  ///< of the next drain, if nothing else asks for it
};

Result<std::optional<TimePoint>> giveBack(
    Connection& writer, const LeasedNotice& notice, const GivenBack& back
) {
    // A mark since then has put its own trace there, unless it came between the snapshot that the
    // lease was read from and the lease.
    auto update = writer.query(
        "UPDATE notice SET due_at = CASE WHEN mark = ?2 THEN ?3 ELSE min(?3, ?4) END, "
        "failures = ?5, drained_at = coalesce(?6, drained_at), "
        "trace = CASE WHEN mark = ?2 THEN ?7 ELSE coalesce(trace, ?7) END "
        "WHERE instance_id = ?1 AND due_at IS NOT NULL RETURNING due_at"
    );
    const TraceColumn trace(back.trace);
    update.bind(
        notice.instance,
        notice.mark,
        back.due_at,
        back.marked_due_at,
        back.failures,
        back.drained_at,
        trace.blob()
    );
    FERRY_TRY_ASSIGN(const bool has_row, update.step());
    if (!has_row) return std::optional<TimePoint>();
    const TimePoint now_due_at = update.time(0);
    FERRY_TRY(update.run());
    return std::optional(now_due_at);
}

}  // namespace

Result<std::vector<LeasedNotice>> NoticeQueue::lease(
    Connection& reader, TimePoint now, std::size_t limit
) {
    std::vector<LeasedNotice> notices;
    // Held from before the snapshot is taken (with the first row) until the leases are noted: a
    // lease that ends meanwhile is seen with the row as it was before, or with the row as it is
    // after.
    const std::lock_guard lock(mutex_);
    auto rows = reader.query(
        "SELECT instance_id, mark, failures, due_at, trace FROM notice "
        "WHERE due_at >= ? AND due_at <= ? ORDER BY due_at, instance_id"
    );
    rows.bind(scan_from_, now);
    bool is_end = false;
    while (notices.size() < limit) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        is_end = !has_row;
        if (is_end) break;
        const InstanceId instance(rows.integer(0));
        if (leased_.contains(instance)) continue;
        notices.push_back(
            {instance,
             rows.as<std::uint64_t>(1),
             rows.as<unsigned>(2),
             rows.time(3),
             readTrace(rows, 4)}
        );
    }
    for (const LeasedNotice& notice : notices)
        leased_.emplace(notice.instance, notice.trace);
    // With the limit reached, more rows of the same time as the last one may be free.
    if (is_end)
        scan_from_ = std::max(scan_from_, toEpochMilliseconds(now) + 1);
    else if (!notices.empty())
        scan_from_ = toEpochMilliseconds(notices.back().due_at);
    return notices;
}

Result<std::optional<TimePoint>> NoticeQueue::nextDue(Connection& reader) {
    const std::lock_guard lock(mutex_);
    auto rows = reader.query(
        "SELECT instance_id, due_at FROM notice WHERE due_at >= ? ORDER BY due_at, instance_id"
    );
    rows.bind(scan_from_);
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return std::optional<TimePoint>();
        if (!leased_.contains(InstanceId(rows.integer(0)))) return std::optional(rows.time(1));
    }
}

Result<NoticeStore::Backlog> NoticeQueue::backlog(Connection& reader, TimePoint now) {
    NoticeStore::Backlog backlog;
    FERRY_TRY_ASSIGN(const auto next, nextDue(reader));
    if (next && *next <= now) backlog.oldest_due_at = next;
    // Without the mutex, which commits wait for.
    auto row = reader.query("SELECT count(*) FROM notice WHERE due_at <= ?");
    FERRY_TRY(row.bind(now).step());
    const std::lock_guard lock(mutex_);
    backlog.leased = static_cast<std::int64_t>(leased_.size());
    backlog.waiting = std::max<std::int64_t>(row.integer(0) - backlog.leased, 0);
    return backlog;
}

TraceContext NoticeQueue::leasedTrace(InstanceId instance) {
    const std::lock_guard lock(mutex_);
    const auto found = leased_.find(instance);
    return found == leased_.end() ? TraceContext() : found->second;
}

void NoticeQueue::noteDue(TimePoint due_at) {
    const std::lock_guard lock(mutex_);
    scan_from_ = std::min(scan_from_, toEpochMilliseconds(due_at));
}

void NoticeQueue::end(InstanceId instance, std::optional<TimePoint> due_at) {
    const std::lock_guard lock(mutex_);
    leased_.erase(instance);
    if (due_at) scan_from_ = std::min(scan_from_, toEpochMilliseconds(*due_at));
}

Status markNotice(
    Connection& writer,
    InstanceId instance,
    TimePoint now,
    const TraceContext& trace,
    const TraceContext& leased
) {
    const TraceColumn trace_column(trace);
    const TraceColumn leased_column(leased);
    // A trace that a drain has begun with is no longer that of the next one.
    return writer
        .query(
            "UPDATE notice SET due_at = min(due_at, ?), mark = mark + 1, "
            "trace = CASE WHEN trace IS NULL OR trace IS ? THEN ? ELSE trace END "
            "WHERE instance_id = ? AND due_at IS NOT NULL"
        )
        .bind(now, leased_column.blob(), trace_column.blob(), instance)
        .run();
}

Status putNotice(Connection& writer, InstanceId instance, TimePoint due_at) {
    return writer
        .query(
            "INSERT INTO notice (instance_id, due_at, mark, failures) VALUES (?, ?, 1, 0) "
            "ON CONFLICT (instance_id) DO UPDATE SET "
            "due_at = min(coalesce(due_at, excluded.due_at), excluded.due_at), "
            "mark = mark + 1, failures = 0"
        )
        .bind(instance, due_at)
        .run();
}

Status dropNotice(Connection& writer, InstanceId instance) {
    return writer.query("UPDATE notice SET due_at = NULL WHERE instance_id = ?")
        .bind(instance)
        .run();
}

Result<std::optional<TimePoint>> releaseNotice(
    Connection& writer,
    const LeasedNotice& notice,
    TimePoint due_at,
    TimePoint marked_due_at,
    unsigned failures
) {
    return giveBack(writer, notice, {due_at, marked_due_at, failures, std::nullopt, notice.trace});
}

Result<std::optional<TimePoint>> finishNotice(
    Connection& writer,
    const LeasedNotice& notice,
    TimePoint due_at,
    TimePoint now,
    unsigned failures,
    const TraceContext& trace
) {
    return giveBack(writer, notice, {due_at, now, failures, now, trace});
}

}  // namespace ferry::store::sqlite
