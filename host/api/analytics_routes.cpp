// How many events there were: by time, by instance, by account.

#include "api/answers.h"
#include "api/areas.h"
#include "api/event_counts.h"
#include "api/hub_account.h"
#include "api/time_range.h"

#include <fmt/format.h>

#include <numeric>

namespace ferry::api {
namespace {

constexpr Milliseconds kSpanDefault{24 * 3'600'000};
constexpr std::string_view kIntervalDefault = "hour";

constexpr const char* kEventCount = R"json({
    "type": "object",
    "required": ["count", "timestamp"],
    "properties": {
        "count": {"type": "integer"},
        "timestamp": {"type": "string", "format": "date-time", "description": "begin of the bucket"}
    },
    "additionalProperties": false
})json";

constexpr const char* kEventMetrics = R"json({
    "type": "object",
    "required": ["id", "count", "interval", "metrics"],
    "properties": {
        "id": {"type": "integer", "description": "the account's"},
        "count": {"type": "integer", "description": "in the whole range"},
        "interval": {"type": "string"},
        "metrics": {"type": "array", "items": {"$ref": "#/components/schemas/EventCount"}}
    },
    "additionalProperties": false
})json";

constexpr const char* kEventRecords = R"json({
    "type": "object",
    "required": ["total", "timestamp", "records"],
    "properties": {
        "total": {"type": "integer"},
        "timestamp": {"type": "string", "format": "date-time", "description": "begin of the bucket"},
        "records": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["count", "success", "failed"],
                "properties": {
                    "instanceId": {"type": "integer"},
                    "accountId": {"type": "integer"},
                    "count": {"type": "integer"},
                    "success": {"type": "integer", "description": "taken by the callback"},
                    "failed": {"type": "integer", "description": "out of attempts"}
                },
                "additionalProperties": false
            }
        }
    },
    "additionalProperties": false
})json";

/// What the query asks for.
struct Wanted {
    InstanceId instance;
    TimeRange range;
    std::string interval;
    std::vector<TimePoint> buckets;
};

Result<Wanted> readWanted(const ApiParts& parts, const Call& call) {
    for (const std::string_view name : {"accountIds[]", "accountIds"}) {
        for (const std::string& account : call.request.queryValues(name)) {
            if (account.empty() || isHubAccount(account)) continue;
            return fail(
                ErrorCode::PermissionDenied, "accountIds names an account that is not this hub's"
            );
        }
    }
    Wanted wanted;
    if (call.instance) wanted.instance = call.instance->id;
    FERRY_TRY_ASSIGN(wanted.range, readTimeRange(call.request, parts.clock.now(), kSpanDefault));
    wanted.interval = call.request.queryValue("interval").value_or(std::string(kIntervalDefault));
    FERRY_TRY_ASSIGN(wanted.buckets, bucketsOf(wanted.range, wanted.interval));
    return wanted;
}

Result<http::Response> answerCounts(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const Wanted wanted, readWanted(parts, call));
    FERRY_TRY_ASSIGN(
        const auto counts, countEvents(parts.store, wanted.instance, wanted.range, wanted.buckets)
    );
    JsonWriter json;
    json.beginArray();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        json.beginObject()
            .field("count", counts[i])
            .field("timestamp", formatRfc3339(wanted.buckets[i]))
            .endObject();
    }
    json.endArray();
    return jsonAnswer(json);
}

/// The same counts as /metrics has them: one entry for the hub's account.
Result<http::Response> answerMetrics(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const Wanted wanted, readWanted(parts, call));
    FERRY_TRY_ASSIGN(
        const auto counts, countEvents(parts.store, wanted.instance, wanted.range, wanted.buckets)
    );
    const bool has_empty = call.request.queryValue("emptyIntervals") == "true";
    JsonWriter json;
    json.beginArray().beginObject();
    json.field("id", kAccountId)
        .field("count", std::accumulate(counts.begin(), counts.end(), std::int64_t{0}))
        .field("interval", wanted.interval);
    json.key("metrics").beginArray();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0 && !has_empty) continue;
        json.beginObject()
            .field("count", counts[i])
            .field("timestamp", formatRfc3339(wanted.buckets[i]))
            .endObject();
    }
    json.endArray().endObject().endArray();
    return jsonAnswer(json);
}

