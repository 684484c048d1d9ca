#pragma once
// Turns events into the form in which the log keeps them and every callback carries them: the
// per-event object of the open-connectors body plus the documents object. Used by the event
// recorder, before the commit.

#include "base/clock.h"
#include "base/json_writer.h"
#include "model/event.h"
#include "model/event_id.h"
#include "pipeline/instance_settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::pipeline {

/// Renders many events of one instance, with one buffer for all of them.
///
/// The body is a JSON object: `elementKey`, `hubKey`, `objectType`, `objectId`, `eventType`,
/// `date` (as Open Connectors has them), `id` (the event's), `object` (the documents object;
/// members that are not known are left out; what a provider tells besides is in `properties`), and,
/// only where they say something: `restored: true`, `cascadeOf`, `origin` (other than live).
/// Threads: one at a time. Texts of the event must be UTF-8 (the plugin boundary sees to that).
/// Source: open-connectors contract, delivered callback body; documents hub object.
class EventBodyWriter {
  public:
    EventBodyWriter(
        std::string connector_key,
        std::string hub_key,
        MoveReporting moves,
        RestoreReporting restores = RestoreReporting::Created
    )
        : connector_key_(std::move(connector_key)),
          hub_key_(std::move(hub_key)),
          moves_(moves),
          restores_(restores) {}

    /// Appends what the log keeps of `event`: one entry, or DELETED and CREATED (in this order) for
    /// a move that is reported so. DELETED keeps the event's id, CREATED gets `splitMoveId` of it
    /// and the provider's record. `number` and `instance` are left for the store to set.
    void record(Event event, TimePoint now, std::vector<RecordedEvent>& out);

  private:
    void recordOne(Event event, TimePoint now, std::vector<RecordedEvent>& out);
    void renderObject(const Event& event);

    std::string connector_key_;
    std::string hub_key_;
    MoveReporting moves_;
    RestoreReporting restores_;
    JsonWriter json_;
};

/// EventBodyWriter for a single event.
std::vector<RecordedEvent> recordEvent(
    const Event& event,
    std::string_view connector_key,
    std::string_view hub_key,
    MoveReporting moves,
    TimePoint now
);

}  // namespace ferry::pipeline
