// Goal: a code that a browser brought back is exchanged once, told to the browser, and wins over
// what the configuration holds. Method: as in account_authorizer_test.

#include "account_authorizer_fixture.h"

#include <gtest/gtest.h>

namespace ferry::oauth {
namespace {

TEST_F(AccountAuthorizerTest, ABrowsersCodeIsExchangedWithItsVerifier) {
    const InstanceId id = instance("marketing", {}, InstanceState::NeedsReauthorization);
    std::optional<Result<AuthorizedAccount>> result;

    authorizer_.exchange(
        {id, Secret("c9"), "https://hub.test/oauth/callback", Secret("v9")},
        [&](Result<AuthorizedAccount> r) { result = std::move(r); }
    );
    authorizer_.step();
    answerNext("exchange", 200, "access=a1;refresh=r1");
    EXPECT_EQ(last_body_, "code=c9;redirect_uri=https://hub.test/oauth/callback;verifier=v9");
    EXPECT_FALSE(result);
    answerNext("verify", 200, "account=acc-1;label=Ann");

    ASSERT_TRUE(result && *result);
    EXPECT_EQ((*result)->label, "Ann");
    EXPECT_EQ(state(id), InstanceState::Running);
}

TEST_F(AccountAuthorizerTest, ABrowsersFailureEndsItAndChangesNothing) {
    const InstanceId id = instance("marketing", {}, InstanceState::NeedsReauthorization);
    store_.change(id, [](Instance& row) { row.state_reason = "consent was withdrawn"; });
    for (const auto& [status, body, code] :
         {std::tuple{503, "", ErrorCode::Unavailable},
          std::tuple{400, "invalid_grant", ErrorCode::AuthorizationRevoked},
          std::tuple{400, "invalid_client", ErrorCode::InvalidArgument}}) {
        std::optional<Result<AuthorizedAccount>> result;
        authorizer_.exchange({id, Secret("c"), "u", Secret()}, [&](Result<AuthorizedAccount> r) {
            result = std::move(r);
        });
        authorizer_.step();
        answerNext("exchange", status, body);

        ASSERT_TRUE(result && !*result);
        EXPECT_EQ(result->error().code, code);
        EXPECT_EQ(authorizer_.step(), TimePoint::max());
    }
    EXPECT_EQ(reason(id), "consent was withdrawn");
}

TEST_F(AccountAuthorizerTest, ABrowserFinishesBeforeTheRetryOfTheConfiguration) {
    const InstanceId id = awaiting({{"code", "c1"}});
    begin(id);
    answerNext("exchange", 503, "");
    authorizer_.exchange({id, Secret("c2"), "u", Secret()}, [](const auto&) {});
    authorizer_.step();
    answerNext("exchange", 200, "access=a1");
    answerNext("verify", 200, "account=acc-1");
    ASSERT_EQ(state(id), InstanceState::Running);

    waitOut();

    EXPECT_EQ(outbound_.pendingCount(), 0U) << "the retry has become moot";
    EXPECT_EQ(authorizer_.step(), TimePoint::max());
}

TEST_F(AccountAuthorizerTest, StopTellsTheBrowsersThatWait) {
    const InstanceId id = awaiting({});
    std::optional<Result<AuthorizedAccount>> result;
    authorizer_.exchange({id, Secret("c2"), "u", Secret()}, [&](Result<AuthorizedAccount> r) {
        result = std::move(r);
    });
    authorizer_.step();

    authorizer_.stop();

    ASSERT_TRUE(result && !*result);
    EXPECT_EQ(result->error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace ferry::oauth
