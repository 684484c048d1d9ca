#include "api/delivery_query.h"

#include "api/paging.h"
#include "api/time_range.h"
#include "base/encoding.h"
#include "base/number_text.h"
#include "base/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

namespace ferry::api {
namespace {

constexpr std::string_view kTokenName = "deliveries";

tl::unexpected<Error> wrongValue(const Condition& condition, std::string_view expected) {
    return fail(
        ErrorCode::InvalidArgument, fmt::format("where: {} is {}", condition.field, expected)
    );
}

Status takeStatus(const Condition& condition, DeliveryWhere& where) {
    const std::string& value = condition.value;
    if (value == "created" || value == "retry") {
        where.query.state = DeliveryState::Waiting;
        where.query.is_tried = value == "retry";
        where.query.is_off = false;
    } else if (value == "delivered") {
        where.query.state = DeliveryState::Delivered;
    } else if (value == "queued") {
        where.query.is_queued = true;
    } else if (value == "notified") {
        where.is_none = true;  // of channels that Ferry does not have
    } else {
        return wrongValue(condition, "one of created, retry, delivered, queued, notified");
    }
    return {};
}

Status takeCreated(const Condition& condition, DeliveryWhere& where) {
    FERRY_TRY_ASSIGN(const TimePoint time, parseTime("createdDate", condition.value));
    // Deliveries are shown to the second: one that is written so means all of it.
    const bool is_second = condition.value.find(':') != std::string::npos &&
                           condition.value.find('.') == std::string::npos;
    const TimePoint after = time + Milliseconds(is_second ? 1'000 : 1);
    TimePoint& from = where.query.created_from;
    TimePoint& before = where.query.created_before;
    switch (condition.comparison) {
        case Comparison::Equal:
            from = std::max(from, time);
            before = std::min(before, after);
            break;
        case Comparison::Less:
            before = std::min(before, time);
            break;
        case Comparison::LessOrEqual:
            before = std::min(before, after);
            break;
        case Comparison::Greater:
            from = std::max(from, after);
            break;
        case Comparison::GreaterOrEqual:
            from = std::max(from, time);
            break;
    }
    return {};
}

Status take(const Condition& condition, DeliveryWhere& where) {
    const std::string& field = condition.field;
    if (field == "createdDate") return takeCreated(condition, where);
    if (condition.comparison != Comparison::Equal)
        return wrongValue(condition, "compared by = only");
    if (field == "status") return takeStatus(condition, where);
    if (field == "config.url") {
        where.callback_url = condition.value;
        return {};
    }
    if (field == "channel") {
        const std::string& value = condition.value;
        if (value == "email" || value == "sms" || value == "push") where.is_none = true;
        if (value == "webhook" || where.is_none) return {};
        return wrongValue(condition, "one of webhook, email, sms, push");
    }
    if (field == "httpStatus") {
        const auto status = parseInteger(condition.value);
        if (!status || *status < 0 || *status > 999)
            return wrongValue(condition, "a status, or 0 for no answer");
        where.query.last_status = static_cast<int>(*status);
        return {};
    }
    const bool is_known =
        field == "instanceId" || field == "subscriptionId" || field == "notificationId";
    if (!is_known) {
        return fail(
            ErrorCode::InvalidArgument,
            "where has a field other than channel, status, config.url, createdDate, "
            "notificationId, subscriptionId, instanceId, httpStatus"
        );
    }
    const auto id = parseId(condition.value);
    if (!id) return wrongValue(condition, "a number");
    if (field == "instanceId") takeInstance(InstanceId(*id), where);
    if (field == "notificationId") where.delivery = DeliveryId(*id);
    if (field == "subscriptionId") takeSubscription(*id, where);
    return {};
}

}  // namespace

std::optional<std::int64_t> parseId(std::string_view text) {
    const auto number = parseInteger(text);
    const bool is_id = number && *number > 0 && *number < std::numeric_limits<std::int64_t>::max();
    return is_id ? number : std::nullopt;
}

void takeInstance(InstanceId instance, DeliveryWhere& where) {
    if (where.query.instance && where.query.instance != instance) where.is_none = true;
    where.query.instance = instance;
}

void takeSubscription(std::int64_t number, DeliveryWhere& where) {
    const auto found = subscriptionOfNumber(number);
    if (!found) {
        where.is_none = true;
        return;
    }
    takeInstance(found->instance, where);
    where.callback = found->callback;
}

Result<DeliveryWhere> readDeliveryWhere(std::string_view where) {
    FERRY_TRY_ASSIGN(const auto conditions, parseWhere(where));
    DeliveryWhere result;
    std::map<std::string_view, std::string_view> equal_to;
    for (const Condition& condition : conditions) {
        FERRY_TRY(take(condition, result));
        const bool is_range = condition.field == "createdDate";
        if (is_range || condition.comparison != Comparison::Equal) continue;
        // Nothing has two values of one field.
        const auto [place, is_new] = equal_to.try_emplace(condition.field, condition.value);
        if (!is_new && place->second != condition.value) result.is_none = true;
    }
    if (result.query.created_from > result.query.created_before) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "where: createdDate is not before {} and before {}, and no time is",
                formatRfc3339(result.query.created_from),
                formatRfc3339(result.query.created_before)
            )
        );
    }
    return result;
}

std::string deliveryPageToken(const store::DeliveryPlace& place) {
    return base64UrlEncode(fmt::format("{}:{}:{}", kTokenName, place.key, place.id.value));
}

Result<store::DeliveryPlace> readDeliveryPageToken(std::string_view token) {
    if (const auto text = base64Decode(token)) {
        store::DeliveryPlace place;
        const char* const end = text->data() + text->size();
        const std::size_t begin = kTokenName.size() + 1;
        if (text->size() > begin && text->starts_with(kTokenName)) {
            const auto key = std::from_chars(text->data() + begin, end, place.key);
            if (key.ec == std::errc() && key.ptr != end && *key.ptr == ':') {
                const auto id = std::from_chars(key.ptr + 1, end, place.id.value);
                if (id.ec == std::errc() && id.ptr == end) return place;
            }
        }
    }
    return fail(wrongPageToken());
}

}  // namespace ferry::api
