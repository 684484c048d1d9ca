// Goal: a where means the deliveries that callers mean by it; tokens of pages come back.
// Method: tables of clauses, right and wrong.

#include "api/delivery_query.h"

#include "base/time_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::HasSubstr;

DeliveryWhere read(std::string_view text) {
    auto where = readDeliveryWhere(text);
    EXPECT_TRUE(where) << text << ": " << where.error().message;
    return where.value_or(DeliveryWhere{});
}

TEST(DeliveryWhere, KnowsTheVendorsStatuses) {
    EXPECT_EQ(read("status='created'").query.state, DeliveryState::Waiting);
    EXPECT_EQ(read("status='created'").query.is_tried, false);
    EXPECT_EQ(read("status='retry'").query.state, DeliveryState::Waiting);
    EXPECT_EQ(read("status='retry'").query.is_tried, true);
    EXPECT_EQ(read("status='delivered'").query.state, DeliveryState::Delivered);
    EXPECT_TRUE(read("status='queued'").query.is_queued);
    EXPECT_EQ(read("status='retry'").query.is_off, false) << "what is off is queued";
    EXPECT_FALSE(read("status='delivered'").query.is_queued);
    EXPECT_TRUE(read("status='notified'").is_none);
    EXPECT_EQ(read("").query.state, std::nullopt);
}

TEST(DeliveryWhere, TakesAllFieldsTogether) {
    const auto where = read(
        "channel='webhook' and config.url='https://a/b' and instanceId='7' and notificationId=9"
    );

    EXPECT_FALSE(where.is_none);
    EXPECT_EQ(where.callback_url, "https://a/b");
    EXPECT_EQ(where.query.instance, InstanceId(7));
    EXPECT_EQ(where.delivery, DeliveryId(9));
    const DeliveryWhere of_subscription = read("subscriptionId='8'");
    EXPECT_EQ(of_subscription.query.instance, InstanceId(2));
    EXPECT_EQ(of_subscription.callback, CallbackId(2));
    EXPECT_TRUE(read("subscriptionId='9'").is_none) << "no subscription has this number";
    EXPECT_TRUE(read("channel='email'").is_none);
}

TEST(DeliveryWhere, AllConditionsHaveToHold) {
    for (const char* text :
         {"instanceId=1 and instanceId=3",
          "status='delivered' and status='queued'",
          "status='retry' and status='created'",
          "notificationId=1 and notificationId=2",
          "httpStatus=200 and httpStatus=500",
          "config.url='https://a/' and config.url='https://b/'",
          "instanceId=1 and subscriptionId=8",
          "channel='email' and channel='webhook'"})
        EXPECT_TRUE(read(text).is_none) << text;
    EXPECT_FALSE(read("instanceId=2 and instanceId=2 and subscriptionId=8").is_none);
    EXPECT_EQ(read("instanceId=2 and instanceId=2").query.instance, InstanceId(2));
}

TEST(DeliveryWhere, ComparesTimes) {
    const TimePoint day = *parseRfc3339("2026-02-21");
    const Milliseconds one(1);
    EXPECT_EQ(read("createdDate>='2026-02-21'").query.created_from, day);
    EXPECT_EQ(read("createdDate>'2026-02-21'").query.created_from, day + one);
    EXPECT_EQ(read("createdDate<'2026-02-21'").query.created_before, day);
    const auto second = read("createdDate='2026-02-21T00:00:00Z'").query;
    EXPECT_EQ(second.created_from, day);
    EXPECT_EQ(second.created_before, day + std::chrono::seconds(1)) << "as deliveries are shown";
    EXPECT_EQ(read("createdDate='2026-02-21T00:00:00.000Z'").query.created_before, day + one);
    EXPECT_EQ(read("createdDate<='2026-02-21'").query.created_before, day + one);
    const auto both = read(
        "createdDate>='2026-02-20' and createdDate>='2026-02-21' and "
        "createdDate<'2026-02-22' and createdDate<'2026-03-01'"
    );
    EXPECT_EQ(both.query.created_from, day);
    EXPECT_EQ(both.query.created_before, day + Milliseconds(86'400'000));
}

TEST(DeliveryWhere, RefusesWhatItDoesNotKnow) {
    // An empty window is none's mistake: scripts walk along them.
    EXPECT_TRUE(readDeliveryWhere("createdDate>='2026-02-22' and createdDate<'2026-02-22'"));
    const std::pair<const char*, const char*> cases[] = {
        {"status='dead'", "one of created, retry, delivered, queued, notified"},
        {"status>'queued'", "compared by = only"},
        {"channel='fax'", "one of webhook"},
        {"colour='red'", "a field other than"},
        {"instanceId='x'", "a number"},
        {"instanceId='0'", "a number"},
        {"notificationId=9223372036854775807", "a number"},
        {"createdDate='soon'", "createdDate is a time like"},
        {"createdDate>='2026-02-22' and createdDate<'2026-02-21'",
         "createdDate is not before 2026-02-22T00:00:00Z and before 2026-02-21T00:00:00Z"},
        {"status=", "single quotes"},
    };
    for (const auto& [text, message] : cases) {
        const auto where = readDeliveryWhere(text);
        ASSERT_FALSE(where) << text;
        EXPECT_EQ(where.error().code, ErrorCode::InvalidArgument);
        EXPECT_THAT(where.error().message, HasSubstr(message)) << text;
    }
}

TEST(DeliveryPageToken, GivesItsPlaceBack) {
    const store::DeliveryPlace place{1'771'675'200'000, DeliveryId(17)};
    EXPECT_EQ(*readDeliveryPageToken(deliveryPageToken(place)), place);
    for (const char* token :
         {"",
          "x",
          "ZGVsaXZlcmllczox",
          "ZGVsaXZlcmllczoxOg",
          "ZGVsaXZlcmllczoxOjJ4",
          "ZGVsaXZlcmllcw"})
        EXPECT_FALSE(readDeliveryPageToken(token)) << token;
}

}  // namespace
}  // namespace ferry::api
