// Goal: what waits for a callback is brought forward after an outage, and only then; often enough
// for a receiver that is back, and not so often that what it never takes uses up its attempts.
// Method: outcomes at times that the test sets.

#include "pipeline/callback_recovery.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

constexpr CallbackId kOne{1};
constexpr CallbackId kTwo{2};
constexpr Milliseconds kMinute{60'000};

TimePoint after(Milliseconds time) {
    return TimePoint(Milliseconds(1'760'000'000'000) + time);
}

class CallbackRecoveryTest : public testing::Test {
  protected:
    void fail(CallbackId callback, int times, TimePoint now) {
        for (int i = 0; i < times; ++i)
            recovery_.noteFailure(callback, now);
    }
    /// An outage of a minute that ends at `now`.
    void outage(CallbackId callback, TimePoint now) {
        fail(callback, 1, now - kMinute);
        recovery_.noteSuccess(callback, now);
    }
    CallbackRecovery recovery_;
};

TEST_F(CallbackRecoveryTest, SuccessesAmongFailuresAreNoOutage) {
    for (int i = 0; i < 100; ++i) {
        fail(kOne, 4, after(Milliseconds(i)));
        recovery_.noteSuccess(kOne, after(Milliseconds(i)));
    }
    EXPECT_EQ(recovery_.nextAt(), TimePoint::max());
}

TEST_F(CallbackRecoveryTest, FailuresInARowOrForAWhileAreOne) {
    fail(kOne, 5, after(Milliseconds(0)));
    fail(kTwo, 2, after(Milliseconds(0)));
    recovery_.noteSuccess(kOne, after(Milliseconds(1)));
    EXPECT_EQ(recovery_.next(after(Milliseconds(1))), kOne);
    recovery_.brought(kOne, false, after(Milliseconds(1)));

    recovery_.noteSuccess(kTwo, after(kMinute));
    EXPECT_EQ(recovery_.next(after(kMinute)), kTwo);
}

TEST_F(CallbackRecoveryTest, PortionsComeOneAfterAnotherUntilNoneIsLeft) {
    outage(kOne, after(kMinute));
    recovery_.brought(kOne, true, after(kMinute));
    EXPECT_EQ(recovery_.next(after(kMinute)), std::nullopt);
    const TimePoint then = after(kMinute + CallbackRecovery::kPortionPause);
    EXPECT_EQ(recovery_.nextAt(), then);
    EXPECT_EQ(recovery_.next(then), kOne);
    recovery_.brought(kOne, false, then);
    EXPECT_EQ(recovery_.nextAt(), TimePoint::max());
}

TEST_F(CallbackRecoveryTest, ACallbackThatGoesAwayAgainIsLeftToItsSchedule) {
    outage(kOne, after(kMinute));
    recovery_.brought(kOne, true, after(kMinute));
    fail(kOne, 4, after(2 * kMinute));
    EXPECT_NE(recovery_.nextAt(), TimePoint::max()) << "a few may fail";
    fail(kOne, 1, after(2 * kMinute));
    EXPECT_EQ(recovery_.nextAt(), TimePoint::max());

    // What was not brought forward then comes at the next recovery, 15 minutes after the first.
    recovery_.noteSuccess(kOne, after(3 * kMinute));
    EXPECT_EQ(recovery_.nextAt(), after(16 * kMinute));
}

TEST_F(CallbackRecoveryTest, OutagesOneAfterAnotherCostFewAttempts) {
    // A receiver that takes nothing but one event a minute: for three days, as long as the
    // standard schedule, it would be an outage and a recovery each time.
    int times = 0;
    for (int minute = 1; minute <= 3 * 24 * 60; ++minute) {
        outage(kOne, after(minute * kMinute));
        while (const auto callback = recovery_.next(after(minute * kMinute))) {
            recovery_.brought(*callback, false, after(minute * kMinute));
            ++times;
        }
    }
    EXPECT_EQ(times, 7) << "at once, after 15 min, 1 h, 4 h, 16 h, 24 h, 24 h";

    const Milliseconds later = 10 * CallbackRecovery::kForgetTime;
    outage(kOne, after(later));
    EXPECT_EQ(recovery_.next(after(later)), kOne);
    recovery_.brought(kOne, false, after(later));
    outage(kOne, after(later + 20 * kMinute));
    EXPECT_EQ(recovery_.next(after(later + 20 * kMinute)), kOne) << "as if it were the first";
}

TEST_F(CallbackRecoveryTest, WhatAnEarlierProcessLeftIsAnOutage) {
    recovery_.noteBehind(kOne, after(Milliseconds(0)));
    EXPECT_EQ(recovery_.nextAt(), TimePoint::max());
    recovery_.noteSuccess(kOne, after(Milliseconds(5)));
    EXPECT_EQ(recovery_.next(after(Milliseconds(5))), kOne);
}

}  // namespace
}  // namespace ferry::pipeline
