// Goal: a key gets its burst and then its rate, no other key pays for it, and the wait that a
// refusal names is enough. Method: a clock that is set by hand.

#include "api/request_rate.h"

#include "support/sim_clock.h"

#include <gtest/gtest.h>

namespace ferry::api {
namespace {

class RequestRateTest : public testing::Test {
  protected:
    /// How many of `count` requests in a row are let through.
    static int admitted(RequestRate& rate, int count, std::string_view key = "one") {
        int passed = 0;
        for (int i = 0; i < count; ++i)
            passed += rate.admit(key) ? 1 : 0;
        return passed;
    }

    test::SimClock clock_;
};

TEST_F(RequestRateTest, LetsTheBurstThroughAndThenTheRate) {
    RequestRate rate(clock_, {10, 5});

    EXPECT_EQ(admitted(rate, 20), 5);
    clock_.advance(Milliseconds(1000));
    EXPECT_EQ(admitted(rate, 20), 5) << "never more than the burst at once";
    int passed = 0;
    for (int tenth = 0; tenth < 100; ++tenth) {
        clock_.advance(Milliseconds(100));
        passed += admitted(rate, 3);
    }
    EXPECT_EQ(passed, 100) << "ten a second for ten seconds";
    EXPECT_EQ(rate.refusedTotal(), 15U + 15U + 200U);
}

TEST_F(RequestRateTest, KeysDoNotPayForEachOther) {
    RequestRate rate(clock_, {10, 5});

    EXPECT_EQ(admitted(rate, 20, "greedy"), 5);
    EXPECT_EQ(admitted(rate, 5, "modest"), 5);
}

TEST_F(RequestRateTest, TheWaitThatIsNamedIsEnoughAndNotMore) {
    RequestRate rate(clock_, {10, 5});
    admitted(rate, 5);

    const Status refused = rate.admit("one");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::RateLimited);
    ASSERT_TRUE(refused.error().retry_after);
    EXPECT_EQ(*refused.error().retry_after, Milliseconds(100));
    clock_.advance(*refused.error().retry_after - Milliseconds(1));
    EXPECT_FALSE(rate.admit("one"));
    clock_.advance(Milliseconds(1));
    EXPECT_TRUE(rate.admit("one"));
}

TEST_F(RequestRateTest, WithoutARateAllPass) {
    RequestRate rate(clock_, {0, 1});

    EXPECT_EQ(admitted(rate, 1000), 1000);
}

}  // namespace
}  // namespace ferry::api
