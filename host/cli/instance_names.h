#pragma once
// Instances by name and names of instances, for commands that look at the store.

#include "model/ids.h"
#include "store/store.h"

#include <map>
#include <string>

namespace ferry::cli {

/// Errors: NotFound if there is none of that name.
Result<InstanceId> instanceOf(store::Store& store, const std::string& name);

/// Names, each looked up once. Lifetime: `store` outlives it.
class InstanceNames {
  public:
    explicit InstanceNames(store::Store& store) : store_(store) {}
    /// The id in digits where there is none.
    const std::string& of(InstanceId id);

  private:
    store::Store& store_;
    std::map<InstanceId, std::string> names_;
};

}  // namespace ferry::cli
