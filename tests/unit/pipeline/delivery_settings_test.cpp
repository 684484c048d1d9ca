// Goal: what an instance configures about its callbacks is what happens, and what makes no sense
// hurts nobody. Method: configurations in normal form.

#include "pipeline/delivery_settings.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

DeliverySettings read(std::map<std::string, std::string> values) {
    std::map<std::string, std::string, std::less<>> keyed;
    for (auto& [key, value] : values)
        keyed["event.notification." + key] = value;
    return readDeliverySettings(keyed);
}

TEST(DeliverySettings, LeavesToTheHubWhatIsNotGiven) {
    const DeliverySettings settings = read({});
    EXPECT_FALSE(settings.retry);
    EXPECT_FALSE(settings.timeout);
    EXPECT_FALSE(settings.limits.rate);
    EXPECT_EQ(settings.limits.concurrency, 0);
    EXPECT_EQ(settings.failure_policy, std::nullopt) << "the account says";
    EXPECT_EQ(settings.ordering, DeliveryOrdering::None);
    EXPECT_TRUE(settings.filter.isEmpty());
    EXPECT_TRUE(settings.headers.empty());
}

TEST(DeliverySettings, ReadsSchedulesByNameAndByWaits) {
    const DeliverySettings five = read({{"retry.schedule", "open-connectors-5"}});
    ASSERT_TRUE(five.retry);
    EXPECT_EQ(five.retry->delays.size(), 5U);
    EXPECT_EQ(five.retry->delays.front(), Milliseconds(8'000));
    EXPECT_TRUE(five.retry->is_exact);
    const DeliverySettings own = read({{"retry.schedule", "5s, 1h30m,2d"}});
    ASSERT_TRUE(own.retry);
    EXPECT_EQ(
        own.retry->delays,
        (std::vector<Milliseconds>{
            Milliseconds(5'000), Milliseconds(5'400'000), Milliseconds(172'800'000)})
    );
    EXPECT_FALSE(own.retry->is_exact);
    EXPECT_FALSE(read({{"retry.schedule", "sometimes"}}).retry);
}

TEST(DeliverySettings, ReadsRatesByUnit) {
    const auto rate = [](const char* text) { return read({{"rate.limit", text}}).limits.rate; };
    ASSERT_TRUE(rate("100/s"));
    EXPECT_EQ(rate("100/s")->count, 100);
    EXPECT_EQ(rate("100/s")->period, Milliseconds(1'000));
    EXPECT_EQ(rate("60/m")->period, Milliseconds(60'000));
    EXPECT_EQ(rate("1/h")->period, Milliseconds(3'600'000));
    EXPECT_FALSE(rate("0/s"));
    EXPECT_FALSE(rate("fast"));
}

TEST(DeliverySettings, ReadsTheRest) {
    const DeliverySettings settings = read(
        {{"retry.policy", "queue"},
         {"timeout", "30000ms"},
         {"concurrency", "7"},
         {"ordering", "instance"},
         {"filter.event.types", "CREATED,DELETED"},
         {"filter.object.types", "folder"},
         {"filter.paths", "/a/**,/b"},
         {"filter.size.min", "1024"},
         {"filter.size.max", "2048"}}
    );
    EXPECT_EQ(settings.failure_policy, FailurePolicy::Queue);
    EXPECT_EQ(settings.timeout, Milliseconds(30'000));
    EXPECT_EQ(settings.limits.concurrency, 7);
    EXPECT_EQ(settings.ordering, DeliveryOrdering::Instance);
    EXPECT_EQ(read({{"ordering", "object"}}).ordering, DeliveryOrdering::Object);
    EXPECT_EQ(settings.filter.event_types, (std::vector{EventType::Created, EventType::Deleted}));
    EXPECT_EQ(settings.filter.object_types, std::vector<std::string>{"folder"});
    EXPECT_EQ(settings.filter.paths, (std::vector<std::string>{"/a/**", "/b"}));
    EXPECT_EQ(settings.filter.size_min, 1024);
    EXPECT_EQ(settings.filter.size_max, 2048);
}

TEST(DeliverySettings, TakesHeadersButNoneOfTheHubsOwn) {
    const DeliverySettings settings = read(
        {{"callback.headers",
          "X-Tenant: 7\r\nHost: evil\nContent-Length: 0\nwebhook-id: x\nElements-Webhook-Id: 1\n"
          "X-Empty:\nno colon"}}
    );
    ASSERT_EQ(settings.headers.size(), 2U);
    EXPECT_EQ(settings.headers[0].first, "X-Tenant");
    EXPECT_EQ(settings.headers[0].second.reveal(), "7");
    EXPECT_EQ(settings.headers[1].first, "X-Empty");
    EXPECT_EQ(settings.headers[1].second.reveal(), "");
}

TEST(DeliverySettings, AuthorizesByBasicOrBearer) {
    const DeliverySettings basic =
        read({{"basic.username", "Aladdin"}, {"basic.password", "open sesame"}});
    ASSERT_EQ(basic.headers.size(), 1U);
    EXPECT_EQ(basic.headers[0].first, "Authorization");
    // The example of RFC 7617.
    EXPECT_EQ(basic.headers[0].second.reveal(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    const DeliverySettings bearer = read({{"bearer.token", "abc"}});
    ASSERT_EQ(bearer.headers.size(), 1U);
    EXPECT_EQ(bearer.headers[0].second.reveal(), "Bearer abc");
}

}  // namespace
}  // namespace ferry::pipeline
