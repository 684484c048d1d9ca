// Goal: an event's status says how far it is on its way.
// Method: a table of the deliveries that carry it.

#include "api/event_json.h"

#include <gtest/gtest.h>

namespace ferry::api {
namespace {

Delivery delivery(DeliveryState state, unsigned attempts) {
    Delivery made;
    made.state = state;
    made.attempt_count = attempts;
    return made;
}

TEST(EventStatus, SaysHowFarItIs) {
    const Delivery waits = delivery(DeliveryState::Waiting, 0);
    const Delivery retries = delivery(DeliveryState::Waiting, 2);
    const Delivery delivered = delivery(DeliveryState::Delivered, 1);
    const Delivery dead = delivery(DeliveryState::Dead, 10);
    const std::pair<std::vector<Delivery>, std::string_view> cases[] = {
        {{}, "RECEIVED"},
        {{waits}, "NEW"},
        {{retries}, "DISPATCHED"},
        {{dead}, "DISPATCHED"},
        {{delivered}, "NOTIFIED"},
        {{dead, waits}, "DISPATCHED"},
        {{dead, delivered, retries}, "NOTIFIED"},
    };
    for (const auto& [deliveries, status] : cases)
        EXPECT_EQ(eventStatus(deliveries), status);
    EXPECT_EQ(deliveryStatus(waits), "created");
    EXPECT_EQ(deliveryStatus(retries), "retry");
    EXPECT_EQ(deliveryStatus(delivered), "delivered");
    EXPECT_EQ(deliveryStatus(dead), "queued");
    for (Delivery behind : {waits, retries}) {
        behind.is_off = true;
        EXPECT_EQ(deliveryStatus(behind), "queued");
    }
    Delivery before = delivered;
    before.is_off = true;
    EXPECT_EQ(deliveryStatus(before), "delivered");
}

}  // namespace
}  // namespace ferry::api
