// Goal: an outage, a refused app, a full disk or a crossing authorization never loses an instance
// or its tokens. Method: as in token_refresher_test, with a store and a provider that fail.

#include "token_refresher_fixture.h"

#include <gmock/gmock.h>

namespace ferry::oauth {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(TokenRefresherTest, AnOutageBacksOffAndNeverDisables) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    Milliseconds longest{0};
    for (int i = 0; i < 15; ++i) {
        const Answer failing = get(id);
        refreshWith(500, "");
        ASSERT_EQ(codeOf(failing), ErrorCode::Unavailable);
        ASSERT_TRUE((**failing).error().retry_after);
        longest = std::max(longest, *(**failing).error().retry_after);

        const Answer too_soon = get(id);
        refresher_.step();
        EXPECT_EQ(codeOf(too_soon), ErrorCode::Unavailable);
        EXPECT_EQ(outbound_.pendingCount(), 0U) << "asked during the back-off";
        clock_.advance(*(**failing).error().retry_after);
    }
    EXPECT_GE(longest, Milliseconds(150'000));
    EXPECT_LE(longest, Milliseconds(300'000));
    EXPECT_EQ(store_.row(id).state, InstanceState::Running);

    const Answer recovered = get(id);
    refreshWith(200, "access=a2;expires_in=14400");
    EXPECT_EQ(accessOf(recovered), "a2");
}

TEST_F(TokenRefresherTest, AFailureIsLoggedInTheTraceOfTheDrainThatNeededTheTokens) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    const std::string trace(32, 'a');
    Answer first;
    {
        const observe::LogTraceScope scope(trace);
        first = get(id);
    }
    const Answer second = get(id);
    refreshWith(500, "");
    EXPECT_EQ(codeOf(first), ErrorCode::Unavailable);
    EXPECT_THAT(log_text_, HasSubstr("a refresh failed"));
    EXPECT_THAT(log_text_, HasSubstr(" trace=" + trace + "\n"));
}

TEST_F(TokenRefresherTest, ASuccessEndsTheBackOff) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    for (int i = 0; i < 8; ++i) {
        get(id);
        refreshWith(500, "");
        clock_.advance(Milliseconds(300'000));
    }
    get(id);
    refreshWith(200, "access=a2");

    const Answer failing = get(id, "a2");
    refreshWith(500, "");

    EXPECT_LE(*(**failing).error().retry_after, Milliseconds(1000));
}

TEST_F(TokenRefresherTest, HonoursTheProvidersRetryAfter) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);

    const Answer answer = get(id);
    refreshWith(429, "wait_ms=77000");

    EXPECT_EQ(codeOf(answer), ErrorCode::Unavailable);
    EXPECT_EQ((**answer).error().retry_after, Milliseconds(77'000));
}

TEST_F(TokenRefresherTest, ARefusedAppIsNamedAndTheInstanceGoesOn) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);

    const Answer answer = get(id);
    refreshWith(400, "invalid_client");

    EXPECT_EQ(codeOf(answer), ErrorCode::Unavailable);
    EXPECT_THAT((**answer).error().message, HasSubstr("oauth.api.secret"));
    EXPECT_EQ(store_.row(id).state, InstanceState::Running);
    EXPECT_THAT(store_.row(id).state_reason, HasSubstr("oauth.api.secret"));
    EXPECT_TRUE(store_.noticeDue(id));

    clock_.advance(Milliseconds(300'000));
    const Answer mended = get(id);
    refreshWith(200, "access=a2");
    EXPECT_EQ(accessOf(mended), "a2");
    EXPECT_EQ(store_.row(id).state_reason, "");
}

TEST_F(TokenRefresherTest, AMendedAppIsTriedAtOnce) {
    const InstanceId id = instance("marketing", {{"oauth.api.secret", "wrong"}});
    storeTokens(id, "a1", "r1", 0);
    for (int i = 0; i < 5; ++i) {
        clock_.advance(Milliseconds(300'000));
        get(id);
        refreshWith(400, "invalid_client");
    }
    configure(id, {{"oauth.api.secret", "wrong"}, {"event.baseline", "true"}});
    const Answer same = get(id);
    refresher_.step();
    EXPECT_EQ(codeOf(same), ErrorCode::Unavailable) << "nothing about the access was changed";
    EXPECT_EQ(outbound_.pendingCount(), 0U);

    configure(id, {{"oauth.api.secret", "wrong as well"}});
    const Answer other = get(id);
    refreshWith(400, "invalid_client");
    EXPECT_LE(*(**other).error().retry_after, Milliseconds(1000)) << "its first failure";

    configure(id, {{"oauth.api.secret", "right"}});
    const Answer mended = get(id);
    refreshWith(200, "access=a2");
    EXPECT_EQ(accessOf(mended), "a2");
    EXPECT_EQ(store_.row(id).state_reason, "");
}

TEST_F(TokenRefresherTest, WhoComesWithAMendedAppIsNotAnsweredForTheOneBefore) {
    const InstanceId id = instance("marketing", {{"oauth.api.secret", "wrong"}});
    storeTokens(id, "a1", "r1", 0);
    const Answer before = get(id);
    refresher_.step();
    configure(id, {{"oauth.api.secret", "right"}});
    const Answer mended = get(id);
    refreshWith(400, "invalid_client");
    EXPECT_EQ(codeOf(before), ErrorCode::Unavailable);
    EXPECT_FALSE(*mended);

    refreshWith(200, "access=a2");
    EXPECT_EQ(accessOf(mended), "a2");
}

TEST_F(TokenRefresherTest, WhatIsWantedNowDoesNotWait) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    get(id);
    refreshWith(429, "wait_ms=77000");

    refresher_.retryNow(id);
    refresher_.retryNow(instance("another"));

    const Answer answer = get(id);
    refreshWith(200, "access=a2");
    EXPECT_EQ(accessOf(answer), "a2");
}

TEST_F(TokenRefresherTest, TokensThatTheStoreRefusesAreKeptAndSavedLater) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    store_.refuses_writes = true;
    const Answer answer = get(id);
    refreshWith(200, "access=a2;refresh=r2;expires_in=14400");
    EXPECT_EQ(codeOf(answer), ErrorCode::Unavailable);

    clock_.advance(Milliseconds(400));
    const Answer meanwhile = get(id);
    refresher_.step();
    EXPECT_EQ(codeOf(meanwhile), ErrorCode::Unavailable);
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "r1 may be dead: it must not be tried";

    store_.refuses_writes = false;
    const TimePoint next = refresher_.step();
    ASSERT_NE(next, TimePoint::max());
    clock_.advanceTo(next);
    refresher_.step();
    EXPECT_EQ(stored(id).refresh_token.reveal(), "r2");
    EXPECT_EQ(accessOf(get(id)), "a2");
    EXPECT_EQ(refresher_.step(), TimePoint::max());
}

TEST_F(TokenRefresherTest, UnsavedTokensGetALastChanceAtTheEnd) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    store_.refuses_writes = true;
    get(id);
    refreshWith(200, "access=a2;refresh=r2;expires_in=14400");
    store_.refuses_writes = false;

    refresher_.stop();

    EXPECT_EQ(stored(id).refresh_token.reveal(), "r2");
}

TEST_F(TokenRefresherTest, ANewAuthorizationWinsOverARefreshOnItsWay) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    const Answer revoked = get(id);
    refresher_.step();
    storeTokens(id, "b1", "s1", 14400);
    answer(400, "invalid_grant");
    refresher_.step();
    EXPECT_EQ(accessOf(revoked), "b1");
    EXPECT_EQ(store_.row(id).state, InstanceState::Running);

    storeTokens(id, "b1", "s1", 0);
    const Answer refreshed = get(id);
    refresher_.step();
    storeTokens(id, "c1", "t1", 14400);
    answer(200, "access=old;expires_in=14400");
    refresher_.step();
    EXPECT_EQ(accessOf(refreshed), "c1");
    EXPECT_EQ(stored(id).refresh_token.reveal(), "t1");
}

TEST_F(TokenRefresherTest, ARemovedInstanceGetsNoTokensBack) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    const Answer waiting = get(id);
    refresher_.step();
    store_.erase(id);
    answer(200, "access=a2");
    refresher_.step();

    EXPECT_EQ(codeOf(waiting), ErrorCode::AuthorizationRevoked);
    EXPECT_TRUE(stored(id).access_token.empty());
}

TEST_F(TokenRefresherTest, AStoreThatCannotBeReadIsAnOutage) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 14400);
    const auto opened = settings(id);
    store_.is_down = true;
    std::optional<Result<TokenSet>> result;

    refresher_.get(opened, provider_, std::nullopt, [&](Result<TokenSet> r) { result = r; });
    refresher_.step();

    ASSERT_TRUE(result && !*result);
    EXPECT_EQ(result->error().code, ErrorCode::Unavailable);
}

