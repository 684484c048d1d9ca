// Deliveries over REST, as the original's notifications: listed by a `where`, looked at, and made
// again.

#include "api/answers.h"
#include "api/areas.h"
#include "api/delivery_list.h"
#include "api/event_json.h"
#include "api/paging.h"
#include "api/redelivery_begin.h"
#include "api/subscription_json.h"
#include "pipeline/callback_body.h"

#include <fmt/format.h>

namespace ferry::api {
namespace {

/// Deliveries that one call makes again at most; the answer says where to go on.
constexpr std::size_t kRedeliverMax = 5'000;
constexpr std::size_t kAttemptsMax = 100;

/// Writes the delivery; with its notification and subscription if `is_hydrated`.
Status write(
    const ApiParts& parts,
    JsonWriter& json,
    const Delivery& delivery,
    bool is_hydrated,
    const SwitchedOff& off
) {
    if (!is_hydrated) {
        writeDelivery(json, delivery);
        return {};
    }
    const auto found = parts.settings.get(delivery.instance);
    if (!found && found.error().code == ErrorCode::NotFound) {
        writeDelivery(json, delivery);  // the instance was removed just now
        return {};
    }
    FERRY_TRY_ASSIGN(const auto settings, found);
    FERRY_TRY_ASSIGN(
        const auto events,
        parts.store.events().range(
            delivery.instance, delivery.first_event, delivery.last_event, kEventsPerDeliveryMax
        )
    );
    pipeline::HubIdentity hub;
    hub.hub_id = parts.hub_id;
    const std::string body = events.empty()
                                 ? std::string()
                                 : pipeline::renderCallbackBody({delivery, *settings, events, hub});
    JsonWriter subscription;
    writeSubscription(subscription, *settings, off.contains(settings->callback));
    DeliveryDetails details;
    details.notification = body;
    // Of a URL that the instance no longer has there is no subscription any more.
    const bool is_present = settings->callback == delivery.callback;
    if (isSubscription(*settings) && is_present) details.subscription = subscription.view();
    writeDelivery(json, delivery, details);
    return {};
}

Result<http::Response> answerList(
    const ApiParts& parts, const Call& call, const DeliveryList& list
) {
    const bool is_hydrated = call.request.queryValue("hydrate") == "true";
    SwitchedOff off;
    if (is_hydrated) {
        FERRY_TRY_ASSIGN(off, switchedOffCallbacks(parts.store.deliveries()));
    }
    JsonWriter json;
    json.beginArray();
    for (const Delivery& delivery : list.deliveries)
        FERRY_TRY(write(parts, json, delivery, is_hydrated, off));
    json.endArray();
    http::Response response = jsonAnswer(json);
    ListHeaders headers{list.deliveries.size(), std::nullopt, std::nullopt};
    if (list.next) headers.next_page = deliveryPageToken(*list.next);
    addListHeaders(response, headers);
    return response;
}

Result<http::Response> answerDeliveries(
    const ApiParts& parts, const Call& call, DeliveryWhere where
) {
    FERRY_TRY_ASSIGN(const std::size_t page_size, readPageSize(call.request));
    FERRY_TRY_ASSIGN(const auto list, listDeliveries(parts, call, std::move(where), page_size));
    return answerList(parts, call, list);
}

Result<http::Response> redeliver(const ApiParts& parts, const Call& call, DeliveryList list) {
    FERRY_TRY_ASSIGN(const ReplayId job, redeliverAll(parts, list));
    FERRY_TRY_ASSIGN(http::Response response, answerList(parts, call, list));
    if (job) response.headers.add("Ferry-Replay", std::to_string(job.value));
    return response;
}

Result<DeliveryWhere> whereOf(const Call& call) {
    return readDeliveryWhere(call.request.queryValue("where").value_or(""));
}

/// The delivery that {notificationId} names; of {subscriptionId}, if the path has one.
Result<DeliveryWhere> whereOfPath(const Call& call, bool has_subscription) {
    const auto id = parseId(call.params.get("notificationId"));
    const auto subscription = has_subscription ? parseId(call.params.get("subscriptionId"))
                                               : std::optional<std::int64_t>(0);
    if (!id || !subscription) {
        return fail(ErrorCode::NotFound, "there is no such delivery: its id is a number");
    }
    DeliveryWhere where;
    where.delivery = DeliveryId(*id);
    if (has_subscription) takeSubscription(*subscription, where);
    return where;
}

Result<DeliveryList> findOne(const ApiParts& parts, const Call& call, bool has_subscription) {
    FERRY_TRY_ASSIGN(DeliveryWhere where, whereOfPath(call, has_subscription));
    const DeliveryId id = *where.delivery;
    FERRY_TRY_ASSIGN(DeliveryList list, listDeliveries(parts, call, std::move(where), 1));
    if (!list.deliveries.empty()) return list;
    FERRY_TRY_ASSIGN(const auto named, parts.store.topics().notification(id));
    if (named && !call.instance) {
        return fail(
            ErrorCode::NotFound,
            fmt::format(
                "notification {} is of a topic that callers named: how it is brought is not "
                "listed, "
                "and what is given up is in the log",
                id.value
            )
        );
    }
    return fail(ErrorCode::NotFound, "there is no such delivery");
}

Result<http::Response> answerDetails(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const DeliveryList list, findOne(parts, call, false));
    const Delivery& delivery = list.deliveries.front();
    FERRY_TRY_ASSIGN(
        const auto attempts,
        parts.store.deliveries().attempts(delivery.instance, delivery.id, kAttemptsMax)
    );
    JsonWriter json;
    writeDelivery(json, delivery, {&attempts});
    return jsonAnswer(json);
}

Parameter hydrate() {
    return {
        "hydrate",
        ParameterPlace::Query,
        "true: with the callback's body and the subscription",
        "boolean"};
}

Route deliveryRoute(std::string method, std::string path, std::string operation) {
    Route route;
    route.method = std::move(method);
    route.path = std::move(path);
    route.operation_id = std::move(operation);
    route.area = "deliveries";
    route.subject = Subject::AnyInstance;
    route.answers = {pageOf("Delivery")};
    return route;
}

void addLists(RouteTable& table, const ApiParts& parts) {
    const Parameter where{
        "where",
        ParameterPlace::Query,
        "Conditions joined by and: channel='webhook', status='queued' (created, retry, delivered, "
        "queued; notified: none), config.url='...', createdDate>='2026-01-01T00:00:00Z', "
        "instanceId='3', "
        "notificationId='17', httpStatus='503' (of the last attempt; 0: no answer came)"};
    Route list = deliveryRoute("GET", "/notifications/subscriptions/deliveries", "listDeliveries");
    list.summary = "Deliveries of all instances, or of the Element token's, newest first";
    list.parameters = pagingParameters();
    list.parameters.push_back(where);
    list.parameters.push_back(hydrate());
    list.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(DeliveryWhere wanted, whereOf(call));
        return answerDeliveries(parts, call, std::move(wanted));
    };
    table.add(std::move(list));

