#include "model/callback_event_id.h"

#include "base/check.h"
#include "base/encoding.h"

namespace ferry {
namespace {

// | instance: 4 bytes | delivery: 5 | check: 6 |, each with its highest byte first.
constexpr std::size_t kInstanceBytes = 4;
constexpr std::size_t kDeliveryBytes = 5;
constexpr std::size_t kCheckBytes = 6;

void put(std::string& to, std::uint64_t number, std::size_t bytes) {
    FERRY_CHECK(number >> (8 * bytes) == 0, "a number beyond what an event id of a callback holds");
    for (std::size_t i = bytes; i-- > 0;)
        to.push_back(static_cast<char>(number >> (8 * i) & 0xffU));
}

std::uint64_t take(std::string_view& from, std::size_t bytes) {
    std::uint64_t number = 0;
    for (const char byte : from.substr(0, bytes))
        number = number << 8U | static_cast<unsigned char>(byte);
    from.remove_prefix(bytes);
    return number;
}

}  // namespace

std::string makeCallbackEventId(const CallbackEventIdParts& parts) {
    std::string bytes;
    put(bytes, static_cast<std::uint64_t>(parts.instance.value), kInstanceBytes);
    put(bytes, static_cast<std::uint64_t>(parts.delivery.value), kDeliveryBytes);
    put(bytes, parts.check, kCheckBytes);
    return base64UrlEncode(bytes);
}

std::optional<CallbackEventIdParts> parseCallbackEventId(std::string_view id) {
    const auto bytes = base64Decode(id);
    if (!bytes || bytes->size() != kInstanceBytes + kDeliveryBytes + kCheckBytes) {
        return std::nullopt;
    }
    std::string_view rest(*bytes);
    CallbackEventIdParts parts;
    parts.instance = InstanceId(static_cast<std::int64_t>(take(rest, kInstanceBytes)));
    parts.delivery = DeliveryId(static_cast<std::int64_t>(take(rest, kDeliveryBytes)));
    parts.check = take(rest, kCheckBytes);
    return parts;
}

}  // namespace ferry
