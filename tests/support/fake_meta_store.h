#pragma once
// Facts about the store, in memory, with a switch to make writes fail.

#include "store/store.h"

#include <map>
#include <string>

namespace ferry::test {

/// Threads: one at a time.
class FakeMetaStore final : public store::MetaStore {
  public:
    bool refuses_writes = false;  ///< a full disk
    unsigned writes = 0;

    Result<std::optional<std::string>> get(std::string_view name) override {
        const auto found = values_.find(name);
        return found == values_.end() ? std::nullopt : std::optional(found->second);
    }
    Status put(std::string_view name, std::string_view value) override {
        if (refuses_writes) return fail(ErrorCode::Unavailable, "disk full");
        ++writes;
        values_.insert_or_assign(std::string(name), std::string(value));
        return {};
    }

  private:
    std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace ferry::test
