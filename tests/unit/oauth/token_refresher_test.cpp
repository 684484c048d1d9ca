// Goal: tokens given are good for use, refreshed once for all who ask, saved before they are used;
// revoked consent and an outage are kept apart. Method: the fake provider's answers, by hand, on a
// clock that stands still.

#include "token_refresher_fixture.h"

#include <gmock/gmock.h>

#include <thread>

namespace ferry::oauth {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(TokenRefresherTest, GivesFreshTokensAtOnce) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 301);

    EXPECT_EQ(accessOf(get(id)), "a1");
    EXPECT_EQ(wakes_, 0U);
}

TEST_F(TokenRefresherTest, RefreshesBeforeTheEndByTheMargin) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 300);

    const Answer answer = get(id);
    EXPECT_EQ(accessOf(answer), "(no answer)");
    EXPECT_EQ(wakes_, 1U);
    refreshWith(200, "access=a2;expires_in=14400");

    EXPECT_EQ(accessOf(answer), "a2");
    EXPECT_EQ(accessOf(get(id)), "a2");
}

TEST_F(TokenRefresherTest, KeepsWhatTheProviderDoesNotRepeat) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);

    get(id);
    refreshWith(200, "access=a2;expires_in=14400");
    EXPECT_EQ(stored(id).refresh_token.reveal(), "r1");
    EXPECT_EQ(stored(id).scope, "files.read");

    get(id, "a2");
    refreshWith(200, "access=a3;refresh=r2;expires_in=14400");
    EXPECT_EQ(stored(id).refresh_token.reveal(), "r2") << "a rotated one replaces it";
}

TEST_F(TokenRefresherTest, SavesBeforeAnyoneGetsThem) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    std::string stored_at_completion;
    refresher_.get(settings(id), provider_, std::nullopt, [&](const Result<TokenSet>&) {
        stored_at_completion = stored(id).access_token.reveal();
    });

    refreshWith(200, "access=a2;expires_in=14400");

    EXPECT_EQ(stored_at_completion, "a2");
}

TEST_F(TokenRefresherTest, DoesNotGiveARejectedTokenAgain) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 14400);

    const Answer answer = get(id, "a1");
    refreshWith(200, "access=a2;expires_in=14400");
    EXPECT_EQ(accessOf(answer), "a2");

    EXPECT_EQ(accessOf(get(id, "a1")), "a2") << "another one took its place already";
    EXPECT_EQ(provider_->refreshes, 1U);
}

TEST_F(TokenRefresherTest, AHundredParallelCallersShareOneRefresh) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    std::vector<Answer> answers(100);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 10; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < 10; ++i)
                answers[t * 10 + i] = get(id);
        });
    }
    // Some join before the refresh begins, some while it is on its way.
    refresher_.step();
    for (auto& thread : threads)
        thread.join();
    refreshWith(200, "access=a2;expires_in=14400");

    for (const Answer& answer : answers)
        EXPECT_EQ(accessOf(answer), "a2");
    EXPECT_EQ(provider_->refreshes, 1U);
    EXPECT_EQ(store_.token_writes, 2U);
}

TEST_F(TokenRefresherTest, ReadsTheStoreAgainBeforeItRefreshes) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    const Answer answer = get(id);
    storeTokens(id, "a2", "r1", 14400);

    refresher_.step();

    EXPECT_EQ(accessOf(answer), "a2");
    EXPECT_EQ(provider_->refreshes, 0U);
}

TEST_F(TokenRefresherTest, InstancesAreRefreshedSideBySide) {
    const InstanceId first = instance("first");
    const InstanceId second = instance("second");
    storeTokens(first, "a1", "r1", 0);
    storeTokens(second, "b1", "s1", 0);

    const Answer answer_first = get(first);
    const Answer answer_second = get(second);
    refresher_.step();
    ASSERT_EQ(outbound_.pendingCount(), 2U);
    answer(200, "access=a2");
    answer(200, "access=b2");
    refresher_.step();

    EXPECT_EQ(accessOf(answer_first), "a2");
    EXPECT_EQ(accessOf(answer_second), "b2");
}

