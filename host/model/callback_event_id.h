#pragma once
// The event id of a callback (`message.eventId`, `webhook-id`): 20 URL-safe characters that say
// which delivery it is, as event ids say which event (event_id.h). So what a receiver notes down
// leads back to the delivery, without an index over ids.

#include "model/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry {

struct CallbackEventIdParts {
    InstanceId instance;      ///< at most 32 bits
    DeliveryId delivery;      ///< at most 40 bits
    std::uint64_t check = 0;  ///< 48 bits that tell callbacks of this hub from those of others

    bool operator==(const CallbackEventIdParts&) const = default;
};

/// Numbers beyond what an id holds are a programmer error.
std::string makeCallbackEventId(const CallbackEventIdParts& parts);

/// The other way; nullopt if the text can't be one. An id of another form, an event's too, gives
/// parts that mean nothing: compare the whole id with that of the delivery.
std::optional<CallbackEventIdParts> parseCallbackEventId(std::string_view id);

}  // namespace ferry
