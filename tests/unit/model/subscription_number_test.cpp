// Goal: no two subscriptions have one number, and each is found by its own. Method: all small
// pairs, the largest, and numbers that are none.

#include "model/subscription_number.h"

#include <gtest/gtest.h>

#include <set>

namespace ferry {
namespace {

TEST(SubscriptionNumber, IsOfOneSubscriptionAlone) {
    std::set<std::int64_t> numbers;
    for (std::int64_t instance = 1; instance <= 60; ++instance) {
        for (std::int64_t callback = 1; callback <= 60; ++callback) {
            const Subscription one{InstanceId(instance), CallbackId(callback)};
            const std::int64_t number = subscriptionNumber(one);
            EXPECT_TRUE(numbers.insert(number).second) << instance << " " << callback;
            EXPECT_EQ(subscriptionOfNumber(number), one) << instance << " " << callback;
        }
    }
}

TEST(SubscriptionNumber, OfTopicsIsNoInstances) {
    for (const std::int64_t id : {std::int64_t{1}, std::int64_t{60}, (std::int64_t{1} << 31) - 1}) {
        const std::int64_t number = topicSubscriptionNumber(id);
        EXPECT_EQ(topicSubscriptionOfNumber(number), id);
        EXPECT_FALSE(subscriptionOfNumber(number)) << id;
    }
    for (std::int64_t instance = 1; instance <= 60; ++instance) {
        for (std::int64_t callback = 1; callback <= 60; ++callback) {
            const Subscription one{InstanceId(instance), CallbackId(callback)};
            EXPECT_FALSE(topicSubscriptionOfNumber(subscriptionNumber(one)));
        }
    }
    for (const std::int64_t number : {-1L, 0L, 2L, 3L, INT64_MAX})
        EXPECT_FALSE(topicSubscriptionOfNumber(number)) << number;
}

TEST(SubscriptionNumber, IsExactWhereIdsAreLarge) {
    constexpr std::int64_t kLarge = (std::int64_t{1} << 31) - 1;
    for (const std::int64_t instance : {std::int64_t{1}, kLarge - 1, kLarge}) {
        for (const std::int64_t callback : {std::int64_t{1}, kLarge - 1, kLarge}) {
            const Subscription one{InstanceId(instance), CallbackId(callback)};
            EXPECT_EQ(subscriptionOfNumber(subscriptionNumber(one)), one);
        }
    }
    constexpr std::int64_t kExact = std::int64_t{1} << 26;
    const Subscription last{InstanceId(kExact), CallbackId(kExact)};
    EXPECT_LT(subscriptionNumber(last), std::int64_t{1} << 53);
}

TEST(SubscriptionNumber, IsNoneIfOneOfTheTwoIsMissing) {
    for (const std::int64_t number : {-1L, 0L, 1L, 2L, 4L, 9L, INT64_MAX})
        EXPECT_FALSE(subscriptionOfNumber(number)) << number;
    EXPECT_TRUE(subscriptionOfNumber(3)) << "instance 1 and callback 1";
}

}  // namespace
}  // namespace ferry
