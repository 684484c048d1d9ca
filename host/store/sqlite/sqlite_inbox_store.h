#pragma once
// InboxStore on SQLite.

#include "store/inbox_store.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteInboxStore final : public InboxStore {
  public:
    explicit SqliteInboxStore(Core& core) : core_(core) {}

    void submit(
        std::vector<InboxChange> changes,
        TimePoint now,
        const TraceContext& trace,
        std::function<void(Status)> done
    ) override;
    Result<std::vector<KeptChange>> read(
        InstanceId instance, std::int64_t after, std::size_t limit, std::size_t bytes_max
    ) override;
    Result<std::size_t> prune(TimePoint before, std::size_t limit) override;

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
