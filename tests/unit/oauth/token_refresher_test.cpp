// Goal: tokens given are good for use, refreshed once for all who ask, saved before they are used;
// revoked consent and an outage are kept apart. Method: the fake provider's answers, by hand, on a
// clock that stands still.

#include "oauth/token_refresher.h"

#include "oauth_fixture.h"

#include <gmock/gmock.h>

#include <thread>

namespace ferry::oauth {
namespace {

using testing::HasSubstr;
using testing::Not;

class TokenRefresherTest : public OauthFixture {
  protected:
    using Answer = std::shared_ptr<std::optional<Result<TokenSet>>>;

    Answer get(InstanceId id, std::optional<std::string> rejected = std::nullopt) {
        auto answer = std::make_shared<std::optional<Result<TokenSet>>>();
        std::optional<Secret> rejected_secret;
        if (rejected) rejected_secret = Secret(*rejected);
        refresher_.get(settings(id), provider_, rejected_secret, [answer](Result<TokenSet> result) {
            EXPECT_FALSE(*answer) << "completed twice";
            *answer = std::move(result);
        });
        return answer;
    }
    /// Steps, gives the provider's answer to the one request, and steps again.
    void refreshWith(int status, std::string body) {
        refresher_.step();
        ASSERT_EQ(outbound_.pendingCount(), 1U);
        answer(status, std::move(body));
        refresher_.step();
    }
    static std::string accessOf(const Answer& answer) {
        if (!*answer) return "(no answer)";
        return **answer ? (**answer)->access_token.reveal() : (**answer).error().message;
    }
    static ErrorCode codeOf(const Answer& answer) {
        EXPECT_TRUE(*answer && !**answer);
        return *answer && !**answer ? (**answer).error().code : ErrorCode::Conflict;
    }

    TokenRefresher refresher_{parts(outbound_)};
};

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
    EXPECT_THAT(
        store_.row(id).state_reason, HasSubstr("open https://hub.test/oauth/start/my%20team%2F1")
    );
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
    const Answer refused = get(id, "");
    refresher_.step();
    EXPECT_EQ(codeOf(refused), ErrorCode::AuthorizationRevoked);
    EXPECT_THAT(store_.row(id).state_reason, HasSubstr("put a valid key"));
}

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

    EXPECT_THAT(log_text_, HasSubstr("marketing"));
    EXPECT_THAT(log_text_, Not(HasSubstr("-secret")));
}

}  // namespace
}  // namespace ferry::oauth
