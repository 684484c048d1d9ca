#include "api/replay_json.h"

namespace ferry::api {
namespace {

constexpr const char* kReplay = R"json({
    "type": "object",
    "required": ["id", "state", "dryRun", "from", "to", "eventTypes", "objectTypes", "instanceIds",
                 "rate", "progress", "createdDate", "updatedDate"],
    "properties": {
        "id": {"type": "integer"},
        "state": {"enum": ["running", "done", "cancelled"]},
        "redelivery": {
            "type": "boolean",
            "description": "given deliveries are made again, and progress counts these: deliveriesMatched"
        },
        "dryRun": {"type": "boolean", "description": "counts and delivers nothing"},
        "from": {"type": "string", "format": "date-time"},
        "to": {"type": "string", "format": "date-time"},
        "eventTypes": {"type": "array", "items": {"type": "string"}},
        "objectTypes": {"type": "array", "items": {"type": "string"}},
        "instanceIds": {"type": "array", "items": {"type": "integer"}},
        "rate": {"type": "integer", "description": "events a second at most"},
        "progress": {
            "type": "object",
            "required": ["instances", "instancesSkipped", "eventsExamined", "eventsMatched",
                         "deliveries", "eventsInRange"],
            "properties": {
                "instances": {"type": "integer", "description": "begun with"},
                "instancesSkipped": {"type": "integer", "description": "take no callbacks now"},
                "eventsExamined": {"type": "integer"},
                "eventsMatched": {"type": "integer", "description": "delivered again, or would be"},
                "deliveriesMatched": {"type": "integer", "description": "of a redelivery: all of it"},
                "deliveries": {"type": "integer", "description": "made for them, or would be"},
                "eventsInRange": {
                    "type": "integer",
                    "description": "of the instances of the replay; at most, while it runs"
                }
            },
            "additionalProperties": false
        },
        "outcomes": {
            "type": "object",
            "description": "what became of the deliveries that are made, as far as they are kept; not in lists",
            "required": ["delivered", "dead", "failing", "untried"],
            "properties": {
                "delivered": {"type": "integer"},
                "dead": {"type": "integer", "description": "out of attempts"},
                "failing": {"type": "integer", "description": "wait for a further attempt"},
                "untried": {"type": "integer", "description": "wait for their first attempt"}
            },
            "additionalProperties": false
        },
        "waitsFor": {
            "type": "array",
            "description": "callbacks that are left alone now, of those that something is left for: the first ones; not in lists",
            "items": {
                "type": "object",
                "required": ["instanceIds", "reason", "action"],
                "properties": {
                    "instanceIds": {"type": "array", "items": {"type": "integer"}},
                    "reason": {"type": "string"},
                    "action": {"type": "string", "description": "what a person does; empty: it goes on by itself"}
                },
                "additionalProperties": false
            }
        },
        "createdDate": {"type": "string", "format": "date-time"},
        "updatedDate": {"type": "string", "format": "date-time"}
    },
    "additionalProperties": false
})json";

constexpr const char* kReplayRequest = R"json({
    "type": "object",
    "properties": {
        "from": {"type": ["string", "integer"], "description": "RFC 3339, or epoch ms; required but with sinceFailure"},
        "to": {"type": ["string", "integer"], "description": "not included; now if not given"},
        "sinceFailure": {
            "type": ["boolean", "string"],
            "description": "in place of from: since the first event that a callback of instanceIds has not taken; what still waits for an attempt is left out, as everywhere"
        },
        "eventTypes": {
            "type": "array", "items": {"enum": ["CREATED", "UPDATED", "MOVED", "DELETED"]}
        },
        "objectTypes": {
            "type": "array",
            "items": {"type": "string", "description": "file, folder, or what the connector names"},
            "maxItems": 100
        },
        "instanceIds": {"type": "array", "items": {"type": ["integer", "string"]}, "minItems": 1, "maxItems": 1000},
        "rate": {"type": ["integer", "string"], "minimum": 1, "maximum": 100000},
        "dryRun": {"type": ["boolean", "string"], "description": "true or false, also as texts"}
    },
    "additionalProperties": false
})json";

void writeSelection(JsonWriter& json, const EventSelection& selection) {
    json.key("eventTypes").beginArray();
    for (const EventType type :
         {EventType::Created, EventType::Updated, EventType::Moved, EventType::Deleted}) {
        if (selection.types != 0 && selection.matches(type)) json.string(eventTypeName(type));
    }
    json.endArray().key("objectTypes").beginArray();
    for (const std::string& name : selection.object_types)
        json.string(name);
    json.endArray();
}

void writeDetails(JsonWriter& json, const ReplayDetails& details) {
    json.key("outcomes")
        .beginObject()
        .field("delivered", details.outcomes.delivered)
        .field("dead", details.outcomes.dead)
        .field("failing", details.outcomes.failing)
        .field("untried", details.outcomes.untried)
        .endObject();
    json.key("waitsFor").beginArray();
    for (const pipeline::ReplayWait& wait : details.waits) {
        json.beginObject().key("instanceIds").beginArray();
        for (const Instance& instance : wait.instances)
            json.number(instance.id.value);
        json.endArray().field("reason", wait.reason);
        json.field("action", pipeline::holdAdvice(wait.kind)).endObject();
    }
    json.endArray();
}

}  // namespace

void writeReplay(
    JsonWriter& json, const Replay& replay, std::int64_t in_range, const ReplayDetails* details
) {
    json.beginObject()
        .field("id", replay.id.value)
        .field("state", replayStateName(replay.state))
        .field("redelivery", replay.is_redelivery)
        .field("dryRun", replay.is_dry_run)
        .field("from", formatRfc3339(replay.from))
        .field("to", formatRfc3339(replay.to));
    writeSelection(json, replay.selection);
    json.key("instanceIds").beginArray();
    for (const InstanceId id : replay.instances)
        json.number(id.value);
    json.endArray().field("rate", replay.rate);
    const ReplayCounts& counts = replay.counts;
    json.key("progress")
        .beginObject()
        .field("instances", counts.instances)
        .field("instancesSkipped", counts.skipped)
        .field("eventsExamined", counts.examined)
        .field("eventsMatched", replay.is_redelivery ? 0 : counts.matched)
        .field("deliveries", counts.deliveries)
        .field("eventsInRange", in_range);
    if (replay.is_redelivery) json.field("deliveriesMatched", counts.matched);
    json.endObject();
    if (details != nullptr) writeDetails(json, *details);
    json.field("createdDate", formatRfc3339(replay.created_at))
        .field("updatedDate", formatRfc3339(replay.updated_at))
        .endObject();
}

void defineReplaySchemas(RouteTable& table) {
    table.define("Replay", kReplay);
    table.define("ReplayRequest", kReplayRequest);
}

}  // namespace ferry::api
