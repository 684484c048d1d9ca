#pragma once
// Subscriptions of instances in the words of the Open Connectors API. One is an instance that is to
// have callbacks at a URL, and there is one of an instance at most: another URL is another one.

#include "api/route_table.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "pipeline/instance_settings.h"
#include "store/delivery_store.h"

#include <set>

namespace ferry::api {

/// True if the instance has one: events are enabled, and there is a URL.
bool isSubscription(const pipeline::InstanceSettings& settings);

/// Callbacks that get nothing until somebody asks for it.
using SwitchedOff = std::set<CallbackId>;
Result<SwitchedOff> switchedOffCallbacks(store::DeliveryStore& deliveries);

/// Writes {id, channel, topics, config, active}. `is_switched_off`: its callback is.
void writeSubscription(
    JsonWriter& json, const pipeline::InstanceSettings& settings, bool is_switched_off
);

/// Defines Subscription.
void defineSubscriptionSchema(RouteTable& table);

}  // namespace ferry::api
