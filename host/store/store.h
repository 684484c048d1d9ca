#pragma once
// The storage seam: one narrow interface per concern, and the object that gives them. Drivers are
// in store/<name>/ and pass tests/contract.
//
// Two durable points of the flow live here: the notices and the event log. Every write function is
// one transaction that is on disk when it returns; drivers may commit the writes of several threads
// together. Reads see every write that returned before they began.

#include "base/clock.h"
#include "base/result.h"
#include "store/condition_store.h"
#include "store/cursor_store.h"
#include "store/delivery_search.h"
#include "store/delivery_store.h"
#include "store/event_log.h"
#include "store/event_search.h"
#include "store/inbox_store.h"
#include "store/instance_store.h"
#include "store/message_store.h"
#include "store/notice_store.h"
#include "store/replay_store.h"
#include "store/subscription_store.h"
#include "store/sync_store.h"
#include "store/token_store.h"
#include "store/topic_store.h"

namespace ferry::store {

/// Facts about the store itself. `meta` values are short texts under fixed names.
class MetaStore {
  public:
    virtual ~MetaStore() = default;
    virtual Result<std::optional<std::string>> get(std::string_view name) = 0;
    virtual Status put(std::string_view name, std::string_view value) = 0;

    /// Bytes of the store's file that hold something; space that is free for what comes does not
    /// count. Not pure, so that doubles stay small.
    virtual Result<std::int64_t> bytesUsed() {
        return fail(ErrorCode::Unsupported, "this store does not tell its size");
    }

    /// Why the store can't be written (a full disk, an I/O error): from the first write that failed
    /// so until one succeeded with room left on the disk. A write that is small may succeed before.
    /// Nothing while all is well. Costs no access to the disk.
    virtual std::optional<Error> writeFailure() { return std::nullopt; }
};

/// Threads: every function of every interface from any thread, unless said otherwise.
/// Errors: Unavailable when the store can't be written or read now (busy, disk full, I/O error):
/// nothing was written, the same call may succeed later. Corrupt when what is stored breaks an
/// invariant. Internal for a bug.
class Store {
  public:
    virtual ~Store() = default;
    virtual InstanceStore& instances() = 0;
    virtual TokenStore& tokens() = 0;
    virtual NoticeStore& notices() = 0;
    virtual SyncStore& sync() = 0;
    virtual EventLog& events() = 0;
    virtual DeliveryStore& deliveries() = 0;
    virtual EventSearch& eventSearch() = 0;
    virtual DeliverySearch& deliverySearch() = 0;
    virtual ReplayStore& replays() = 0;
    virtual CursorStore& cursors() = 0;
    virtual InboxStore& inbox() = 0;
    virtual ConditionStore& conditions() = 0;
    virtual MessageStore& messages() = 0;
    virtual SubscriptionStore& subscriptions() = 0;
    virtual TopicStore& topics() = 0;
    virtual MetaStore& meta() = 0;

  protected:
    Store() = default;
    Store(const Store&) = default;
    Store& operator=(const Store&) = default;
};

}  // namespace ferry::store
