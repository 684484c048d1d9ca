#pragma once
// Look-ups of accounts that webhooks named lately. This process is the only one that writes the
// file, so what it cached is right until it changes an instance itself.

#include "store/instance_store.h"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace ferry::store::sqlite {

/// Threads: any.
class AccountCache {
  public:
    /// About 3 MB. Full, it starts again from nothing.
    static constexpr std::size_t kEntriesMax = 20'000;

    /// To be taken before the store is read, and given back with what was read.
    std::uint64_t generation() const { return generation_.load(); }

    std::optional<std::vector<AccountMatch>> find(const std::string& key) const {
        const std::shared_lock lock(mutex_);
        const auto found = entries_.find(key);
        if (found == entries_.end()) return std::nullopt;
        return found->second;
    }

    /// Keeps `matches`, unless an instance was changed since `generation` was taken.
    void keep(const std::string& key, std::uint64_t generation, std::vector<AccountMatch> matches) {
        const std::unique_lock lock(mutex_);
        if (generation != generation_.load()) return;
        if (entries_.size() >= kEntriesMax) entries_.clear();
        entries_.insert_or_assign(key, std::move(matches));
    }

    /// After every commit that changes an instance, before its caller is answered.
    void clear() {
        const std::unique_lock lock(mutex_);
        ++generation_;
        entries_.clear();
    }

  private:
    mutable std::shared_mutex mutex_;
    std::unordered_map<std::string, std::vector<AccountMatch>> entries_;
    std::atomic<std::uint64_t> generation_{0};
};

}  // namespace ferry::store::sqlite
