#pragma once
// CursorStore on SQLite.

#include "store/cursor_store.h"
#include "store/sqlite/core.h"
#include "store/sync_store.h"

namespace ferry::store::sqlite {

class SqliteCursorStore final : public CursorStore {
  public:
    SqliteCursorStore(Core& core, SyncStore& sync) : core_(core), sync_(sync) {}

    Result<std::optional<CursorStatus>> status(InstanceId instance) override;
    Status request(InstanceId instance, CursorRequest request, TimePoint now) override;
    Result<std::optional<CursorRequest>> requested(InstanceId instance) override;
    Status begin(InstanceId instance, CursorRequest request, const SyncPosition& position) override;

  private:
    Core& core_;
    SyncStore& sync_;
};

}  // namespace ferry::store::sqlite
