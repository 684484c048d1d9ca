// Subscriptions: who gets the callbacks of an instance, and who gets what callers send to a topic.
// One of an instance is made and removed by switching the events of its instance on and off.

#include "api/answers.h"
#include "api/areas.h"
#include "api/callback_egress.h"
#include "api/delivery_query.h"
#include "api/subscription_body.h"
#include "api/subscription_json.h"
#include "api/subscription_list.h"
#include "api/topic_subscriptions.h"
#include "model/subscription_number.h"

#include <fmt/format.h>

namespace ferry::api {
namespace {

constexpr std::string_view kEnabled = "event.notification.enabled";
constexpr std::string_view kUrl = "event.notification.callback.url";

using SettingsPtr = std::shared_ptr<const pipeline::InstanceSettings>;

/// The instance's settings; null if it is gone by now.
Result<SettingsPtr> settingsOf(const ApiParts& parts, InstanceId id) {
    auto settings = parts.settings.get(id);
    if (!settings && settings.error().code == ErrorCode::NotFound) return SettingsPtr();
    return settings;
}

Result<http::Response> shown(const ApiParts& parts, const pipeline::InstanceSettings& settings) {
    FERRY_TRY_ASSIGN(const SwitchedOff off, switchedOffCallbacks(parts.store.deliveries()));
    JsonWriter json;
    writeSubscription(json, settings, off.contains(settings.callback));
    return jsonAnswer(json);
}

Result<http::Response> shown(const ApiParts& parts, const store::TopicSubscription& subscription) {
    JsonWriter json;
    FERRY_TRY(writeTopicSubscription(json, subscription, parts.key));
    return jsonAnswer(json);
}

/// {subscriptionId}, if it can be that of a subscription of topics, and there is one.
Result<std::optional<store::TopicSubscription>> topicSubscriptionOf(
    const ApiParts& parts, const Call& call
) {
    const auto number = parseId(call.params.get("subscriptionId"));
    if (!number) return std::optional<store::TopicSubscription>();
    return topicSubscriptionOf(parts, *number);
}

/// The settings of the instance whose subscription {subscriptionId} is.
Result<SettingsPtr> subscriptionOf(const ApiParts& parts, const Call& call) {
    const auto number = parseId(call.params.get("subscriptionId"));
    const auto wanted = number ? subscriptionOfNumber(*number) : std::nullopt;
    SettingsPtr settings;
    if (wanted) {
        FERRY_TRY_ASSIGN(settings, settingsOf(parts, wanted->instance));
    }
    if (settings && isSubscription(*settings) && settings->callback == wanted->callback)
        return settings;
    return fail(
        ErrorCode::NotFound,
        "there is no such subscription: it was removed, or the events of its instance are "
        "disabled, or the instance has another callback URL by now, which is another subscription"
    );
}

Result<Instance> readInstance(const ApiParts& parts, InstanceId id) {
    FERRY_TRY_ASSIGN(const auto found, parts.store.instances().find(id));
    if (found) return *found;
    return fail(ErrorCode::NotFound, fmt::format("there is no instance {}", id.value));
}

Result<http::Response> subscribe(
    const ApiParts& parts, InstanceChanges& changes, const Call& call
) {
    FERRY_TRY_ASSIGN(const SubscriptionBody wanted, readSubscriptionBody(call.request.body));
    if (!wanted.instance) {
        FERRY_TRY(checkCallbackReach({parts.egress, parts.public_url}, "'config.url'", wanted.url));
        FERRY_TRY_ASSIGN(const auto made, subscribeTopics(parts, wanted));
        return shown(parts, made);
    }
    const InstanceId id = wanted.instance->instance;
    const std::string& connector = wanted.instance->connector_key;
    FERRY_TRY_ASSIGN(const SettingsPtr before, settingsOf(parts, id));
    if (!before || before->connector_key != connector) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("there is no instance {} of '{}'", id.value, connector)
        );
    }
    if (isSubscription(*before)) {
        if (before->callback_url == wanted.url) return shown(parts, *before);
        return fail(
            ErrorCode::Conflict,
            fmt::format(
                "instance {0} has another callback already: change {1} with PATCH "
                "{2}/instances/{0}, or remove its subscription",
                id.value,
                kUrl,
                kBasePath
            )
        );
    }
    InstanceBody body;
    body.has_configuration = true;
    body.configuration.emplace(kEnabled, "true");
    body.configuration.emplace(kUrl, wanted.url);
    FERRY_TRY_ASSIGN(const Instance instance, readInstance(parts, id));
    FERRY_TRY(changes.update(instance, body, {}));
    FERRY_TRY_ASSIGN(const SettingsPtr after, parts.settings.get(id));
    return shown(parts, *after);
}

