#pragma once
// A pacer with a clock that is set by hand.

#include "pipeline/callback_pacer.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {

inline constexpr CallbackId kOne{1};
inline constexpr CallbackId kTwo{2};

class CallbackPacerTest : public testing::Test {
  protected:
    explicit CallbackPacerTest(std::size_t first_window = 1'000'000)
        : breaker_{3, {Milliseconds(1'000), Milliseconds(8'000)}, first_window} {}

    bool admit(CallbackId callback = kOne) {
        const auto answer = pacer_.admit(callback, own_, now_);
        if (answer.pace) pace_ = *answer.pace;
        return answer.is_admitted;
    }
    void end(bool is_success, std::optional<TimePoint> hold_until = std::nullopt) {
        if (const auto pace = pacer_.ended(kOne, {is_success, hold_until, false}, now_, 0.5)) {
            pace_ = *pace;
        }
    }
    void fail(int count) {
        for (int i = 0; i < count; ++i) {
            ASSERT_TRUE(admit());
            end(false);
        }
    }

    TimePoint now_ = fromEpochMilliseconds(1'000'000);
    const BreakerOptions breaker_;
    CallbackLimits own_;
    store::CallbackPace pace_;
    CallbackPacer pacer_{breaker_, 4};
};

}  // namespace ferry::pipeline
