#pragma once
// Opened settings of the instances that are busy now, so that opening a configuration is paid for
// once per change of it and not once per step.

#include "base/crypto.h"
#include "base/result.h"
#include "pipeline/instance_settings.h"
#include "store/instance_store.h"

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace ferry::pipeline {

/// Least recently used settings leave first. An entry is used only while `Instance::updated_at` in
/// the store is the one it was opened at, so a change made by anyone is seen by the next `get`.
/// Threads: any. Lifetime: store and key outlive it; what `get` gave stays valid on its own.
class SettingsCache {
  public:
    /// Enough for the instances that deliver within the same seconds; opened configurations hold
    /// secrets, so there are no more of them in memory than that.
    static constexpr std::size_t kEntriesMax = 1000;

    SettingsCache(
        store::InstanceStore& instances,
        const SealingKey& key,
        std::size_t entries_max = kEntriesMax
    )
        : instances_(instances), key_(key), entries_max_(entries_max) {}

    /// The settings as stored now. NotFound if there is no such instance; Corrupt if its
    /// configuration does not open; else as the store fails.
    Result<std::shared_ptr<const InstanceSettings>> get(InstanceId id);

    /// Forgets the instance (it was changed or removed).
    void invalidate(InstanceId id);

    std::size_t size() const;

  private:
    struct Entry {
        InstanceId id;
        TimePoint updated_at;
        std::shared_ptr<const InstanceSettings> settings;
    };

    std::shared_ptr<const InstanceSettings> lookUp(InstanceId id, TimePoint updated_at);
    void keep(Entry entry);

    store::InstanceStore& instances_;
    const SealingKey& key_;
    const std::size_t entries_max_;
    mutable std::mutex mutex_;
    std::list<Entry> entries_;  // most recently used first
    std::unordered_map<InstanceId, std::list<Entry>::iterator> by_id_;
};

}  // namespace ferry::pipeline
