// Subscriptions: who gets the callbacks of an instance. One is made and removed by switching the
// events of its instance on and off.

#include "api/answers.h"
#include "api/areas.h"
#include "api/delivery_query.h"
#include "api/paging.h"
#include "api/subscription_body.h"
#include "api/subscription_json.h"
#include "model/subscription_number.h"

#include <fmt/format.h>

namespace ferry::api {
namespace {

constexpr std::string_view kList = "subscriptions";
constexpr std::string_view kEnabled = "event.notification.enabled";
constexpr std::string_view kUrl = "event.notification.callback.url";
/// Looks at the store for one page at most: most instances have a subscription.
constexpr int kLooksMax = 20;

using SettingsPtr = std::shared_ptr<const pipeline::InstanceSettings>;

/// The instance's settings; null if it is gone by now.
Result<SettingsPtr> settingsOf(const ApiParts& parts, InstanceId id) {
    auto settings = parts.settings.get(id);
    if (!settings && settings.error().code == ErrorCode::NotFound) return SettingsPtr();
    return settings;
}

Result<http::Response> listSubscriptions(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const Paging paging, readPaging(call.request, kList));
    FERRY_TRY_ASSIGN(const SwitchedOff off, switchedOffCallbacks(parts.store.deliveries()));
    ListHeaders headers;
    JsonWriter json;
    json.beginArray();
    InstanceId after(paging.after);
    bool has_more = true;
    for (int looks = 0; has_more && looks < kLooksMax && headers.returned < paging.page_size;
         ++looks) {
        const std::size_t wanted = paging.page_size - headers.returned;
        FERRY_TRY_ASSIGN(const auto page, parts.store.instances().page(after, wanted));
        for (const Instance& instance : page) {
            after = instance.id;
            if (!instance.events_enabled) continue;
            // Past the cache, which is for instances that are busy.
            FERRY_TRY_ASSIGN(const auto settings, pipeline::openSettings(instance, parts.key));
            if (!isSubscription(settings)) continue;
            writeSubscription(json, settings, off.contains(settings.callback));
            ++headers.returned;
        }
        has_more = page.size() == wanted;
    }
    json.endArray();
    if (has_more) headers.next_page = nextPageToken(kList, after.value);
    http::Response response = jsonAnswer(json);
    addListHeaders(response, headers);
    return response;
}

Result<http::Response> shown(const ApiParts& parts, const pipeline::InstanceSettings& settings) {
    FERRY_TRY_ASSIGN(const SwitchedOff off, switchedOffCallbacks(parts.store.deliveries()));
    JsonWriter json;
    writeSubscription(json, settings, off.contains(settings.callback));
    return jsonAnswer(json);
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
        "there is no such subscription: events are disabled, or the instance has another callback "
        "URL by now, which is another subscription"
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
    const InstanceId id = wanted.topic.instance;
    FERRY_TRY_ASSIGN(const SettingsPtr before, settingsOf(parts, id));
    if (!before || before->connector_key != wanted.topic.connector_key) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("there is no instance {} of '{}'", id.value, wanted.topic.connector_key)
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
    FERRY_TRY_ASSIGN(const SettingsPtr settings, subscriptionOf(parts, call));
    InstanceBody body;
    body.has_configuration = true;
    body.configuration.emplace(kEnabled, "false");
    FERRY_TRY_ASSIGN(const Instance instance, readInstance(parts, settings->id));
    FERRY_TRY(changes.update(instance, body, {}));
    http::Response response;
    response.body = "{}";
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
        FERRY_TRY_ASSIGN(const SettingsPtr settings, subscriptionOf(parts, call));
        return shown(parts, *settings);
    };
    table.add(std::move(one));

    Route removal = subscriptionRoute(
        "DELETE", "deleteSubscription", "Switches the events of an instance off: no more callbacks"
    );
    removal.path += "/{subscriptionId}";
    removal.parameters = {id};
    removal.role = Role::Write;
    removal.answers = {{200, "It is gone; the instance stays", schemaOf("Nothing")}};
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
                "description": "that of an instance: instance-1-dropbox-events",
                "items": {"type": "string"},
                "minItems": 1,
                "maxItems": 1
            },
            "config": {
                "type": "object",
                "required": ["url"],
                "properties": {"url": {"type": "string"}}
            }
        }
    })json");

    Route list = subscriptionRoute(
        "GET", "listSubscriptions", "The instances that have callbacks, as subscriptions"
    );
    list.parameters = pagingParameters();
    list.answers = {pageOf(
        "Subscription", "A page; it may have fewer than asked for, and still be followed by another"
    )};
    list.handler = [&parts](const Call& call) { return listSubscriptions(parts, call); };
    table.add(std::move(list));

    Route made = subscriptionRoute(
        "POST", "createSubscription", "Switches the events of an instance on, for this URL"
    );
    made.role = Role::Write;
    made.body = schemaOf("SubscriptionWrite");
    made.refusals = {404, 409};
    made.handler = [&parts, changes](const Call& call) { return subscribe(parts, *changes, call); };
    table.add(std::move(made));

    addSingle(table, parts, changes);
}

}  // namespace ferry::api
