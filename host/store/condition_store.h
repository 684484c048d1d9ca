#pragma once
// Conditions that operators are told of: those that are open, and those whose end was not told yet.

#include "base/result.h"
#include "model/condition.h"

#include <vector>

namespace ferry::store {

/// Applied together or not at all, in this order.
struct ConditionChanges {
    std::vector<ConditionId> removed;  ///< nothing is left to tell; unknown ones are skipped
    std::vector<Condition> changed;    ///< `ended_at` and `is_told`; unknown ones are skipped
    std::vector<Condition> opened;     ///< `id` is given by the store

    bool empty() const { return removed.empty() && changed.empty() && opened.empty(); }
};

class ConditionStore {
  public:
    virtual ~ConditionStore() = default;

    /// All of them, in the order in which they opened.
    virtual Result<std::vector<Condition>> all() = 0;

    /// One transaction. Errors: Conflict if one was opened whose kind and subject are there already
    /// (nothing written).
    virtual Status write(const ConditionChanges& changes) = 0;
};

}  // namespace ferry::store