Result<http::Response> unsubscribe(
    const ApiParts& parts, InstanceChanges& changes, const Call& call
) {
    http::Response response;
    response.body = "{}";
    FERRY_TRY_ASSIGN(const auto of_topics, topicSubscriptionOf(parts, call));
    if (of_topics) {
        FERRY_TRY(parts.store.topics().unsubscribe(of_topics->id));
        return response;
    }
    FERRY_TRY_ASSIGN(const SettingsPtr settings, subscriptionOf(parts, call));
    InstanceBody body;
    body.has_configuration = true;
    body.configuration.emplace(kEnabled, "false");
    FERRY_TRY_ASSIGN(const Instance instance, readInstance(parts, settings->id));
    FERRY_TRY(changes.update(instance, body, {}));
    return response;
}

Route subscriptionRoute(std::string method, std::string operation, std::string summary) {
    Route route;
    route.method = std::move(method);
    route.path = "/notifications/subscriptions";
    route.operation_id = std::move(operation);
    route.summary = std::move(summary);
    route.area = "deliveries";
    route.answers = {{200, "The subscription", schemaOf("Subscription")}};
    return route;
}

void addSingle(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes) {
    const Parameter id{"subscriptionId", ParameterPlace::Path, "Its number", "integer", true};
    Route one = subscriptionRoute("GET", "getSubscription", "One subscription");
    one.path += "/{subscriptionId}";
    one.parameters = {id};
    one.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(const auto of_topics, topicSubscriptionOf(parts, call));
        if (of_topics) return shown(parts, *of_topics);
        FERRY_TRY_ASSIGN(const SettingsPtr settings, subscriptionOf(parts, call));
        return shown(parts, *settings);
    };
    table.add(std::move(one));

    Route removal = subscriptionRoute(
        "DELETE",
        "deleteSubscription",
        "No more callbacks: switches the events of an instance off, or ends the subscription of "
        "topics"
    );
    removal.path += "/{subscriptionId}";
    removal.parameters = {id};
    removal.role = Role::Write;
    removal.answers = {{200, "It is gone; an instance stays", schemaOf("Nothing")}};
    removal.refusals = {409};
    removal.handler = [&parts, changes](const Call& call) {
        return unsubscribe(parts, *changes, call);
    };
    table.add(std::move(removal));
}

}  // namespace

void addSubscriptionRoutes(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes) {
    defineSubscriptionSchema(table);
    table.define("SubscriptionWrite", R"json({
        "type": "object",
        "required": ["channel", "topics", "config"],
        "properties": {
            "channel": {"const": "webhook"},
            "topics": {
                "type": "array",
                "description": "that of one instance, instance-1-dropbox-events; or any names, to which POST /notifications sends",
                "items": {"type": "string"},
                "minItems": 1,
                "maxItems": 100
            },
            "config": {
                "type": "object",
                "required": ["url"],
                "properties": {"url": {"type": "string"}}
            }
        }
    })json");

    Route list = subscriptionRoute(
        "GET",
        "listSubscriptions",
        "The instances that have callbacks, as subscriptions; then those of topics"
    );
    list.parameters = pagingParameters();
    list.answers = {pageOf(
        "Subscription", "A page; it may have fewer than asked for, and still be followed by another"
    )};
    list.handler = [&parts](const Call& call) { return listSubscriptions(parts, call); };
    table.add(std::move(list));

    Route made = subscriptionRoute(
        "POST",
        "createSubscription",
        "Switches the events of an instance on for this URL, or subscribes the URL to topics"
    );
    made.role = Role::Write;
    made.body = schemaOf("SubscriptionWrite");
    made.refusals = {404, 409, 429};
    made.handler = [&parts, changes](const Call& call) { return subscribe(parts, *changes, call); };
    table.add(std::move(made));

    addSingle(table, parts, changes);
}

}  // namespace ferry::api
