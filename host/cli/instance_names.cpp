#include "cli/instance_names.h"

#include <fmt/format.h>

namespace ferry::cli {

Result<InstanceId> instanceOf(store::Store& store, const std::string& name) {
    FERRY_TRY_ASSIGN(const auto found, store.instances().findByName(name));
    if (!found) {
        return fail(ErrorCode::NotFound, fmt::format("there is no instance '{}'", name));
    }
    return found->id;
}

const std::string& InstanceNames::of(InstanceId id) {
    auto [entry, is_new] = names_.try_emplace(id);
    if (is_new) {
        const auto instance = store_.instances().find(id);
        entry->second = instance && *instance ? (*instance)->name : std::to_string(id.value);
    }
    return entry->second;
}

}  // namespace ferry::cli
