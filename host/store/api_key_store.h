#pragma once
// The keys of the REST API. They have a file of their own, not the store of the hub, so that the
// command line can change them while a hub runs, which sees the change.

#include "base/result.h"
#include "model/api_key.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace ferry::store {

/// Threads: every function from any thread. Errors: as Store.
class ApiKeyStore {
  public:
    virtual ~ApiKeyStore() = default;

    /// All keys, in the order of their making.
    virtual Result<std::vector<ApiKey>> list() = 0;

    /// Conflict if there is a key of this name.
    virtual Status add(const ApiKey& key) = 0;

    /// NotFound if there is no key of this name.
    virtual Status remove(std::string_view name) = 0;

    /// A number that is another one after a change that anyone else has made, in whatever process.
    /// Cheap: asked once in a while by a hub that keeps the keys in memory.
    virtual Result<std::int64_t> revision() = 0;
};

}  // namespace ferry::store
