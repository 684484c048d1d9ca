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

/// Moves the waiting deliveries, a few thousand in a transaction, but for those that are leased:
/// they follow when their attempt has failed (DeliveryStore::record). What is not moved because the
/// process ended follows at the next start (DeliveryStore::planAgain).
Status moveWaitingDeliveries(Core& core, std::span<const CallbackMove> moves);

/// Puts one waiting delivery into the queue of its instance's callback; gives that queue.
Result<CallbackId> followInstance(Connection& connection, DeliveryId delivery, CallbackId queue);

}  // namespace ferry::store::sqlite
