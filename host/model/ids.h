#pragma once
// The identifiers of the hub. Stores give them out from 1; zero is "none".

#include "base/strong_id.h"

namespace ferry {

using InstanceId = StrongId<struct InstanceTag>;
/// Numbers the events of one store in the order of their commits.
using EventNumber = StrongId<struct EventTag>;
using DeliveryId = StrongId<struct DeliveryTag>;
/// One provider app's webhook secret, shared by all instances made with that app.
using WebhookSecretId = StrongId<struct WebhookSecretTag>;
/// One replay: events that are delivered again, by time range and filter.
using ReplayId = StrongId<struct ReplayTag>;
/// One callback URL, shared by all instances that deliver to it.
using CallbackId = StrongId<struct CallbackTag>;
/// Deliveries of one callback that go out one after another (pipeline/delivery_lane); none: those
/// that keep no order.
using LaneId = StrongId<struct LaneTag>;

}  // namespace ferry
