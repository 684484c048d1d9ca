// Goal: every end of an attempt leads to the right next step at the right time.
// Method: tables of attempts with the boundaries of each rule; the jitter is given, never drawn.

#include "pipeline/delivery_policy.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

using http::TransportError;

constexpr TimePoint kNow = TimePoint(Milliseconds(1'582'303'421'000));
constexpr double kMiddle = 0.5;  // the delay of the schedule itself

AttemptResult answered(int status, std::optional<Milliseconds> retry_after = std::nullopt) {
    AttemptResult result;
    result.status = status;
    result.retry_after = retry_after;
    return result;
}

AttemptResult failedWith(TransportError error) {
    AttemptResult result;
    result.error = error;
    return result;
}

/// Seconds until the next attempt; -1 delivered, -2 out of attempts, -3 gone.
double decide(unsigned attempt, const AttemptResult& result, double unit = kMiddle) {
    const auto decision = decideDelivery(attempt, result, kNow, standardRetrySchedule(), unit);
    if (std::holds_alternative<Delivered>(decision)) return -1;
    if (const auto* dead = std::get_if<Dead>(&decision)) {
        return dead->reason == DeadReason::Gone ? -3 : -2;
    }
    return static_cast<double>((std::get<RetryAt>(decision).time - kNow).count()) / 1000;
}

struct Case {
    const char* name;
    unsigned attempt;
    AttemptResult result;
    double want;
};

class DecideDelivery : public testing::TestWithParam<Case> {};

TEST_P(DecideDelivery, GivesTheNextStep) {
    const Case& test = GetParam();

    EXPECT_DOUBLE_EQ(decide(test.attempt, test.result), test.want);
}

constexpr Milliseconds sec(std::int64_t count) {
    return Milliseconds(count * 1000);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    DecideDelivery,
    testing::Values(
        Case{"Status199", 1, answered(199), 5},
        Case{"Status200", 1, answered(200), -1},
        Case{"Status299", 1, answered(299), -1},
        Case{"Status300", 1, answered(300), 5},
        Case{"Redirect", 1, answered(308), 5},
        Case{"BadRequest", 1, answered(400), 5},
        Case{"NotFound", 1, answered(404), 5},
        Case{"Gone", 1, answered(410), -3},
        Case{"GoneAtTheEnd", 10, answered(410), -3},
        Case{"ServerError", 1, answered(500), 5},
        Case{"TooMany", 1, answered(429), 60},
        Case{"BadGateway", 1, answered(502), 60},
        Case{"Unavailable", 1, answered(503), 5},
        Case{"GatewayTimeout", 1, answered(504), 60},
        Case{"SlowDownNeverShortens", 2, answered(429), 300},
        Case{"SecondAttempt", 2, answered(500), 300},
        Case{"NinthAttempt", 9, answered(500), 86400},
        Case{"TenthAttempt", 10, answered(500), -2},
        Case{"TenthAttemptSucceeds", 10, answered(204), -1},
        Case{"RetryAfterLonger", 1, answered(503, sec(120)), 120},
        Case{"RetryAfterShorter", 2, answered(503, sec(120)), 300},
        Case{"RetryAfterWithSlowDown", 1, answered(429, sec(10)), 60},
        Case{"RetryAfterWithSlowDownLonger", 1, answered(429, sec(61)), 61},
        Case{"RetryAfterAtTheCeiling", 1, answered(503, kRetryAfterMax), 86400},
        Case{"RetryAfterOverTheCeiling", 1, answered(503, kRetryAfterMax + sec(1)), 86400},
        Case{"RetryAfterDoesNotRevive", 10, answered(503, sec(1)), -2},
        Case{"RetryAfterOnSuccess", 1, answered(200, sec(100)), -1},
        Case{"Dns", 1, failedWith(TransportError::Dns), 5},
        Case{"Connect", 1, failedWith(TransportError::Connect), 5},
        Case{"Tls", 1, failedWith(TransportError::Tls), 5},
        Case{"Timeout", 1, failedWith(TransportError::Timeout), 5},
        Case{"Reset", 1, failedWith(TransportError::Reset), 5},
        Case{"TooLarge", 1, failedWith(TransportError::TooLarge), 5},
        Case{"Refused", 1, failedWith(TransportError::Refused), 5},
        Case{"RefusedAtTheEnd", 10, failedWith(TransportError::Refused), -2},
        Case{"TooLargeButAccepted", 1, AttemptResult{200, TransportError::TooLarge, "", {}}, -1},
        Case{"CutOffAfterStatus", 1, AttemptResult{200, TransportError::Reset, "", {}}, 5}
    ),
    [](const auto& test) { return std::string(test.param.name); }
);

TEST(DecideDelivery, SpreadsTheDelayByTwentyPercent) {
    EXPECT_DOUBLE_EQ(decide(2, answered(500), 0.0), 240);
    EXPECT_NEAR(decide(2, answered(500), 0.999999), 360, 0.01);
}