void writeRecord(
    JsonWriter& json, std::string_view id_name, std::int64_t id, const EventCounts& counts
) {
    json.beginObject()
        .field(id_name, id)
        .field("count", counts.count)
        .field("success", counts.success)
        .field("failed", counts.failed)
        .endObject();
}

Result<http::Response> answerRecords(const ApiParts& parts, const Call& call, bool by_account) {
    FERRY_TRY_ASSIGN(const Wanted wanted, readWanted(parts, call));
    FERRY_TRY_ASSIGN(
        const auto counts,
        countEventsByInstance(parts.store, wanted.instance, wanted.range, wanted.buckets)
    );
    JsonWriter json;
    json.beginArray();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        EventCounts total;
        for (const auto& [instance, of_instance] : counts[i]) {
            total.count += of_instance.count;
            total.success += of_instance.success;
            total.failed += of_instance.failed;
        }
        json.beginObject()
            .field("total", total.count)
            .field("timestamp", formatRfc3339(wanted.buckets[i]));
        json.key("records").beginArray();
        if (by_account) {
            if (total.count > 0) writeRecord(json, "accountId", kAccountId, total);
        } else {
            for (const auto& [instance, of_instance] : counts[i])
                writeRecord(json, "instanceId", instance.value, of_instance);
        }
        json.endArray().endObject();
    }
    json.endArray();
    return jsonAnswer(json);
}

Route analyticsRoute(std::string path, std::string operation, std::string summary) {
    Route route;
    route.method = "GET";
    route.path = std::move(path);
    route.operation_id = std::move(operation);
    route.summary = std::move(summary);
    route.area = "events";
    route.subject = Subject::AnyInstance;
    route.parameters = {
        {"from", ParameterPlace::Query, "Begin (RFC 3339, or epoch ms); a day before the end"},
        {"to", ParameterPlace::Query, "End, which belongs to it; now if not given"},
        {"interval",
         ParameterPlace::Query,
         fmt::format(
             "second, minute, hour, day, week, month, quarter or year; hour if not given. A range "
             "has at most {} of them, and both its ends belong to it: 24 hours are too many by "
             "second, 23:59:59 are not",
             kBucketsMax
         )},
        {"accountIds[]", ParameterPlace::Query, "1: the hub has one account", "strings"},
    };
    route.refusals = {403};
    return route;
}

}  // namespace

void addAnalyticsRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("EventCount", kEventCount);
    table.define("EventMetrics", kEventMetrics);
    table.define("EventRecords", kEventRecords);

    Route counts = analyticsRoute(
        "/instances/events/analytics",
        "countEvents",
        "How many events were recorded, of all instances or of the Element token's"
    );
    counts.answers = {{200, "A count for each bucket", listOf("EventCount")}};
    counts.handler = [&parts](const Call& call) { return answerCounts(parts, call); };
    table.add(std::move(counts));

    Route metrics = analyticsRoute(
        "/metrics/events", "getEventMetrics", "The same by account, of which the hub has one"
    );
    metrics.parameters.push_back(
        {"emptyIntervals", ParameterPlace::Query, "true: also buckets without an event", "boolean"}
    );
    metrics.answers = {{200, "The account's", listOf("EventMetrics")}};
    metrics.handler = [&parts](const Call& call) { return answerMetrics(parts, call); };
    table.add(std::move(metrics));

    Route by_instance = analyticsRoute(
        "/instances/events/analytics/instances",
        "countEventsByInstance",
        "The same by instance, with what became of the events"
    );
    by_instance.answers = {{200, "Counts for each bucket", listOf("EventRecords")}};
    by_instance.handler = [&parts](const Call& call) { return answerRecords(parts, call, false); };
    table.add(std::move(by_instance));

    Route by_account = analyticsRoute(
        "/instances/events/analytics/accounts",
        "countEventsByAccount",
        "The same by account, of which the hub has one"
    );
    by_account.answers = {{200, "Counts for each bucket", listOf("EventRecords")}};
    by_account.handler = [&parts](const Call& call) { return answerRecords(parts, call, true); };
    table.add(std::move(by_account));
}

}  // namespace ferry::api
