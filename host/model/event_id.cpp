#include "model/event_id.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <array>

namespace ferry {
namespace {

// | hub: 6 bytes | instance: 4 | sequence: 39 bits, which half: 1 bit |, each with its highest byte
// first.
constexpr std::size_t kHubBytes = 6;
constexpr std::size_t kInstanceBytes = 4;
constexpr std::size_t kCountBytes = 5;
constexpr std::size_t kIdBytes = kHubBytes + kInstanceBytes + kCountBytes;

void put(char* to, std::size_t bytes, std::uint64_t number) {
    for (std::size_t i = bytes; i-- > 0; number >>= 8U)
        to[i] = static_cast<char>(number & 0xffU);
}

std::uint64_t get(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes)
        number = number << 8U | static_cast<unsigned char>(byte);
    return number;
}

}  // namespace

std::uint64_t eventIdHub(std::string_view hub_id) {
    const Digest256 digest = sha256("ferry/event-ids/" + std::string(hub_id));
    return get(asText(digest).substr(0, kHubBytes));
}

std::string makeEventId(const EventIdParts& parts) {
    FERRY_CHECK(parts.instance.value <= kEventIdInstanceMax, "instance id beyond event ids");
    FERRY_CHECK(parts.sequence <= kEventIdSequenceMax, "event sequence beyond event ids");
    std::array<char, kIdBytes> bytes{};
    put(bytes.data(), kHubBytes, parts.hub);
    put(bytes.data() + kHubBytes, kInstanceBytes, static_cast<std::uint64_t>(parts.instance.value));
    put(bytes.data() + kHubBytes + kInstanceBytes,
        kCountBytes,
        parts.sequence << 1U | (parts.is_second_half ? 1U : 0U));
    return base64UrlEncode({bytes.data(), bytes.size()});
}

std::optional<EventIdParts> parseEventId(std::string_view id) {
    const auto bytes = base64Decode(id);
    if (!bytes || bytes->size() != kIdBytes) return std::nullopt;
    const std::string_view view(*bytes);
    const std::uint64_t count = get(view.substr(kHubBytes + kInstanceBytes));
    EventIdParts parts;
    parts.hub = get(view.substr(0, kHubBytes));
    parts.instance =
        InstanceId(static_cast<std::int64_t>(get(view.substr(kHubBytes, kInstanceBytes))));
    parts.sequence = count >> 1U;
    parts.is_second_half = (count & 1U) != 0;
    return parts;
}

std::string splitMoveId(std::string_view moved_id) {
    auto bytes = base64Decode(moved_id);
    if (!bytes || bytes->empty()) return std::string(moved_id);
    // Turned over and not set: ids of another form may end in either.
    bytes->back() = static_cast<char>(static_cast<unsigned char>(bytes->back()) ^ 1U);
    return base64UrlEncode(*bytes);
}

}  // namespace ferry
