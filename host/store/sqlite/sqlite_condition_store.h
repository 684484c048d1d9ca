#pragma once
// ConditionStore on SQLite.

#include "store/condition_store.h"
#include "store/sqlite/core.h"

namespace ferry::store::sqlite {

class SqliteConditionStore final : public ConditionStore {
  public:
    explicit SqliteConditionStore(Core& core) : core_(core) {}

    Result<std::vector<Condition>> all() override;
    Status write(const ConditionChanges& changes) override;

  private:
    Core& core_;
};

}  // namespace ferry::store::sqlite