TEST_F(TokenRefresherTest, RevokedConsentStopsTheInstanceAndSaysWhatToDo) {
    const InstanceId id = instance("my team/1");
    ASSERT_TRUE(store_.setState(id, InstanceState::Running, "", clock_.now()));
    storeTokens(id, "a1", "r1", 0);

    const Answer first = get(id);
    const Answer second = get(id);
    refreshWith(400, "invalid_grant");

    EXPECT_EQ(codeOf(first), ErrorCode::AuthorizationRevoked);
    EXPECT_EQ(codeOf(second), ErrorCode::AuthorizationRevoked);
    EXPECT_EQ(store_.row(id).state, InstanceState::NeedsReauthorization);
    EXPECT_THAT(store_.row(id).state_reason, Not(AnyOf(IsEmpty(), HasSubstr("hub.test"))));
    EXPECT_FALSE(store_.noticeDue(id));
}

TEST_F(TokenRefresherTest, RevokedConsentThatIsNotRecordedIsAskedForAgain) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    store_.refuses_writes = true;

    const Answer answer = get(id);
    refreshWith(400, "invalid_grant");

    EXPECT_EQ(codeOf(answer), ErrorCode::Unavailable);
    EXPECT_EQ(store_.row(id).state, InstanceState::Running);
}

TEST_F(TokenRefresherTest, AnOwnersDecisionIsNotOverruled) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    const Answer answer = get(id);
    store_.change(id, [](Instance& row) { row.state = InstanceState::Disabled; });

    refreshWith(400, "invalid_grant");

    EXPECT_EQ(codeOf(answer), ErrorCode::AuthorizationRevoked);
    EXPECT_EQ(store_.row(id).state, InstanceState::Disabled);
}

TEST_F(TokenRefresherTest, WithoutARefreshTokenTheAccessTokenIsUsedToItsEnd) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "", 60);

    EXPECT_EQ(accessOf(get(id)), "a1");
    clock_.advance(Milliseconds(60'000));
    const Answer answer = get(id);
    refresher_.step();

    EXPECT_EQ(codeOf(answer), ErrorCode::AuthorizationRevoked);
    EXPECT_EQ(store_.row(id).state, InstanceState::NeedsReauthorization);
}

TEST_F(TokenRefresherTest, WithoutTokensTheInstanceNeedsAuthorization) {
    const InstanceId id = instance("marketing");

    const Answer answer = get(id);
    refresher_.step();

    EXPECT_EQ(codeOf(answer), ErrorCode::AuthorizationRevoked);
}

TEST_F(TokenRefresherTest, AnApiKeyInstanceNeedsNoTokens) {
    const InstanceId id = instance("marketing", {{"authentication.type", "apiKey"}});

    EXPECT_EQ(accessOf(get(id)), "");
}

class RefusedKeyTest : public TokenRefresherTest {
  protected:
    ErrorCode refuse(InstanceId id) {
        const Answer refused = get(id, "");
        refresher_.step();
        return codeOf(refused);
    }
};

TEST_F(RefusedKeyTest, IsGivenUpAfterRefusalsOverAWhile) {
    const InstanceId id = instance("marketing", {{"authentication.type", "apiKey"}});
    const TimePoint begin = clock_.now();
    int refusals = 0;
    while (refusals < 100 && refuse(id) != ErrorCode::AuthorizationRevoked) {
        ++refusals;
        EXPECT_EQ(store_.row(id).state, InstanceState::Running);
        clock_.advance(Milliseconds(120'000));
    }
    EXPECT_EQ(clock_.now() - begin, Milliseconds(16 * 60'000)) << "a quarter of an hour";
    EXPECT_THAT(store_.row(id).state_reason, HasSubstr("put a valid key"));
}

TEST_F(RefusedKeyTest, MayBeAProxysForAMinute) {
    const InstanceId id = instance("marketing", {{"authentication.type", "apiKey"}});
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(refuse(id), ErrorCode::Unavailable);
        clock_.advance(Milliseconds(3'000));
    }
    clock_.advance(Milliseconds(7'200'000));
    EXPECT_EQ(accessOf(get(id)), "");
    refresher_.step();
    EXPECT_EQ(refuse(id), ErrorCode::Unavailable) << "what was long ago does not count";
    EXPECT_EQ(store_.row(id).state, InstanceState::Running);
}

TEST_F(RefusedKeyTest, WhatHasNoKeyIsNeverStopped) {
    const InstanceId id = instance("marketing", {{"authentication.type", "none"}});
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(refuse(id), ErrorCode::Unavailable);
        clock_.advance(Milliseconds(120'000));
    }
    EXPECT_EQ(store_.row(id).state, InstanceState::Running);
}

}  // namespace
}  // namespace ferry::oauth
