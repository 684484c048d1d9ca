#pragma once
// Events and deliveries in the words of the Open Connectors API.

#include "api/route_table.h"
#include "base/json_writer.h"
#include "model/delivery.h"
#include "model/event.h"
#include "store/delivery_store.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ferry::api {

/// Where an event is on its way:
///
/// | status | the event |
/// |---|---|
/// | NEW | waits for its first callback |
/// | RECEIVED | is in the log alone: its instance was to have no callback |
/// | DISPATCHED | was sent, and no callback has taken it yet, or ever will by itself |
/// | NOTIFIED | was taken by a callback |
///
/// The vendor's CONSUMED, of things that Ferry does not have, does not occur. `deliveries` carry
/// the event.
std::string_view eventStatus(std::span<const Delivery> deliveries);

/// A delivery in the vendor's words: `created` (waits for its first attempt), `retry` (waits for a
/// further one), `delivered`, `queued` (out of attempts, or behind a callback that is switched off;
/// it waits until somebody asks for it).
std::string_view deliveryStatus(const Delivery& delivery);

/// Writes what each attempt did, as a list.
void writeAttempts(JsonWriter& json, const std::vector<store::DeliveryAttempt>& attempts);

/// A delivery and what it is part of.
struct DeliveryDetails {
    const std::vector<store::DeliveryAttempt>* attempts = nullptr;  ///< null: not asked for
    std::string_view notification = {};  ///< the callback's body (JSON); empty: not asked for
    std::string_view subscription = {};  ///< JSON; empty: not asked for, or there is none
};
void writeDelivery(JsonWriter& json, const Delivery& delivery, const DeliveryDetails& details = {});

/// `deliveries` carry the event. With `attempts`, one list for each of them, they are in it in
/// full.
void writeEvent(
    JsonWriter& json,
    const RecordedEvent& event,
    std::span<const Delivery> deliveries,
    const std::vector<std::vector<store::DeliveryAttempt>>* attempts = nullptr
);

/// What became of the event, delivery by delivery.
void writeDisposition(
    JsonWriter& json, const RecordedEvent& event, std::span<const Delivery> deliveries
);

/// Defines Event, Delivery and Disposition.
void defineEventSchemas(RouteTable& table);

}  // namespace ferry::api
