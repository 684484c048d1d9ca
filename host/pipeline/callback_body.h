#pragma once
// The bodies that callbacks get: one renderer for each `event.notification.format`. A body follows
// from the delivery, its events and the instance alone, so that every attempt sends the same bytes.

#include "base/json_writer.h"
#include "http/message.h"
#include "model/delivery.h"
#include "model/event.h"
#include "pipeline/instance_settings.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ferry::pipeline {

/// The numbers and the name under which the hub appears in open-connectors bodies. The hub has one
/// account; they can be set to those that an older receiver expects.
struct HubIdentity {
    std::int64_t account_id = 1;
    std::int64_t company_id = 1;
    std::int64_t user_id = 1;
    std::string user = "ferry";
    std::string hub_id = {};  ///< that the hub gave itself; in the source of CloudEvents
};

/// All that a body is made from. Borrowed for the call.
struct CallbackPage {
    const Delivery& delivery;
    const InstanceSettings& settings;
    std::span<const RecordedEvent> events;  ///< of the page, in order; at least one
    const HubIdentity& hub;
    /// Whose records `open-connectors` shows; empty: those of `events`.
    std::span<const RecordedEvent> records = {};
    std::string_view event_id = {};  ///< callbackEventId of these, if it is known already
};

/// A format: writes one JSON value.
struct CallbackFormatEntry {
    CallbackFormat format;
    std::string_view name;  ///< value of event.notification.format
    std::string_view mode;  ///< of event.notification.cloudevents.mode; empty for other formats
    std::string_view content_type;
    /// One, or kEventsPerDeliveryMax. Deliveries are made with no more; one that was made before
    /// the instance got this format is split (DeliveryStore::split).
    std::int64_t events_max;
    void (*render)(const CallbackPage& page, JsonWriter& json);
    /// Adds what the format has in headers; nullptr: nothing.
    void (*add_headers)(const CallbackPage& page, http::Headers& headers);
};

/// Every format has an entry.
std::span<const CallbackFormatEntry> callbackFormats();
const CallbackFormatEntry& callbackFormat(CallbackFormat format);
/// The format of these values of the configuration. A mode that there is not counts as the first
/// one of the name, and a name that there is not as open-connectors.
CallbackFormat findCallbackFormat(std::string_view name, std::string_view mode);

/// Id of the callback that carries this page, 20 URL-safe characters, the same at every attempt and
/// for every later redelivery: receivers drop duplicates by it. `message.eventId` and `webhook-id`.
std::string callbackEventId(const Delivery& delivery, std::span<const RecordedEvent> events);

/// The body of the page in the instance's format. Formats for single events take the first one.
///
/// In `open-connectors`, `message.raw` is `{"records": [...]}`: the provider's records that the
/// events of this page come from, in the order of the events, unchanged. An event that comes from
/// no record of its own (what follows a folder, differences found by a resync) adds none, and a
/// record that several events in a row come from stands there once. A record that is no valid JSON
/// is left out. With `records` they are those of these events in place of the page's.
///
/// In `standard-webhooks`, `{"type": "file.created", "timestamp": ..., "data": {...}}`; the time is
/// that of the occurrence, the data is that of pipeline/callback_event_data. In `cloudevents`, see
/// pipeline/callback_cloudevents.
///
/// The bytes stay the same from attempt to attempt as long as name, tags and format of the instance
/// stay the same.
std::string renderCallbackBody(const CallbackPage& page);

/// The same in `open-connectors`, whatever the instance's format.
std::string renderNotification(const CallbackPage& page);

}  // namespace ferry::pipeline