TEST(RetrySchedules, AreThePublishedOnes) {
    const RetrySchedule* nine = findRetrySchedule("open-connectors-9");
    const RetrySchedule* five = findRetrySchedule("open-connectors-5");
    ASSERT_NE(nine, nullptr);
    ASSERT_NE(five, nullptr);

    ASSERT_EQ(nine->delays.size(), 9U);
    ASSERT_EQ(five->delays.size(), 5U);
    std::int64_t four_to_x = 1;
    for (const Milliseconds delay : nine->delays)
        EXPECT_EQ(delay, sec(four_to_x *= 4));
    std::int64_t eight_to_x = 1;
    for (const Milliseconds delay : five->delays)
        EXPECT_EQ(delay, sec(eight_to_x *= 8));
    EXPECT_EQ(nine->jitter, 0);
}

TEST(RetrySchedules, StandardTakesSeventyFiveHoursThirtyFiveMinutesFiveSeconds) {
    Milliseconds total{0};
    for (const Milliseconds delay : standardRetrySchedule().delays)
        total += delay;

    EXPECT_EQ(total, sec(75 * 3600 + 35 * 60 + 5));
    EXPECT_EQ(standardRetrySchedule().name, "standard");
    EXPECT_EQ(findRetrySchedule("Standard"), nullptr);
}

struct RetryAfterCase {
    const char* value;
    std::int64_t want_ms;  // -1: not understood
};

TEST(ParseRetryAfter, ReadsSecondsAndTheThreeFormsOfDates) {
    // kNow is Fri, 21 Feb 2020 16:43:41 GMT.
    const RetryAfterCase cases[] = {
        {"0", 0},
        {"120", 120'000},
        {" 7\t", 7'000},
        {"86399", 86'399'000},
        {"86400", 86'400'000},
        {"86401", 86'400'000},
        {"99999999999999999999999999", 86'400'000},
        {"Fri, 21 Feb 2020 16:45:41 GMT", 120'000},
        {"Friday, 21-Feb-20 16:45:41 GMT", 120'000},
        {"Fri Feb 21 16:45:41 2020", 120'000},
        {"Fri, 21 Feb 2020 16:43:40 GMT", 0},
        {"Sat, 22 Feb 2025 16:43:41 GMT", 86'400'000},
        {"", -1},
        {" ", -1},
        {"-1", -1},
        {"1.5", -1},
        {"soon", -1},
        {"120 s", -1},
        {"Fri, 21 Feb 2020 16:45:41 GMT+1", -1},
        {"Fri, 32 Feb 2020 16:45:41 GMT", -1},
        {"0000000000000000000000000000000000000000000000000000000000000000000001", -1},
    };
    for (const RetryAfterCase& test : cases) {
        const auto wait = parseRetryAfter(test.value, kNow);
        EXPECT_EQ(wait ? wait->count() : -1, test.want_ms) << '"' << test.value << '"';
    }
}

TEST(RetryAfterOf, FindsTheHeaderInAnyCase) {
    http::Headers headers;
    headers.add("Retry-After-Not", "1");
    headers.add("rETRY-aFTER", "2");

    EXPECT_EQ(retryAfterOf(headers, kNow), sec(2));
    EXPECT_EQ(retryAfterOf(http::Headers(), kNow), std::nullopt);
}

TEST(FailureClass, SaysWhyInAWord) {
    EXPECT_EQ(failureClass(answered(204)), "");
    EXPECT_EQ(failureClass(answered(302)), "status");
    EXPECT_EQ(failureClass(failedWith(TransportError::Dns)), "dns");
    EXPECT_EQ(failureClass(failedWith(TransportError::Refused)), "refused");
    EXPECT_EQ(failureClass(failedWith(TransportError::TooLarge)), "too_large") << "of the head";
    EXPECT_EQ(failureClass({500, TransportError::TooLarge, "", {}}), "status");
    EXPECT_EQ(failureClass({200, TransportError::TooLarge, "", {}}), "");
    EXPECT_EQ(failureClass({200, TransportError::Reset, "", {}}), "reset");
}

TEST(DescribeFailure, SaysWhatToDo) {
    AttemptResult refused = failedWith(TransportError::Refused);
    refused.error_detail = "10.0.0.7 is private";

    EXPECT_EQ(describeFailure(answered(200)), "");
    EXPECT_EQ(describeFailure(answered(503)), "the callback answered 503");
    EXPECT_EQ(
        describeFailure({500, TransportError::TooLarge, "", {}}), "the callback answered 500"
    );
    EXPECT_EQ(describeFailure(refused), "not sent: 10.0.0.7 is private");
    EXPECT_NE(describeFailure(answered(302)).find("callback.url"), std::string::npos);
    EXPECT_NE(describeFailure(answered(410)).find("gone"), std::string::npos);
}

}  // namespace
}  // namespace ferry::pipeline
