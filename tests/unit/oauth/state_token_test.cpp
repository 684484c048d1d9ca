// Goal: a state is good once, for ten minutes, and only for its instance; PKCE is as published.
// Method: the table on a clock that stands still, at and around its limits; the RFC's vector.

#include "oauth/state_token.h"

#include "oauth/pkce.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"

#include <gtest/gtest.h>

#include <set>

namespace ferry::oauth {
namespace {

class StateTableTest : public testing::Test {
  protected:
    std::string issue(std::int64_t instance) {
        return table_.issue({InstanceId(instance), "https://hub.test/cb", Secret("v"), true});
    }
    ErrorCode redeemError(const std::string& state) {
        const auto result = table_.redeem(state);
        EXPECT_FALSE(result);
        return result ? ErrorCode::Internal : result.error().code;
    }

    test::SimClock clock_;
    test::SeededRandom random_;
    StateTable table_{clock_, random_};
};

TEST_F(StateTableTest, GivesBackWhatItWasIssuedFor) {
    const std::string state = issue(7);

    const auto pending = table_.redeem(state);

    ASSERT_TRUE(pending);
    EXPECT_EQ(pending->instance, InstanceId(7));
    EXPECT_EQ(pending->redirect_uri, "https://hub.test/cb");
    EXPECT_EQ(pending->code_verifier.reveal(), "v");
    EXPECT_TRUE(pending->is_browser_bound);
}

TEST_F(StateTableTest, IsGoodOnce) {
    const std::string state = issue(7);

    ASSERT_TRUE(table_.redeem(state));
    EXPECT_EQ(redeemError(state), ErrorCode::NotFound);
    EXPECT_EQ(table_.size(), 0U);
}

TEST_F(StateTableTest, IsGoodForTenMinutes) {
    const std::string just_in_time = issue(7);
    const std::string too_late = issue(7);

    clock_.advance(kStateLifetime - Milliseconds(1));
    EXPECT_TRUE(table_.redeem(just_in_time));
    clock_.advance(Milliseconds(1));
    EXPECT_EQ(redeemError(too_late), ErrorCode::DeadlineExceeded);
    EXPECT_EQ(redeemError(too_late), ErrorCode::NotFound) << "spent, though it was too late";
}

TEST_F(StateTableTest, KnowsNoOtherState) {
    const std::string state = issue(7);

    EXPECT_EQ(redeemError(""), ErrorCode::NotFound);
    EXPECT_EQ(redeemError("guess"), ErrorCode::NotFound);
    EXPECT_EQ(redeemError(state.substr(1)), ErrorCode::NotFound);
    EXPECT_TRUE(table_.redeem(state));
}

TEST_F(StateTableTest, IsUnguessable) {
    std::set<std::string> states;
    for (int i = 0; i < 20; ++i)
        states.insert(issue(i + 1));

    EXPECT_EQ(states.size(), 20U);
    EXPECT_EQ(states.begin()->size(), 43U) << "256 bits in base64url";
}

TEST_F(StateTableTest, OneInstanceCannotPushOutTheOthers) {
    const std::string other = issue(1);
    const std::string first = issue(2);
    for (std::size_t i = 1; i < kStatesPerInstanceMax; ++i)
        issue(2);
    EXPECT_EQ(table_.size(), kStatesPerInstanceMax + 1);

    issue(2);

    EXPECT_EQ(table_.size(), kStatesPerInstanceMax + 1);
    EXPECT_EQ(redeemError(first), ErrorCode::NotFound) << "its oldest gave way";
    EXPECT_TRUE(table_.redeem(other));
}

TEST_F(StateTableTest, IsBounded) {
    const std::string first = issue(1);
    for (std::size_t i = 1; i < kStatesMax + 5; ++i)
        issue(static_cast<std::int64_t>(i) + 1);

    EXPECT_EQ(table_.size(), kStatesMax);
    EXPECT_EQ(redeemError(first), ErrorCode::NotFound);
}

TEST_F(StateTableTest, ForgetsWhatIsLongPast) {
    for (int i = 0; i < 20; ++i)
        issue(i + 1);
    clock_.advance(2 * kStateLifetime);

    issue(1);

    EXPECT_EQ(table_.size(), 1U);
}

TEST(Pkce, MatchesRfc7636AppendixB) {
    EXPECT_EQ(
        pkceChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

TEST(Pkce, VerifiersDifferAndHaveTheRightForm) {
    test::SeededRandom random;
    const Pkce a = makePkce(random);
    const Pkce b = makePkce(random);

    EXPECT_EQ(a.verifier.reveal().size(), 86U);
    EXPECT_NE(a.verifier.reveal(), b.verifier.reveal());
    EXPECT_EQ(a.challenge, pkceChallenge(a.verifier.reveal()));
}

}  // namespace
}  // namespace ferry::oauth
