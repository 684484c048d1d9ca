#pragma once
// The inbox: changes that webhooks brought with them, from providers that are not asked for
// changes. A change is kept before the webhook is answered, and read by the drain of its instance,
// whose cursor says how far it is. What was read stays for a while, so that a provider that sends
// the same again is noticed.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/trace_context.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ferry::store {

/// A change on its way in.
struct InboxChange {
    InstanceId instance;
    std::string change_id;  ///< the provider's; empty: it has none, and nothing is noticed
    std::string hint;       ///< for the plugin
    std::string raw;        ///< the provider's record
};

/// A change that is kept.
struct KeptChange {
    std::int64_t number = 0;  ///< goes up within an instance
    std::string hint;
    std::string raw;
};

class InboxStore {
  public:
    virtual ~InboxStore() = default;

    /// Keeps the changes, but for those whose id the instance has had already, and marks their
    /// instances as NoticeStore::submitMark does: one transaction. Changes of instances that are
    /// gone are dropped. `done` as there.
    virtual void submit(
        std::vector<InboxChange> changes,
        TimePoint now,
        const TraceContext& trace,
        std::function<void(Status)> done
    ) = 0;

    /// Changes of the instance whose number is larger than `after`, in order: at most `limit`, and
    /// no more than `bytes_max` bytes but for the first.
    virtual Result<std::vector<KeptChange>> read(
        InstanceId instance, std::int64_t after, std::size_t limit, std::size_t bytes_max
    ) = 0;

    /// Drops changes that came before `before` and were read, at most `limit`; gives how many.
    virtual Result<std::size_t> prune(TimePoint before, std::size_t limit) = 0;
};

}  // namespace ferry::store
