#include "api/event_query.h"

#include "api/route_table.h"
#include "api/time_range.h"
#include "base/ascii.h"
#include "model/callback_event_id.h"
#include "pipeline/callback_body.h"
#include "store/delivery_search.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace ferry::api {
namespace {

/// Looks at the store for one page at most; each examines some thousand events.
constexpr int kLooksMax = 40;
/// Deliveries of one event that are told; of an event that was asked for again and again, the
/// first.
constexpr std::size_t kDeliveriesMax = 100;

constexpr std::array kTypes{
    EventType::Created, EventType::Updated, EventType::Moved, EventType::Deleted};
/// Of those that one call names.
constexpr std::size_t kObjectTypesMax = 100;
constexpr std::size_t kObjectTypeBytesMax = 128;

template <typename Add>
Status eachWord(std::string_view text, Add add) {
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        FERRY_TRY(add(text.substr(0, comma)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return {};
}

/// Numbers of the events that the call's times mean.
Status limitByTime(const ApiParts& parts, const Call& call, store::EventQuery& query) {
    const auto given = [&](std::string_view name) {
        const auto text = call.request.queryValue(name);
        return text && !text->empty();
    };
    if (!given("from") && !given("to")) return {};
    const TimePoint now = parts.clock.now();
    const Milliseconds since_1970 = now.time_since_epoch();
    if (!given("to")) {
        // Later than now is a list that is still empty.
        FERRY_TRY_ASSIGN(const TimePoint from, parseTime("from", *call.request.queryValue("from")));
        FERRY_TRY_ASSIGN(query.first, parts.store.eventSearch().firstAt(from));
        return {};
    }
    FERRY_TRY_ASSIGN(const TimeRange range, readTimeRange(call.request, now, since_1970));
    if (given("from")) {
        FERRY_TRY_ASSIGN(query.first, parts.store.eventSearch().firstAt(range.from));
    }
    FERRY_TRY_ASSIGN(query.end, parts.store.eventSearch().firstAt(range.to + Milliseconds(1)));
    return {};
}

/// The first event of the delivery that is named, if `id` is that of its callback.
Result<std::optional<FoundEvent>> findCallback(
    const ApiParts& parts, const CallbackEventIdParts& named, std::string_view id
) {
    FERRY_TRY_ASSIGN(auto delivery, parts.store.deliveries().find(named.instance, named.delivery));
    if (!delivery) return std::optional<FoundEvent>();
    FERRY_TRY_ASSIGN(
        auto events,
        parts.store.events().range(
            delivery->instance, delivery->first_event, delivery->last_event, 1
        )
    );
    if (events.empty() || pipeline::callbackEventId(*delivery, events) != id) {
        return std::optional<FoundEvent>();
    }
    return FoundEvent{std::move(events.front()), delivery->id};
}

}  // namespace

Status addType(EventSelection& selection, std::string_view word) {
    const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](EventType type) {
        return lowerAscii(eventTypeName(type)) == lowerAscii(word);
    });
    if (found == kTypes.end()) {
        return fail(
            ErrorCode::InvalidArgument,
            "eventTypes has words other than CREATED, UPDATED, MOVED, DELETED"
        );
    }
    selection.add(*found);
    return {};
}

Status addObjectType(EventSelection& selection, std::string_view word) {
    const bool is_word = !word.empty() && word.size() <= kObjectTypeBytesMax &&
                         word.find_first_of(", \t\r\n") == std::string_view::npos;
    if (!is_word) {
        return fail(
            ErrorCode::InvalidArgument,
            "objectTypes has something other than words such as file, folder, issue"
        );
    }
    if (selection.object_types.size() == kObjectTypesMax) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("objectTypes has more than {} words", kObjectTypesMax)
        );
    }
    // Kinds in any case, as event types are; what a connector names is its own.
    std::string name = lowerAscii(word);
    if (name != "file" && name != "folder" && name != "other") name = word;
    selection.object_types.push_back(std::move(name));
    return {};
}

Result<EventSelection> readSelection(std::string_view types, std::string_view object_types) {
    EventSelection selection;
    FERRY_TRY(eachWord(types, [&](std::string_view word) { return addType(selection, word); }));
    FERRY_TRY(eachWord(object_types, [&](std::string_view word) {
        return addObjectType(selection, word);
    }));
    return selection;
}

