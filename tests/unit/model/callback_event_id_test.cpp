// Goal: the event id of a callback leads back to its delivery. Method: ids there and back, and
// texts that are none.

#include "model/callback_event_id.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

TEST(CallbackEventId, SaysWhichDeliveryItIs) {
    constexpr std::int64_t kInstanceMax = (std::int64_t{1} << 32U) - 1;
    constexpr std::int64_t kDeliveryMax = (std::int64_t{1} << 40U) - 1;
    for (const CallbackEventIdParts& parts :
         {CallbackEventIdParts{InstanceId(1), DeliveryId(2), 3},
          CallbackEventIdParts{
              InstanceId(kInstanceMax), DeliveryId(kDeliveryMax), (std::uint64_t{1} << 48U) - 1}}) {
        const std::string id = makeCallbackEventId(parts);
        EXPECT_EQ(id.size(), 20U);
        EXPECT_EQ(id.find_first_of("+/=."), std::string::npos);
        EXPECT_EQ(parseCallbackEventId(id), parts);
    }
}

TEST(CallbackEventId, ATextThatIsNoneHasNoParts) {
    for (const char* text : {"", "e1", "AAAA", "AXBooiL qrZEur0mJV08", "AXBooiL_qrZEur0mJV088888"})
        EXPECT_EQ(parseCallbackEventId(text), std::nullopt) << text;
}

}  // namespace
}  // namespace ferry
