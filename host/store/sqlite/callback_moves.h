#pragma once
// Deliveries follow their instance to the callback that it has by now: what waits for an address
// that was wrong must not wait until that one works.

#include "store/sqlite/core.h"

#include <span>
#include <vector>

namespace ferry::store::sqlite {

/// An instance that has changed its callback.
struct CallbackMove {
    InstanceId instance;
    CallbackId from;
    CallbackId to;
};

/// Which of `instances` would have another callback than the table says. Those without one before
/// or after are none: there is nothing that could follow. Within the transaction that writes them,
/// before it does.
Result<std::vector<CallbackMove>> callbackMoves(
    Connection& connection, std::span<const Instance> instances
);

/// When a waiting delivery is due at another callback than before: what was tried in vain at the old
/// one waits for nothing. What is in order has its place, and was held in memory.
#define FERRY_DUE_AT_ANOTHER_CALLBACK \
    "CASE WHEN attempt_count > 0 THEN min(next_attempt_at, finished_at) ELSE next_attempt_at END"

/// Moves the waiting deliveries, a few thousand in a transaction, but for those that are leased:
/// they follow when their attempt has failed (DeliveryStore::record). What is not moved because the
/// process ended follows at the next start (DeliveryStore::planAgain).
Status moveWaitingDeliveries(Core& core, std::span<const CallbackMove> moves);

/// Puts one waiting delivery into the queue of its instance's callback; gives that queue.
Result<CallbackId> followInstance(Connection& connection, DeliveryId delivery, CallbackId queue);

}  // namespace ferry::store::sqlite
