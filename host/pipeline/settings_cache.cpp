#include "pipeline/settings_cache.h"

#include <fmt/format.h>

namespace ferry::pipeline {

Result<std::shared_ptr<const InstanceSettings>> SettingsCache::get(InstanceId id) {
    FERRY_TRY_ASSIGN(const std::optional<Instance> instance, instances_.find(id));
    if (!instance) {
        invalidate(id);
        return fail(ErrorCode::NotFound, fmt::format("instance {} does not exist", id.value));
    }
    if (auto known = lookUp(id, instance->updated_at)) return known;

    // Opened without the lock: two threads may do the same work, none waits for another's.
    FERRY_TRY_ASSIGN(InstanceSettings opened, openSettings(*instance, key_));
    auto settings = std::make_shared<const InstanceSettings>(std::move(opened));
    keep({id, instance->updated_at, settings});
    return settings;
}

void SettingsCache::invalidate(InstanceId id) {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    entries_.erase(found->second);
    by_id_.erase(found);
}

std::size_t SettingsCache::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

std::shared_ptr<const InstanceSettings> SettingsCache::lookUp(InstanceId id, TimePoint updated_at) {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || found->second->updated_at != updated_at) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->settings;
}

void SettingsCache::keep(Entry entry) {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(entry.id);
    if (found != by_id_.end()) {
        entries_.erase(found->second);
        by_id_.erase(found);
    }
    const InstanceId id = entry.id;
    entries_.push_front(std::move(entry));
    by_id_.emplace(id, entries_.begin());
    if (entries_.size() > entries_max_) {
        by_id_.erase(entries_.back().id);
        entries_.pop_back();
    }
}

}  // namespace ferry::pipeline
