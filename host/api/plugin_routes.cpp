// What the hub has loaded, for its operators.

#include "api/answers.h"
#include "api/areas.h"

namespace ferry::api {
namespace {

constexpr const char* kPluginStates = R"json({
    "type": "object",
    "required": ["connectors", "refused", "ending"],
    "properties": {
        "connectors": {
            "type": "array",
            "description": "those in use, by key",
            "items": {
                "type": "object",
                "required": ["key", "version", "plugin", "pluginVersion", "source",
                             "misbehaviours", "quarantined", "isolated", "jq", "restarts", "hangsForMs"],
                "properties": {
                    "key": {"type": "string"},
                    "version": {"type": "string"},
                    "plugin": {"type": "string", "description": "the library; connectors may share one"},
                    "pluginVersion": {"type": "string"},
                    "source": {"type": "string", "description": "path of the manifest"},
                    "misbehaviours": {"type": "integer", "description": "of the library since it was loaded"},
                    "quarantined": {
                        "type": "boolean",
                        "description": "it misbehaved again and again, and is not called until it is replaced"
                    },
                    "isolated": {"type": "boolean", "description": "it runs in a process of its own"},
                    "jq": {"type": "boolean", "description": "its records are mapped by jq, in a process of its own"},
                    "restarts": {"type": "integer", "description": "of these processes, since the plugin was loaded"},
                    "lastEnd": {
                        "type": "string",
                        "description": "what ended the last of these processes, such as 'was killed by signal 9'; not there if none has ended"
                    },
                    "nextStartDate": {
                        "type": "string",
                        "format": "date-time",
                        "description": "there while a process is gone that no call starts again before"
                    },
                    "hangsForMs": {
                        "type": "integer",
                        "description": "for how long a call into the library has not come back; 0: all do"
                    }
                },
                "additionalProperties": false
            }
        },
        "refused": {
            "type": "array",
            "description": "folders and files that are not used as they are",
            "items": {
                "type": "object",
                "required": ["key", "path", "rule", "message", "formerKept"],
                "properties": {
                    "key": {"type": "string"},
                    "path": {"type": "string"},
                    "rule": {"type": "string", "description": "what was broken, such as abi-major"},
                    "message": {"type": "string"},
                    "formerKept": {
                        "type": "boolean",
                        "description": "the version that was loaded before serves the connector on"
                    }
                },
                "additionalProperties": false
            }
        },
        "ending": {
            "type": "array",
            "description": "versions that were replaced, while what began with them goes on",
            "items": {
                "type": "object",
                "required": ["plugin", "version", "hangsForMs"],
                "properties": {
                    "plugin": {"type": "string"},
                    "version": {"type": "string"},
                    "hangsForMs": {"type": "integer", "description": "as in connectors"}
                },
                "additionalProperties": false
            }
        }
    },
    "additionalProperties": false
})json";

http::Response listPlugins(const PluginStates& states) {
    JsonWriter json;
    json.beginObject().key("connectors").beginArray();
    for (const ServedConnector& served : states.served) {
        json.beginObject().field("key", served.key).field("version", served.version);
        json.field("plugin", served.plugin).field("pluginVersion", served.plugin_version);
        json.field("source", served.source);
        json.field("misbehaviours", static_cast<std::int64_t>(served.misbehaviours));
        json.field("quarantined", served.is_quarantined).field("isolated", served.is_isolated);
        json.field("jq", served.has_mapper);
        json.field("restarts", static_cast<std::int64_t>(served.restarts));
        if (!served.last_end.empty()) json.field("lastEnd", served.last_end);
        if (served.starts_again_at)
            json.field("nextStartDate", formatRfc3339(*served.starts_again_at));
        json.field("hangsForMs", served.hangs_for.count()).endObject();
    }
    json.endArray().key("refused").beginArray();
    for (const RefusedConnector& refused : states.refused) {
        json.beginObject().field("key", refused.key).field("path", refused.path);
        json.field("rule", refused.rule).field("message", refused.message);
        json.field("formerKept", refused.is_former_kept).endObject();
    }
    json.endArray().key("ending").beginArray();
    for (const EndingPlugin& ending : states.ending) {
        json.beginObject().field("plugin", ending.plugin).field("version", ending.version);
        json.field("hangsForMs", ending.hangs_for.count()).endObject();
    }
    json.endArray().endObject();
    return jsonAnswer(json);
}

}  // namespace

void addPluginRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("PluginStates", kPluginStates);
    Route route;
    route.method = "GET";
    route.path = "/plugins";
    route.operation_id = "listPlugins";
    route.summary = "Connectors and plugins as this hub has loaded them, and what it refused";
    route.area = "plugins";
    route.answers = {{200, "What there is now", schemaOf("PluginStates")}};
    route.handler = [&parts](const Call&) -> Result<http::Response> {
        return listPlugins(parts.plugins());
    };
    table.add(std::move(route));
}

}  // namespace ferry::api
