#include "plugin/plugin_registry.h"

#include <fmt/format.h>

namespace ferry::plugin {

Loaded<void> PluginRegistry::add(std::shared_ptr<PluginLibrary> library) {
    const std::lock_guard lock(mutex_);
    const std::string& id = library->note().id;
    const auto [place, is_new] = libraries_.try_emplace(id, library);
    if (is_new) return {};
    return refuse(
        "id-duplicate",
        fmt::format(
            "{}: plugin \"{}\" is already there, from {}; remove one of the two",
            library->path().string(),
            id,
            place->second->path().string()
        )
    );
}

void PluginRegistry::replace(std::shared_ptr<PluginLibrary> library) {
    const std::string id = library->note().id;
    {
        const std::lock_guard lock(mutex_);
        libraries_[id].swap(library);
    }
    // The old library, and perhaps its deinit, goes here, outside of the lock.
}

void PluginRegistry::remove(const std::string& id) {
    std::shared_ptr<PluginLibrary> old;
    const std::lock_guard lock(mutex_);
    const auto found = libraries_.find(id);
    if (found == libraries_.end()) return;
    old.swap(found->second);
    libraries_.erase(found);
}

std::shared_ptr<PluginLibrary> PluginRegistry::find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = libraries_.find(id);
    return found == libraries_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<PluginLibrary>> PluginRegistry::list() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<PluginLibrary>> result;
    for (const auto& [id, library] : libraries_)
        result.push_back(library);
    return result;
}

}  // namespace ferry::plugin
