// Goal: of instances that share a callback the strictest limit counts, also after a restart and a
// change. Method: limits as the store gives them, and a clock that is set by hand.

#include "callback_pacer_fixture.h"

namespace ferry::pipeline {
namespace {

/// Two instances with one URL.
class SharedCallbackTest : public CallbackPacerTest {
  protected:
    bool ask(const CallbackLimits& own) {
        if (pacer_.wantsLimits(kOne, now_)) pacer_.takeLimits(kOne, shared_, now_);
        return pacer_.admit(kOne, own, now_).is_admitted;
    }
    store::SharedLimits shared_;
};

TEST_F(SharedCallbackTest, TheFewestAtATimeCountWhoeverAsks) {
    shared_.concurrency = 2;
    EXPECT_TRUE(ask({3, {}}));
    EXPECT_TRUE(ask({3, {}}));
    EXPECT_FALSE(ask({3, {}})) << "another one's limit";
    pacer_.gaveUp(kOne);
    pacer_.gaveUp(kOne);
    EXPECT_TRUE(ask({1, {}}));
    EXPECT_FALSE(ask({1, {}})) << "its own, which may be newer than what was taken";
}

TEST_F(SharedCallbackTest, WhoeverNamesNoNumberMeansTheHubs) {
    shared_.concurrency = 100;
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(ask({100, {}})) << i;
    shared_.leaves_concurrency = true;
    now_ += Milliseconds(1'000);
    for (int i = 0; i < 97; ++i)
        pacer_.gaveUp(kOne);
    EXPECT_TRUE(ask({100, {}}));
    EXPECT_FALSE(ask({100, {}})) << "four";
}

TEST_F(SharedCallbackTest, AChangeIsHeardOfWithinASecond) {
    shared_.concurrency = 1;
    EXPECT_TRUE(ask({3, {}}));
    shared_.concurrency = 3;
    now_ += Milliseconds(999);
    EXPECT_FALSE(ask({3, {}}));
    now_ += Milliseconds(1);
    EXPECT_TRUE(ask({3, {}}));
    now_ -= Milliseconds(5'000);
    EXPECT_TRUE(pacer_.wantsLimits(kOne, now_)) << "the clock was set back";
}

TEST_F(SharedCallbackTest, TheSlowestRateCountsWhoeverAsks) {
    shared_.rate = RateLimit{1, Milliseconds(1'000)};
    EXPECT_TRUE(ask({0, shared_.rate}));
    for (int i = 1; i <= 9; ++i) {
        now_ += Milliseconds(100);
        EXPECT_FALSE(ask({0, RateLimit{100, Milliseconds(1'000)}})) << i;
    }
    now_ += Milliseconds(100);
    EXPECT_TRUE(ask({0, RateLimit{100, Milliseconds(1'000)}}));
    EXPECT_FALSE(ask({})) << "nor with no limit of its own";
}

TEST_F(SharedCallbackTest, AProcessThatStartsGoesOnWithTheRate) {
    shared_.rate = RateLimit{1, Milliseconds(20'000)};
    shared_.rate_full_at = now_ + Milliseconds(15'000);
    EXPECT_FALSE(ask({}));
    now_ += Milliseconds(15'000);
    EXPECT_TRUE(ask({}));
    EXPECT_EQ(pacer_.rateFullAt(kOne), now_ + Milliseconds(20'000));
    EXPECT_EQ(pacer_.rateFullAt(kTwo), TimePoint());
}

TEST_F(SharedCallbackTest, AProcessThatStartsKeepsToWhatTheReceiverAskedFor) {
    shared_.held_until = now_ + Milliseconds(120'000);
    EXPECT_FALSE(ask({}));
    now_ += Milliseconds(120'000);
    EXPECT_TRUE(ask({}));
    end(false, now_ + Milliseconds(60'000));
    shared_.held_until = now_ + Milliseconds(60'000);
    EXPECT_FALSE(ask({}));
    pace_ = {};
    EXPECT_FALSE(admit()) << "leased all the same";
    EXPECT_EQ(pace_.held_until, shared_.held_until) << "the store is told once more";

    shared_.held_until = TimePoint();
    EXPECT_TRUE(ask({})) << "somebody has asked for it";
}

TEST_F(SharedCallbackTest, NoReceiverAndNoClockHoldItForLongerThanADay) {
    shared_.held_until = now_ + Milliseconds(std::int64_t{72} * 3'600'000);
    EXPECT_FALSE(ask({}));
    now_ += Milliseconds(24 * 3'600'000);
    EXPECT_TRUE(ask({}));
}

TEST_F(SharedCallbackTest, NoClockMakesItWaitLongerThanTheRateDoes) {
    shared_.rate = RateLimit{1, Milliseconds(20'000)};
    shared_.rate_full_at = now_ + Milliseconds(3'600'000);
    EXPECT_FALSE(ask({}));
    now_ += Milliseconds(20'000);
    EXPECT_TRUE(ask({}));
}

TEST_F(SharedCallbackTest, ARateThatWasRaisedIsHeardOfWhileTheFormerOneHolds) {
    shared_.rate = RateLimit{1, Milliseconds(3'600'000)};
    EXPECT_TRUE(ask({}));
    EXPECT_FALSE(ask({}));
    shared_.rate = RateLimit{100, Milliseconds(1'000)};
    now_ += Milliseconds(30'000);
    EXPECT_FALSE(ask({})) << "as after a burst";
    now_ += Milliseconds(20);
    EXPECT_TRUE(ask({}));
}

}  // namespace
}  // namespace ferry::pipeline
