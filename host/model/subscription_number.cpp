#include "model/subscription_number.h"

#include <cmath>

namespace ferry {
namespace {

/// Ids stay far below: one a microsecond would take 50 minutes.
constexpr std::int64_t kIdMax = 3'000'000'000;

/// The largest whole number whose square is not larger; `number` is not negative.
std::int64_t rootOf(std::int64_t number) noexcept {
    auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(number)));
    while (root * root > number)
        --root;
    while ((root + 1) * (root + 1) <= number)
        ++root;
    return root;
}

}  // namespace

// Szudzik's pairing: pairs whose larger part is n have the numbers from n^2 on.
std::int64_t subscriptionNumber(const Subscription& subscription) noexcept {
    const std::int64_t instance = subscription.instance.value;
    const std::int64_t callback = subscription.callback.value;
    return instance < callback ? callback * callback + instance
                               : instance * instance + instance + callback;
}

std::optional<Subscription> subscriptionOfNumber(std::int64_t number) noexcept {
    if (number < 1 || number >= kIdMax * kIdMax) return std::nullopt;
    const std::int64_t larger = rootOf(number);
    const std::int64_t rest = number - larger * larger;
    const Subscription found = rest < larger
                                   ? Subscription{InstanceId(rest), CallbackId(larger)}
                                   : Subscription{InstanceId(larger), CallbackId(rest - larger)};
    if (!found.instance || !found.callback) return std::nullopt;
    return found;
}

std::int64_t topicSubscriptionNumber(std::int64_t id) noexcept {
    return subscriptionNumber({InstanceId(0), CallbackId(id)});
}

std::optional<std::int64_t> topicSubscriptionOfNumber(std::int64_t number) noexcept {
    if (number < 1 || number >= kIdMax * kIdMax) return std::nullopt;
    const std::int64_t id = rootOf(number);
    if (id * id != number) return std::nullopt;
    return id;
}

}  // namespace ferry
