// Goal: an instance with a credential of its own becomes Running with the right account, whatever
// the provider does meanwhile; a refusal says what to do. Method: the fake provider's answers, by
// hand, on a clock that stands still.

#include "account_authorizer_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::oauth {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(AccountAuthorizerTest, ExchangesACodeAndFindsTheAccount) {
    const InstanceId id = awaiting({{"code", "c1"}, {"oauth.callback.url", "https://app.test/cb"}});

    begin(id);
    answerNext("exchange", 200, "access=a1;refresh=r1;expires_in=14400");
    EXPECT_EQ(last_body_, "code=c1;redirect_uri=https://app.test/cb;verifier=");
    EXPECT_EQ(state(id), kAwaiting) << "the account is not known yet";
    answerNext("verify", 200, "account=acc-1;label=Ann;state=root=1");

    EXPECT_EQ(state(id), InstanceState::Running);
    EXPECT_EQ(store_.row(id).account_id, "acc-1");
    EXPECT_EQ(store_.row(id).account_state, "root=1");
    EXPECT_EQ(stored(id).refresh_token.reveal(), "r1");
    EXPECT_EQ(store_.noticeDue(id), clock_.now());
    EXPECT_EQ(authorized_, std::vector<InstanceId>{id});
    EXPECT_EQ(authorizer_.step(), TimePoint::max());
}

TEST_F(AccountAuthorizerTest, TheHubsOwnCallbackIsTheDefault) {
    begin(awaiting({{"code", "c1"}}));

    EXPECT_THAT(outbound_.oldest().body, HasSubstr("redirect_uri=https://hub.test/oauth/callback"));
}

TEST_F(AccountAuthorizerTest, ARefreshTokenIsPreferredToACode) {
    const InstanceId id = awaiting({{"code", "c1"}, {"oauth.user.refresh_token", "r1"}});

    begin(id);
    answerNext("refresh", 200, "access=a1;expires_in=14400");
    EXPECT_EQ(last_body_, "refresh=r1");
    answerNext("verify", 200, "account=acc-1");

    EXPECT_EQ(state(id), InstanceState::Running);
    EXPECT_EQ(stored(id).refresh_token.reveal(), "r1") << "the provider did not repeat it";
}

TEST_F(AccountAuthorizerTest, AnApiKeyIsVerifiedAndNeedsNoTokens) {
    const InstanceId id =
        awaiting({{"authentication.type", "apiKey"}, {"fake.apikey", "k1"}, {"code", "ignored"}});

    begin(id);
    answerNext("verify", 200, "account=acc-1");

    EXPECT_EQ(last_body_, "access=;key=k1");
    EXPECT_EQ(state(id), InstanceState::Running);
    EXPECT_FALSE(*store_.get(id));
}

TEST_F(AccountAuthorizerTest, WithoutACredentialItWaitsForSomebody) {
    const InstanceId id = awaiting({{"authentication.type", "oauth2"}});

    begin(id);

    EXPECT_EQ(outbound_.submittedCount(), 0U);
    EXPECT_EQ(state(id), kAwaiting);
    EXPECT_EQ(reason(id), "it waits for somebody to authorize it");
}

TEST_F(AccountAuthorizerTest, RefusalsSayWhatWasRefusedAndWhatToDo) {
    struct Case {
        pipeline::Configuration configuration;
        std::string path;
        int status;
        std::string body;
        std::string reason;
        int tries = 1;
    };
    const Case cases[] = {
        {{{"code", "c"}}, "exchange", 400, "invalid_grant", "code is not accepted", 2},
        {{{"code", "c"}}, "exchange", 400, "invalid_client", "oauth.api.secret", 2},
        {{{"code", "c"}}, "exchange", 200, "nonsense", "no access token"},
        {{{"oauth.user.refresh_token", "r"}},
         "refresh",
         400,
         "invalid_grant",
         "oauth.user.refresh_token is refused"},
        {{{"authentication.type", "apiKey"}}, "verify", 401, "", "put a valid key"},
        {{{"authentication.type", "apiKey"}}, "verify", 400, "invalid_grant", "put a valid key"},
        {{{"authentication.type", "apiKey"}}, "verify", 200, "label=x", "named no account"},
    };
    int number = 0;
    for (const Case& one : cases) {
        const InstanceId id = instance(fmt::format("i{}", ++number), one.configuration, kAwaiting);
        begin(id);
        for (int i = 0; i < one.tries; ++i)
            answerNext(one.path, one.status, one.body);

        EXPECT_EQ(state(id), kAwaiting) << number;
        EXPECT_THAT(reason(id), HasSubstr(one.reason)) << number;
        // public_url may change; the link is made when it is shown.
        EXPECT_THAT(reason(id), Not(HasSubstr("hub.test"))) << number;
        EXPECT_EQ(authorizer_.step(), TimePoint::max()) << "case " << number << " is tried again";
    }
    EXPECT_TRUE(authorized_.empty());
}

TEST_F(AccountAuthorizerTest, AnOutageIsWaitedOutWithoutUsingTheCodeTwice) {
    const InstanceId id = awaiting({{"code", "c1"}});
    begin(id);
    answerNext("exchange", 503, "");
    EXPECT_EQ(state(id), kAwaiting);
    EXPECT_THAT(reason(id), StartsWith(std::string(kTriedAgain)));
    EXPECT_EQ(outbound_.pendingCount(), 0U);

    waitOut();
    answerNext("exchange", 200, "access=a1;refresh=r1");
    answerNext("verify", 429, "wait_ms=9000");
    EXPECT_EQ(authorizer_.step(), clock_.now() + Milliseconds(9000));
    for (int i = 0; i < 12; ++i) {
        waitOut();
        answerNext("verify", 500, "");
    }
    waitOut();
    answerNext("verify", 200, "account=acc-1");

    EXPECT_EQ(state(id), InstanceState::Running);
    EXPECT_EQ(reason(id), "");
}

