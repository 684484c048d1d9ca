#include "store/sqlite/sqlite_notice_store.h"

#include <algorithm>

namespace ferry::store::sqlite {

Status SqliteNoticeStore::mark(
    std::span<const InstanceId> instances, TimePoint now, const TraceContext& trace
) {
    if (instances.empty()) return {};
    Write write = marks(instances, now, trace);
    core_.write(std::span(&write, 1));
    return std::move(write.result);
}

void SqliteNoticeStore::submitMark(
    std::vector<InstanceId> instances,
    TimePoint now,
    const TraceContext& trace,
    std::function<void(Status)> done
) {
    if (instances.empty()) return done({});
    std::vector<Write> writes;
    // Moved on, the ids stay where they are.
    writes.push_back(marks(instances, now, trace));
    core_.post(
        std::move(writes),
        [kept = std::move(instances), done = std::move(done)](std::span<Write> written) {
            done(std::move(written.front().result));
        }
    );
}

/// `instances` live until it is written.
Write SqliteNoticeStore::marks(
    std::span<const InstanceId> instances, TimePoint now, const TraceContext& trace
) {
    Write write;
    write.apply = [this, instances, now, trace](Connection& connection) -> Status {
        for (const InstanceId instance : instances) {
            const TraceContext leased = core_.notices.leasedTrace(instance);
            FERRY_TRY(markNotice(connection, instance, now, trace, leased));
        }
        return {};
    };
    write.committed = [this, now] { core_.notices.noteDue(now); };
    write.bytes = instances.size() * 64;
    return write;
}

Status SqliteNoticeStore::markAll(TimePoint now, Milliseconds spread) {
    return core_.write(
        [=](Connection& connection) -> Status {
            std::vector<std::int64_t> instances;
            {
                auto rows = connection.query(
                    "SELECT instance_id FROM notice WHERE due_at IS NOT NULL ORDER BY instance_id"
                );
                FERRY_TRY_ASSIGN(instances, collect<std::int64_t>(rows, [](const Query& row) {
                                     return row.integer(0);
                                 }));
            }
            auto update = connection.query(
                "UPDATE notice SET due_at = ?, mark = mark + 1 WHERE instance_id = ?"
            );
            const auto count = static_cast<double>(instances.size());
            for (std::size_t i = 0; i < instances.size(); ++i) {
                const double part = static_cast<double>(i) / count;
                const auto delay =
                    static_cast<std::int64_t>(part * static_cast<double>(spread.count()));
                FERRY_TRY(update.bind(now + Milliseconds(delay), instances[i]).run());
            }
            return {};
        },
        [this, now] { core_.notices.noteDue(now); }
    );
}

Result<std::vector<LeasedNotice>> SqliteNoticeStore::lease(TimePoint now, std::size_t limit) {
    FERRY_TRY(core_.checkWritable());
    return core_.read([&](Connection& connection) {
        return core_.notices.lease(connection, now, limit);
    });
}

Result<std::optional<TimePoint>> SqliteNoticeStore::nextDue() {
    return core_.read([&](Connection& connection) { return core_.notices.nextDue(connection); });
}

Result<NoticeStore::Backlog> SqliteNoticeStore::backlog(TimePoint now) {
    return core_.read([&](Connection& connection) { return core_.notices.backlog(connection, now); }
    );
}

Status SqliteNoticeStore::release(const LeasedNotice& notice, TimePoint due_at, unsigned failures) {
    const Release one{notice, due_at, failures};
    return releaseAll({&one, 1});
}

Status SqliteNoticeStore::releaseAll(std::span<const Release> releases) {
    std::vector<std::optional<TimePoint>> now_due_at;
    return core_.write(
        [&](Connection& connection) -> Status {
            now_due_at.clear();
            for (const Release& one : releases) {
                // Marked since: at once. It was due when it was leased, so that time is past.
                FERRY_TRY_ASSIGN(
                    const auto due_at,
                    releaseNotice(
                        connection, one.notice, one.due_at, one.notice.due_at, one.failures
                    )
                );
                now_due_at.push_back(due_at);
            }
            return {};
        },
        [&] {
            for (std::size_t i = 0; i < releases.size(); ++i)
                core_.notices.end(releases[i].notice.instance, now_due_at[i]);
        }
    );
}

}  // namespace ferry::store::sqlite
