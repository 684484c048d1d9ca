#pragma once
// NoticeStore on SQLite: due times and marks in the table, leases in memory.

#include "store/notice_store.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteNoticeStore final : public NoticeStore {
  public:
    explicit SqliteNoticeStore(Core& core) : core_(core) {}

    Status mark(std::span<const InstanceId> instances, TimePoint now, const TraceContext& trace)
        override;
    void submitMark(
        std::vector<InstanceId> instances,
        TimePoint now,
        const TraceContext& trace,
        std::function<void(Status)> done
    ) override;
    Status markAll(TimePoint now, Milliseconds spread) override;
    Result<std::vector<LeasedNotice>> lease(TimePoint now, std::size_t limit) override;
    Result<std::optional<TimePoint>> nextDue() override;
    Result<Backlog> backlog(TimePoint now) override;
    Status release(const LeasedNotice& notice, TimePoint due_at, unsigned failures) override;
    Status releaseAll(std::span<const Release> releases) override;

  private:
    Write marks(std::span<const InstanceId> instances, TimePoint now, const TraceContext& trace);

    Core& core_;
};

}  // namespace ferry::store::sqlite