/// Lists come as one value, as several, and with the brackets of other lists.
std::string allWords(const http::Request& request, const std::string& name) {
    std::vector<std::string> values = request.queryValues(name);
    for (std::string& value : request.queryValues(name + "[]"))
        values.push_back(std::move(value));
    return fmt::format("{}", fmt::join(values, ","));
}

Result<EventList> listEvents(const ApiParts& parts, const Call& call, std::string_view list) {
    FERRY_TRY_ASSIGN(const Paging paging, readPaging(call.request, list));
    store::EventQuery query;
    if (call.instance) query.instance = call.instance->id;
    FERRY_TRY_ASSIGN(
        query.selection,
        readSelection(allWords(call.request, "eventTypes"), allWords(call.request, "objectTypes"))
    );
    FERRY_TRY(limitByTime(parts, call, query));
    query.is_newest_first = true;
    query.limit = paging.page_size;
    if (paging.after > 0) query.end = std::min(query.end, EventNumber(paging.after));

    EventList result;
    for (int looks = 0; looks < kLooksMax; ++looks) {
        FERRY_TRY_ASSIGN(store::EventPage page, parts.store.eventSearch().page(query));
        std::move(page.events.begin(), page.events.end(), std::back_inserter(result.events));
        result.next = page.next ? std::optional<std::int64_t>(page.next->value) : std::nullopt;
        if (!page.next || result.events.size() >= paging.page_size) break;
        query.end = *page.next;
        query.limit = paging.page_size - result.events.size();
    }
    return result;
}

std::vector<Parameter> eventListParameters() {
    std::vector<Parameter> parameters = pagingParameters();
    parameters.push_back(
        {"from", ParameterPlace::Query, "Recorded at this time or later (RFC 3339, or epoch ms)"}
    );
    parameters.push_back({"to", ParameterPlace::Query, "Recorded at this time or earlier"});
    parameters.push_back(
        {"eventTypes", ParameterPlace::Query, "CREATED, UPDATED, MOVED, DELETED, with commas"}
    );
    parameters.push_back(
        {"objectTypes",
         ParameterPlace::Query,
         "file, folder, or what the connector names (GET /objects with an Element token), with "
         "commas"}
    );
    return parameters;
}

Result<std::vector<std::vector<Delivery>>> deliveriesOf(
    const ApiParts& parts, const std::vector<RecordedEvent>& events
) {
    std::vector<std::vector<Delivery>> deliveries;
    deliveries.reserve(events.size());
    for (const RecordedEvent& event : events) {
        FERRY_TRY_ASSIGN(
            auto of_event,
            parts.store.deliverySearch().ofEvents(
                event.instance, event.number, event.number, kDeliveriesMax
            )
        );
        deliveries.push_back(std::move(of_event));
    }
    return deliveries;
}

Result<FoundEvent> findEvent(const ApiParts& parts, const Call& call) {
    const std::string& id = call.params.get("eventId");
    const auto isMeant = [&](InstanceId instance) {
        return !call.instance || instance == call.instance->id;
    };
    FERRY_TRY_ASSIGN(auto event, parts.store.eventSearch().find(id));
    if (event && isMeant(event->instance)) return FoundEvent{std::move(*event), std::nullopt};
    const auto named = parseCallbackEventId(id);
    if (named && isMeant(named->instance)) {
        FERRY_TRY_ASSIGN(auto found, findCallback(parts, *named, id));
        if (found) return std::move(*found);
    }
    return fail(
        ErrorCode::NotFound,
        "there is no such event; events leave the log when the retention time is over"
    );
}

Result<CallbackId> callbackOf(const ApiParts& parts, InstanceId id) {
    FERRY_TRY_ASSIGN(const auto settings, parts.settings.get(id));
    const std::string_view reason = pipeline::reasonToWait(*settings);
    if (reason.empty()) return settings->callback;
    return fail(
        ErrorCode::Conflict, fmt::format("instance {} takes no callbacks: {}", id.value, reason)
    );
}

}  // namespace ferry::api
