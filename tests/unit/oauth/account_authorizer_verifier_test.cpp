// Goal: a code whose bringer can't know whether its URL has a challenge is exchanged with the right
// verifier, at once where that can be known. Method: as in account_authorizer_test.

#include "account_authorizer_fixture.h"

#include <gmock/gmock.h>

namespace ferry::oauth {
namespace {

using testing::HasSubstr;

class UnknownVerifierTest : public AccountAuthorizerTest {
  protected:
    static constexpr AppCallback kPair{"app", "https://app.test/cb"};

    void makeUrl() {
        const pipeline::AuthorizeUrlRequest request{std::string(kPair.redirect_uri), "s", "", ""};
        ASSERT_TRUE(urls_.make(*provider_, {}, request, kPair.app_key));
    }
    void bring(const char* code) {
        id_ = instance(code, {{"oauth.api.key", "app"}}, kAwaiting);
        result_.reset();
        authorizer_.exchange(
            {id_, Secret(code), std::string(kPair.redirect_uri), std::nullopt},
            [this](Result<AuthorizedAccount> result) { result_ = std::move(result); }
        );
        authorizer_.step();
    }
    /// Answers an exchange and says whether it came with the derived verifier.
    bool withVerifier(int status, std::string body) {
        answerNext("exchange", status, std::move(body));
        if (last_body_.ends_with(";verifier=")) return false;
        std::string derived;
        for (const Secret& verifier : urls_.verifiersOf(kPair))
            derived += verifier.reveal();
        EXPECT_THAT(last_body_, HasSubstr(";verifier=" + derived));
        return true;
    }
    void verify(const InstanceId& id) {
        answerNext("verify", 200, "account=acc-1");
        EXPECT_EQ(state(id), InstanceState::Running);
    }

    InstanceId id_;
    std::optional<Result<AuthorizedAccount>> result_;
};

TEST_F(UnknownVerifierTest, ACodeOfAUrlMadeHereHasItsVerifierAtOnce) {
    makeUrl();
    bring("c");
    EXPECT_TRUE(withVerifier(200, "access=a1;refresh=r1"));
    verify(id_);

    EXPECT_EQ(meta_.writes, 1U) << "good after a restart, too";
}

TEST_F(UnknownVerifierTest, WhereNoUrlWasMadeACodeIsTriedWithoutFirst) {
    for (const char* code : {"c1", "c2"}) {
        bring(code);
        EXPECT_FALSE(withVerifier(200, "access=a;refresh=r"));
        verify(id_);
    }
    EXPECT_EQ(meta_.writes, 0U);
}

TEST_F(UnknownVerifierTest, ACodeOfAUrlMadeElsewhereIsTriedWithoutNext) {
    makeUrl();
    for (const char* code : {"c1", "c2"}) {
        bring(code);
        EXPECT_TRUE(withVerifier(400, "no verifier was expected"));
        EXPECT_FALSE(withVerifier(200, "access=a;refresh=r"));
        verify(id_);
    }
    bring("c3");
    EXPECT_TRUE(withVerifier(200, "access=a3;refresh=r3")) << "codes of URLs made here come first";
    verify(id_);
}

TEST_F(UnknownVerifierTest, WhatTheStoreHasLostIsLearnedOfACode) {
    bring("c1");
    EXPECT_FALSE(withVerifier(400, "invalid_grant"));
    EXPECT_TRUE(withVerifier(200, "access=a1;refresh=r1"));
    verify(id_);

    bring("c2");
    EXPECT_TRUE(withVerifier(200, "access=a2;refresh=r2"));
    verify(id_);
    EXPECT_EQ(meta_.writes, 1U);
}

TEST_F(UnknownVerifierTest, TheFirstRefusalIsTold) {
    bring("c");
    EXPECT_FALSE(withVerifier(400, "redirect_uri mismatch"));
    EXPECT_TRUE(withVerifier(400, "invalid_grant"));

    ASSERT_TRUE(result_ && !*result_);
    EXPECT_EQ(result_->error().message, "redirect_uri mismatch");
    EXPECT_EQ(outbound_.submittedCount(), 2U);
}

TEST_F(UnknownVerifierTest, AnOutageIsNoRefusal) {
    bring("c");
    EXPECT_FALSE(withVerifier(503, ""));

    ASSERT_TRUE(result_ && !*result_);
    EXPECT_EQ(result_->error().code, ErrorCode::Unavailable);
    EXPECT_EQ(outbound_.submittedCount(), 1U);
}

TEST_F(UnknownVerifierTest, AProviderWithoutPkceIsAskedOnce) {
    provider_->provider_options.uses_pkce = false;
    bring("c");
    EXPECT_FALSE(withVerifier(400, "invalid_grant"));

    ASSERT_TRUE(result_ && !*result_);
    EXPECT_EQ(outbound_.submittedCount(), 1U);
}

TEST_F(UnknownVerifierTest, ACodeOfTheConfigurationIsTriedInTheSameWay) {
    makeUrl();
    const InstanceId id = awaiting(
        {{"code", "c1"},
         {"oauth.api.key", "app"},
         {"oauth.callback.url", std::string(kPair.redirect_uri)}}
    );
    begin(id);
    EXPECT_TRUE(withVerifier(400, "invalid_grant"));
    EXPECT_FALSE(withVerifier(503, ""));
    EXPECT_EQ(state(id), kAwaiting);

    waitOut();
    EXPECT_FALSE(withVerifier(200, "access=a1")) << "the one that is not refused yet";
    verify(id);
}

TEST_F(UnknownVerifierTest, AStoreThatKeepsNothingHoldsNobodyUp) {
    meta_.refuses_writes = true;
    bring("c");
    EXPECT_FALSE(withVerifier(400, "invalid_grant"));
    EXPECT_TRUE(withVerifier(200, "access=a1;refresh=r1"));
    verify(id_);

    EXPECT_THAT(log_text_, HasSubstr("was not kept"));
}

}  // namespace
}  // namespace ferry::oauth
