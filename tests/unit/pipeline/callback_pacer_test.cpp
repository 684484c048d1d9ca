// Goal: a callback that fails is left alone and found again when it is back, limits hold, and no
// callback costs anything once it is idle. Method: a clock that is set by hand.

#include "callback_pacer_fixture.h"

#include <deque>

namespace ferry::pipeline {
namespace {

TEST_F(CallbackPacerTest, TheSlowerOfTwoRatesCounts) {
    own_.rate = RateLimit{10, Milliseconds(1'000)};
    const auto admitAt = [this](const std::optional<RateLimit>& allowed) {
        return pacer_.admit(kOne, own_, now_, allowed).is_admitted;
    };
    EXPECT_TRUE(admitAt(RateLimit{6, Milliseconds(60'000)}));
    EXPECT_FALSE(admitAt(RateLimit{6, Milliseconds(60'000)})) << "one in 10 s";
    now_ += Milliseconds(10'000);
    EXPECT_TRUE(admitAt(RateLimit{6'000, Milliseconds(60'000)}));
    EXPECT_FALSE(admitAt(std::nullopt)) << "one in 100 ms";
    now_ += Milliseconds(100);
    EXPECT_TRUE(admitAt(std::nullopt));
}

TEST_F(CallbackPacerTest, WaitsUntilItMayBeAskedAgainOrTheWaitEnds) {
    const TimePoint until = now_ + Milliseconds(60'000);
    ASSERT_TRUE(pacer_.waitUntil(kOne, until));
    EXPECT_FALSE(pacer_.waitUntil(kOne, until)) << "the store knows it already";
    EXPECT_FALSE(admit());
    const auto pace = pacer_.endWait(kOne);
    ASSERT_TRUE(pace);
    EXPECT_EQ(pace->held_until, TimePoint());
    EXPECT_TRUE(admit());
    pacer_.waitUntil(kTwo, until);
    now_ = until;
    EXPECT_TRUE(admit(kTwo));
    EXPECT_FALSE(pacer_.endWait(CallbackId{3})) << "of one that nobody knows";
}

class CallbackWindowTest : public CallbackPacerTest {
  protected:
    CallbackWindowTest() : CallbackPacerTest(1) {}
};

TEST_F(CallbackPacerTest, OpensAfterFailuresInARowAndTriesOneAtATime) {
    fail(2);
    ASSERT_TRUE(admit());
    end(true);
    fail(3);
    EXPECT_EQ(pacer_.openCount(), 1U);
    EXPECT_FALSE(admit());
    EXPECT_EQ(pace_.limit, 1U);
    EXPECT_EQ(pace_.held_until, now_ + Milliseconds(750)) << "half to all of a second";
    EXPECT_TRUE(admit(kTwo)) << "the other one does not pay for it";

    now_ = pace_.held_until;
    EXPECT_TRUE(admit());
    EXPECT_FALSE(admit()) << "one at a time";
    end(false);
    EXPECT_EQ(pace_.held_until, now_ + Milliseconds(1'500));
}

TEST_F(CallbackWindowTest, AnUnknownCallbackGetsOneMoreWithEachSuccess) {
    EXPECT_TRUE(admit());
    EXPECT_FALSE(admit());
    EXPECT_EQ(pace_.limit, 1U) << "or the store would lease of it again and again";
    end(true);
    EXPECT_EQ(pace_.limit, 2U);
    EXPECT_TRUE(admit());
    EXPECT_TRUE(admit());
    EXPECT_FALSE(admit());
    end(true);
    end(true);
    EXPECT_EQ(pace_.limit, 0U) << "as usual: four";
    for (int i = 0; i < 4; ++i)
        EXPECT_TRUE(admit()) << i;
    EXPECT_FALSE(admit());

    end(false);
    EXPECT_FALSE(admit()) << "three are under way, and a failure lets one at a time through";
}

TEST_F(CallbackWindowTest, ForgetsWhatHasBeenIdleAndTellsTheStore) {
    EXPECT_TRUE(admit());
    EXPECT_FALSE(admit());
    end(true);
    EXPECT_EQ(pace_.limit, 2U);
    EXPECT_TRUE(pacer_.forgetIdle(now_).empty()) << "used just now";
    now_ += Milliseconds(9'000);
    EXPECT_TRUE(admit(kTwo));
    now_ += Milliseconds(1'000);
    const auto told = pacer_.forgetIdle(now_);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].first, kOne);
    EXPECT_EQ(told[0].second.limit, 0U);
    now_ += Milliseconds(20'000);
    EXPECT_TRUE(pacer_.forgetIdle(now_).empty()) << "the other one has an attempt under way";
}

TEST_F(CallbackPacerTest, IsAsBeforeOnceACallbackIsBack) {
    fail(3);
    now_ = pace_.held_until;
    ASSERT_TRUE(admit());
    end(true);
    EXPECT_EQ(pacer_.openCount(), 0U);
    EXPECT_EQ(pace_.held_until, TimePoint());
    EXPECT_EQ(pace_.limit, 0U);
    for (int i = 0; i < 4; ++i)
        EXPECT_TRUE(admit());
    EXPECT_FALSE(admit()) << "the usual limit";
}

TEST_F(CallbackPacerTest, WaitsNoLongerThanTheCeiling) {
    fail(3);
    for (int i = 0; i < 20; ++i) {
        now_ = pace_.held_until;
        ASSERT_TRUE(admit());
        end(false);
        EXPECT_LE(pace_.held_until - now_, Milliseconds(8'000));
    }
}

TEST_F(CallbackPacerTest, AnOverloadedOneGetsNothingForAMoment) {
    const auto overloaded = [&] {
        ASSERT_TRUE(admit());
        const auto pace = pacer_.ended(kOne, {false, std::nullopt, true}, now_, 0.5);
        ASSERT_TRUE(pace);
        pace_ = *pace;
    };
    overloaded();
    EXPECT_EQ(pace_.held_until, now_ + Milliseconds(750)) << "half to all of a second";
    EXPECT_FALSE(admit());
    now_ = pace_.held_until;
    overloaded();
    EXPECT_EQ(pace_.held_until, now_ + Milliseconds(1'500));
    now_ = pace_.held_until;
    EXPECT_TRUE(admit());
    end(true);
    overloaded();
    EXPECT_EQ(pace_.held_until, now_ + Milliseconds(750)) << "from the start";
}

TEST_F(CallbackPacerTest, WithoutABreakerFailuresHoldNothing) {
    CallbackPacer pacer({0, {}, 1}, 4);
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(pacer.admit(kOne, own_, now_).is_admitted);
        EXPECT_FALSE(pacer.ended(kOne, {false, std::nullopt}, now_, 0.5));
    }
}

TEST_F(CallbackPacerTest, KeepsTheRateOverTime) {
    own_.rate = RateLimit{10, Milliseconds(1'000)};
    int sent = 0;
    for (const TimePoint end_at = now_ + Milliseconds(10'000); now_ < end_at;
         now_ += Milliseconds(1)) {
        if (!admit()) continue;
        ++sent;
        end(true);
    }
    EXPECT_EQ(sent, 100);
}

TEST_F(CallbackPacerTest, AHighRateIsReached) {
    own_.rate = RateLimit{50'000, Milliseconds(1'000)};
    own_.concurrency = 1'000'000;
    int sent = 0;
    for (int step = 0; step < 1'000; ++step, now_ += Milliseconds(1)) {
        while (admit())
            ++sent;
    }
    EXPECT_GE(sent, 47'500);
    EXPECT_LE(sent, 50'000) << "the burst counts as well";
}

TEST_F(CallbackPacerTest, NoPeriodSeesMoreThanTheRateWhereverItBegins) {
    for (const std::int64_t count : {1, 7, 20, 40, 100, 999, 3'000}) {
        own_.rate = RateLimit{count, Milliseconds(1'000)};
        own_.concurrency = 1'000'000;
        const CallbackId callback(count);
        std::deque<TimePoint> sent;
        std::size_t all = 0;
        for (int step = 0; step < 10'000; ++step, now_ += Milliseconds(1)) {
            // Pauses of many lengths: the burst is whole again after some, and not after others.
            if (step % 1'700 < step / 10) continue;
            while (admit(callback)) {
                ++all;
                sent.push_back(now_);
            }
            while (!sent.empty() && sent.front() + Milliseconds(1'000) <= now_)
                sent.pop_front();
            ASSERT_LE(sent.size(), static_cast<std::size_t>(count)) << "a second to step " << step;
        }
        EXPECT_GE(all, static_cast<std::size_t>(count * 5))
            << "and it is no slower than it must be";
    }
}

TEST_F(CallbackPacerTest, SaysWhenTheRateLetsTheNextThrough) {
    own_.rate = RateLimit{61, Milliseconds(59'000)};
    own_.concurrency = 10;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(admit()) << i << ": a burst of a twentieth";
    EXPECT_FALSE(admit());
    EXPECT_EQ(pace_.held_until, now_ + Milliseconds(1'000));
}

TEST_F(CallbackPacerTest, WhatWasGivenUpCountsAsNothing) {
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(admit());
        pacer_.gaveUp(kOne);
    }
    EXPECT_EQ(pacer_.openCount(), 0U);
}

}  // namespace
}  // namespace ferry::pipeline
