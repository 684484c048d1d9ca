#pragma once
// The number of a subscription: that of the callbacks of one instance to one URL. Another URL is
// another subscription, and the former URL again is the former one.

#include "model/ids.h"

#include <cstdint>
#include <optional>

namespace ferry {

struct Subscription {
    InstanceId instance;
    CallbackId callback;

    bool operator==(const Subscription&) const = default;
};

/// A number that no other subscription has. It follows from the two, and is stored nowhere. Of ids
/// up to 2^26 it is exact in the numbers of JavaScript.
std::int64_t subscriptionNumber(const Subscription& subscription) noexcept;

/// The other way; nullopt if no subscription can have this number. Whether there is one it does
/// not say.
std::optional<Subscription> subscriptionOfNumber(std::int64_t number) noexcept;

/// The number of a subscription of topics that callers name, whose id in the store is `id`: those
/// that would be of no instance, and so no instance's subscription has it.
std::int64_t topicSubscriptionNumber(std::int64_t id) noexcept;

/// The other way; nullopt if no subscription of topics can have this number.
std::optional<std::int64_t> topicSubscriptionOfNumber(std::int64_t number) noexcept;

}  // namespace ferry
