#include "pipeline/event_body.h"

#include <utility>

namespace ferry::pipeline {
namespace {

std::string_view lastPathPart(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

void optionalField(JsonWriter& json, std::string_view name, const std::string& text) {
    if (!text.empty()) json.field(name, text);
}

/// The half of a move that happened at the old place.
Event deletedHalf(const Event& moved) {
    Event half = moved;
    half.type = EventType::Deleted;
    half.previous_path.clear();
    half.raw.clear();  // the record that is known is the one of the new place
    if (!moved.previous_path.empty()) {
        half.object.path = moved.previous_path;
        half.object.name = lastPathPart(moved.previous_path);
    }
    return half;
}

/// The half of a move that happened at the new place. What followed a folder follows its CREATED.
Event createdHalf(const Event& moved) {
    Event half = moved;
    half.type = EventType::Created;
    half.id = splitMoveId(moved.id);
    half.previous_path.clear();
    if (!moved.cascade_of.empty()) half.cascade_of = splitMoveId(moved.cascade_of);
    return half;
}

}  // namespace

void EventBodyWriter::record(Event event, TimePoint now, std::vector<RecordedEvent>& out) {
    const bool is_update = event.type == EventType::Created && event.is_restored &&
                           restores_ == RestoreReporting::Updated;
    if (is_update) event.type = EventType::Updated;
    if (event.type == EventType::Moved && moves_ == MoveReporting::DeletedCreated) {
        recordOne(deletedHalf(event), now, out);
        recordOne(createdHalf(event), now, out);
    } else {
        recordOne(std::move(event), now, out);
    }
}

void EventBodyWriter::recordOne(Event event, TimePoint now, std::vector<RecordedEvent>& out) {
    json_.clear();
    json_.beginObject()
        .field("elementKey", connector_key_)
        .field("hubKey", hub_key_)
        .field("objectType", objectTypeName(event.object.kind, event.object.object_type))
        .field("objectId", event.object.object_id)
        .field("eventType", eventTypeName(event.type))
        .field("date", formatRfc3339(event.occurred_at))
        .field("id", event.id);
    renderObject(event);
    if (event.is_restored) json_.field("restored", true);
    optionalField(json_, "cascadeOf", event.cascade_of);
    if (event.origin != EventOrigin::Live) json_.field("origin", eventOriginName(event.origin));
    json_.endObject();

    RecordedEvent& recorded = out.emplace_back();
    recorded.id = std::move(event.id);
    recorded.type = event.type;
    recorded.object_kind = event.object.kind;
    if (event.object.kind == ObjectKind::Other)
        recorded.object_type = std::move(event.object.object_type);
    recorded.recorded_at = now;
    recorded.body = json_.take();
    recorded.raw = std::move(event.raw);
}

void EventBodyWriter::renderObject(const Event& event) {
    const IndexedObject& object = event.object;
    json_.key("object").beginObject();
    json_.field("id", object.object_id).field("refId", object.object_id);
    optionalField(json_, "name", object.name);
    optionalField(json_, "path", object.path);
    optionalField(json_, "previousPath", event.previous_path);
    if (object.kind != ObjectKind::Other) {
        json_.field("directory", object.kind == ObjectKind::Folder);
    }
    if (object.size >= 0) json_.field("size", object.size);
    if (object.created_ms > 0) {
        json_.field("createdDate", formatRfc3339(fromEpochMilliseconds(object.created_ms)));
    }
    if (object.modified_ms > 0) {
        json_.field("modifiedDate", formatRfc3339(fromEpochMilliseconds(object.modified_ms)));
    }
    optionalField(json_, "revision", object.revision);
    optionalField(json_, "contentHash", object.content_hash);
    optionalField(json_, "modifiedBy", object.modified_by);
    if (!event.properties.empty()) json_.key("properties").raw(event.properties);
    json_.endObject();
}

std::vector<RecordedEvent> recordEvent(
    const Event& event,
    std::string_view connector_key,
    std::string_view hub_key,
    MoveReporting moves,
    TimePoint now
) {
    std::vector<RecordedEvent> out;
    EventBodyWriter writer{std::string(connector_key), std::string(hub_key), moves};
    writer.record(event, now, out);
    return out;
}

}  // namespace ferry::pipeline