TEST_F(AccountAuthorizerTest, AStoreThatRefusesWritesIsWaitedOut) {
    const InstanceId id = awaiting({{"code", "c1"}});
    begin(id);
    answerNext("exchange", 200, "access=a1;refresh=r1");
    store_.refuses_writes = true;
    answerNext("verify", 200, "account=acc-1");
    EXPECT_EQ(state(id), kAwaiting);

    store_.refuses_writes = false;
    waitOut();

    EXPECT_EQ(state(id), InstanceState::Running);
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "nothing is asked twice";
}

TEST_F(AccountAuthorizerTest, AnotherAccountIsRefusedByName) {
    const InstanceId id = awaiting({{"code", "c1"}});
    store_.change(id, [](Instance& row) { row.account_id = "acc-1"; });

    begin(id);
    answerNext("exchange", 200, "access=a1;refresh=r1");
    answerNext("verify", 200, "account=acc-2;label=Bob");

    EXPECT_EQ(state(id), kAwaiting);
    EXPECT_THAT(reason(id), HasSubstr("belongs to account acc-1"));
    EXPECT_THAT(reason(id), HasSubstr("acc-2 (Bob)"));
    EXPECT_EQ(store_.row(id).account_id, "acc-1");
    EXPECT_FALSE(*store_.get(id)) << "its tokens are not kept";
    EXPECT_EQ(authorizer_.step(), TimePoint::max());
}

TEST_F(AccountAuthorizerTest, OnlyInstancesThatWaitAreAuthorized) {
    begin(instance("running", {{"code", "c"}}, InstanceState::Running));
    begin(instance("disabled", {{"code", "c"}}, InstanceState::Disabled));
    begin(InstanceId(999));

    EXPECT_EQ(outbound_.submittedCount(), 0U);
}

TEST_F(AccountAuthorizerTest, AnInstanceEnqueuedTwiceIsAuthorizedOnce) {
    const InstanceId id = awaiting({{"code", "c1"}});
    authorizer_.enqueue(id);
    begin(id);
    begin(id);
    EXPECT_EQ(outbound_.submittedCount(), 1U);

    answerNext("exchange", 200, "access=a1");
    answerNext("verify", 200, "account=acc-1");

    EXPECT_EQ(authorizer_.step(), TimePoint::max());
    EXPECT_EQ(outbound_.submittedCount(), 2U);
}

TEST_F(AccountAuthorizerTest, AChangedConfigurationVoidsWhatWasReached) {
    const InstanceId id = awaiting({{"code", "c1"}});
    begin(id);
    answerNext("exchange", 200, "access=a1;refresh=r1");
    answerNext("verify", 503, "");
    configure(id, {{"code", "c2"}});

    begin(id);

    answerNext("exchange", 200, "access=a2;refresh=r2");
    EXPECT_THAT(last_body_, HasSubstr("code=c2"));
    answerNext("verify", 200, "account=acc-1");
    EXPECT_EQ(stored(id).access_token.reveal(), "a2");
}

TEST_F(AccountAuthorizerTest, AnInstanceRemovedMeanwhileIsForgotten) {
    const InstanceId id = awaiting({{"code", "c1"}});
    begin(id);
    store_.erase(id);

    answerNext("exchange", 200, "access=a1");

    EXPECT_EQ(outbound_.pendingCount(), 0U);
    EXPECT_EQ(authorizer_.step(), TimePoint::max());
}

TEST_F(AccountAuthorizerTest, AConnectorThatIsNotLoadedIsWaitedFor) {
    const InstanceId id = awaiting({{"code", "c1"}});
    directory_.providers.clear();
    begin(id);
    EXPECT_THAT(reason(id), HasSubstr("no connector fake is loaded"));

    directory_.providers["fake"] = provider_;
    waitOut();

    EXPECT_EQ(outbound_.submittedCount(), 1U);
}

TEST_F(AccountAuthorizerTest, ThousandsWaitTheirTurn) {
    for (std::size_t i = 0; i < 5 * kAuthorizationsInFlightMax; ++i) {
        authorizer_.enqueue(
            instance(fmt::format("i{}", i), {{"oauth.user.refresh_token", "r"}}, kAwaiting)
        );
    }
    std::size_t most = 0;
    while (authorizer_.step() != TimePoint::max() || outbound_.pendingCount() > 0) {
        most = std::max(most, outbound_.pendingCount());
        while (outbound_.pendingCount() > 0) {
            const bool is_verify = outbound_.oldest().url.ends_with("verify");
            answer(200, is_verify ? "account=a" : "access=a1");
        }
    }

    EXPECT_EQ(most, kAuthorizationsInFlightMax);
    EXPECT_EQ(authorized_.size(), 5 * kAuthorizationsInFlightMax);
}

TEST_F(AccountAuthorizerTest, NoSecretGetsIntoTheLogOrTheReason) {
    const InstanceId id = awaiting({{"code", "code-secret"}, {"oauth.api.secret", "app-secret"}});
    begin(id);
    answerNext("exchange", 200, "access=access-secret;refresh=refresh-secret");
    answerNext("verify", 401, "");

    EXPECT_THAT(reason(id), HasSubstr("refuses the app"));
    EXPECT_THAT(log_text_ + reason(id), Not(HasSubstr("-secret")));
}

}  // namespace
}  // namespace ferry::oauth
