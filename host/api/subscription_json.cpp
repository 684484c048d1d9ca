#include "api/subscription_json.h"

#include "model/subscription_number.h"
#include "model/topic.h"

namespace ferry::api {

bool isSubscription(const pipeline::InstanceSettings& settings) {
    return settings.events_enabled && !settings.callback_url.empty();
}

Result<SwitchedOff> switchedOffCallbacks(store::DeliveryStore& deliveries) {
    SwitchedOff callbacks;
    FERRY_TRY_ASSIGN(const auto off, deliveries.switchedOff());
    for (const store::CallbackSwitchedOff& one : off)
        callbacks.insert(one.callback);
    return callbacks;
}

void writeSubscription(
    JsonWriter& json, const pipeline::InstanceSettings& settings, bool is_switched_off
) {
    json.beginObject().field("id", subscriptionNumber({settings.id, settings.callback}));
    json.field("channel", "webhook");
    json.key("topics").beginArray();
    json.string(topicText(settings.id, settings.connector_key)).endArray();
    json.key("config").beginObject().field("url", settings.callback_url).endObject();
    json.field("active", !is_switched_off && pipeline::reasonToWait(settings).empty());
    json.endObject();
}

void defineSubscriptionSchema(RouteTable& table) {
    table.define("Subscription", R"json({
        "type": "object",
        "required": ["id", "channel", "topics", "config", "active"],
        "properties": {
            "id": {"type": "integer", "description": "another one for each URL"},
            "channel": {"const": "webhook"},
            "topics": {"type": "array", "items": {"type": "string"}},
            "config": {
                "type": "object",
                "required": ["url"],
                "properties": {"url": {"type": "string"}},
                "additionalProperties": false
            },
            "active": {
                "type": "boolean",
                "description": "false: the instance is disabled, its callback is switched off, or the receiver of a topic answered 410"
            }
        },
        "additionalProperties": false
    })json");
}

}  // namespace ferry::api