    Route again =
        deliveryRoute("PUT", "/notifications/subscriptions/deliveries", "redeliverDeliveries");
    again.summary =
        "Makes the deliveries that match wait again, with all their attempts; more than 4 as a job "
        "among the replays, beside live deliveries";
    again.role = Role::Write;
    again.answers.front().headers.emplace_back("Ferry-Replay");
    again.parameters = {where, hydrate()};
    again.parameters.front().is_required = true;
    again.parameters.push_back(
        {"nextPage", ParameterPlace::Query, "The Elements-Next-Page-Token of the call before"}
    );
    again.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(DeliveryWhere wanted, whereOf(call));
        const bool is_all = call.request.queryValue("where").value_or("").empty();
        if (is_all) {
            return fail(
                ErrorCode::InvalidArgument,
                "where is missing: say which deliveries are to be made again, status='queued' for "
                "all that nothing is tried for any more"
            );
        }
        FERRY_TRY_ASSIGN(
            DeliveryList found, listDeliveries(parts, call, std::move(wanted), kRedeliverMax)
        );
        return redeliver(parts, call, std::move(found));
    };
    table.add(std::move(again));
}

void addSingle(RouteTable& table, const ApiParts& parts) {
    const Parameter notification{
        "notificationId", ParameterPlace::Path, "The number of the delivery", "integer", true};
    const Parameter subscription{
        "subscriptionId", ParameterPlace::Path, "That of the delivery", "integer", true};

    Route of_notification = deliveryRoute(
        "GET",
        "/notifications/{notificationId}/subscriptions/deliveries",
        "listNotificationDeliveries"
    );
    of_notification.summary = "The delivery of a notification, as a list";
    of_notification.parameters = {notification, hydrate()};
    of_notification.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(const DeliveryList list, findOne(parts, call, false));
        return answerList(parts, call, list);
    };
    table.add(std::move(of_notification));

    for (const bool is_again : {false, true}) {
        Route one = deliveryRoute(
            is_again ? "PUT" : "GET",
            "/notifications/{notificationId}/subscriptions/{subscriptionId}/deliveries",
            is_again ? "redeliverSubscriptionDelivery" : "listSubscriptionDeliveries"
        );
        one.summary = is_again ? "Makes the delivery wait again, due now"
                               : "The delivery of a notification to a subscription, as a list";
        one.role = is_again ? Role::Write : Role::Read;
        one.parameters = {notification, subscription, hydrate()};
        one.handler = [&parts, is_again](const Call& call) -> Result<http::Response> {
            FERRY_TRY_ASSIGN(DeliveryList list, findOne(parts, call, true));
            if (!is_again) return answerList(parts, call, list);
            return redeliver(parts, call, std::move(list));
        };
        table.add(std::move(one));
    }

    Route details = deliveryRoute("GET", "/notifications/{notificationId}/delivery", "getDelivery");
    details.summary = "A delivery with its attempts";
    details.parameters = {notification};
    details.answers = {{200, "The delivery", schemaOf("Delivery")}};
    details.handler = [&parts](const Call& call) { return answerDetails(parts, call); };
    table.add(std::move(details));
}

}  // namespace

void addDeliveryRoutes(RouteTable& table, const ApiParts& parts) {
    addLists(table, parts);
    addSingle(table, parts);
}

}  // namespace ferry::api
