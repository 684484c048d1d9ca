#pragma once
// What the hub's account says for all instances that say nothing themselves.

#include "base/result.h"
#include "pipeline/delivery_settings.h"
#include "store/store.h"

#include <atomic>
#include <mutex>

namespace ferry::pipeline {

/// Kept in the store, and in memory for those who ask at each failure.
/// Threads: any.
class AccountPolicy {
  public:
    /// What a hub has to whom nobody has said anything.
    static constexpr FailurePolicy kDefault = FailurePolicy::Retry;

    /// `meta` outlives it.
    explicit AccountPolicy(store::MetaStore& meta) : meta_(meta) {}

    /// Reads what was kept. Errors: the store's; Corrupt for what no hub has written.
    Status load();

    /// For deliveries of instances without `event.notification.retry.policy`.
    FailurePolicy onFailure() const noexcept { return on_failure_.load(); }
    /// Counts from now on, once it is on disk. Errors: the store's; nothing has changed then.
    Status setOnFailure(FailurePolicy policy);

  private:
    store::MetaStore& meta_;
    std::mutex writing_;
    std::atomic<FailurePolicy> on_failure_{kDefault};
};

}  // namespace ferry::pipeline