TEST_F(TokenRefresherTest, APluginWithoutTokensInItsAnswerIsAFault) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);

    const Answer answer = get(id);
    refreshWith(200, "nonsense");

    EXPECT_EQ(codeOf(answer), ErrorCode::Unavailable);
    EXPECT_EQ(stored(id).access_token.reveal(), "a1");
}

TEST_F(TokenRefresherTest, StopTellsThoseWhoWait) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "a1", "r1", 0);
    const Answer on_its_way = get(id);
    refresher_.step();
    const Answer queued = get(id);

    refresher_.stop();

    EXPECT_EQ(codeOf(on_its_way), ErrorCode::Cancelled);
    EXPECT_EQ(codeOf(queued), ErrorCode::Cancelled);
    answer(200, "access=a2");
}

TEST_F(TokenRefresherTest, NoSecretGetsIntoTheLog) {
    const InstanceId id = instance("marketing");
    storeTokens(id, "access-secret", "refresh-secret", 0);
    for (const char* body : {"invalid_client", "nonsense"}) {
        get(id);
        refreshWith(400, body);
        clock_.advance(Milliseconds(300'000));
    }
    get(id);
    refreshWith(400, "invalid_grant");

    EXPECT_THAT(log_text_, HasSubstr("to_do=\"open https://hub.test/oauth/start/marketing\""));
    EXPECT_THAT(log_text_, Not(HasSubstr("-secret")));
}

}  // namespace
}  // namespace ferry::oauth
