// Goal: every error leads to the wait and the telling that sdk/README.md promises plugin authors.
// Method: a table with a row for each code, at the first failure and after many.

#include "pipeline/sync_failure_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr double kLongest = 1.0;  // the upper end of the jitter

enum class Kind : std::uint8_t { Outage, Rare, Stop };

struct Case {
    ErrorCode code;
    Kind kind;
};

constexpr Case kCases[] = {
    {ErrorCode::InvalidArgument, Kind::Rare},
    {ErrorCode::Unauthenticated, Kind::Outage},
    {ErrorCode::AuthorizationRevoked, Kind::Stop},
    {ErrorCode::PermissionDenied, Kind::Rare},
    {ErrorCode::NotFound, Kind::Rare},
    {ErrorCode::Conflict, Kind::Outage},
    {ErrorCode::RateLimited, Kind::Outage},
    {ErrorCode::Unavailable, Kind::Outage},
    {ErrorCode::DeadlineExceeded, Kind::Outage},
    {ErrorCode::Cancelled, Kind::Outage},
    {ErrorCode::CursorExpired, Kind::Outage},
    {ErrorCode::Unsupported, Kind::Rare},
    {ErrorCode::Corrupt, Kind::Rare},
    {ErrorCode::Internal, Kind::Rare},
};

SyncFailureDecision decide(ErrorCode code, unsigned failures_before) {
    return decideSyncFailure(Error(code, "what failed"), {failures_before, kLongest});
}

class DecideSyncFailure : public testing::TestWithParam<Case> {};

TEST_P(DecideSyncFailure, WaitsTellsAndStopsAsPromised) {
    const auto [code, kind] = GetParam();
    const SyncFailureDecision first = decide(code, 0);
    const SyncFailureDecision third = decide(code, 2);
    const SyncFailureDecision late = decide(code, 50);

    EXPECT_THAT(first.reason, StartsWith("what failed"));
    EXPECT_EQ(first.state.has_value(), kind == Kind::Stop);
    EXPECT_EQ(late.state.has_value(), kind == Kind::Stop) << "however long it lasts";
    EXPECT_TRUE(third.tells_owner);
    EXPECT_TRUE(late.tells_owner) << "whoever looks later finds it, too";
    EXPECT_EQ(first.tells_owner, kind != Kind::Outage) << "one failure of an outage is noise";
    if (kind == Kind::Stop) return;
    const bool is_outage = kind == Kind::Outage;
    EXPECT_EQ(first.delay, is_outage ? Milliseconds(1'000) : Milliseconds(60'000));
    EXPECT_EQ(late.delay, is_outage ? Milliseconds(300'000) : Milliseconds(900'000));
    EXPECT_EQ(first.reason == "what failed", is_outage) << "the others say what to do";
}

INSTANTIATE_TEST_SUITE_P(EachCode, DecideSyncFailure, testing::ValuesIn(kCases), [](const auto& item) {
    return std::string(errorCodeName(item.param.code));
});

TEST(DecideSyncFailure, SaysWhoCanMendARefusal) {
    EXPECT_THAT(decide(ErrorCode::PermissionDenied, 0).reason, HasSubstr("at the provider"));
    EXPECT_THAT(decide(ErrorCode::InvalidArgument, 0).reason, HasSubstr("configuration"));
    EXPECT_THAT(decide(ErrorCode::Corrupt, 0).reason, HasSubstr("report it"));
}

TEST(DecideSyncFailure, TheSecondFailureOfAnOutageIsNotTold) {
    EXPECT_FALSE(decide(ErrorCode::Unavailable, 1).tells_owner);
}

TEST(DecideSyncFailure, AWaitThatTheProviderAsksForIsKeptUpToAnHour) {
    const auto delay = [](Milliseconds asked) {
        return decideSyncFailure(Error(ErrorCode::RateLimited, "x", asked), {0, kLongest}).delay;
    };
    EXPECT_EQ(delay(Milliseconds(1)), Milliseconds(1'000));
    EXPECT_EQ(delay(Milliseconds(300'000)), Milliseconds(300'000));
    EXPECT_EQ(delay(Milliseconds(86'400'000)), Milliseconds(3'600'000));
}

}  // namespace
}  // namespace ferry::pipeline
