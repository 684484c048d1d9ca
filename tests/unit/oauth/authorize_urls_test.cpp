// Goal: of a code that a caller brings, the hub knows the verifier, whenever its URL was made here.
// Method: the fake provider's URLs, and restarts over the same store.

#include "oauth/authorize_urls.h"

#include "base/encoding.h"
#include "oauth/pkce.h"
#include "oauth_fixture.h"

#include <fmt/format.h>

namespace ferry::oauth {
namespace {

constexpr AppCallback kPair{"app", "https://app.test/cb"};

class AuthorizeUrlsTest : public OauthFixture {
  protected:
    Result<std::string> make(AuthorizeUrls& urls, const AppCallback& pair = kPair) {
        return urls.make(
            *provider_, {}, {std::string(pair.redirect_uri), "s", "", ""}, pair.app_key
        );
    }
    static bool expectsPkce(const AuthorizeUrls& urls, const AppCallback& pair = kPair) {
        const auto verifiers = urls.verifiersOf(pair);
        EXPECT_EQ(verifiers.size(), 2U);
        EXPECT_NE(verifiers[0].empty(), verifiers[1].empty()) << "one with and one without";
        return !verifiers[0].empty();
    }
    /// What is known after a restart.
    std::unique_ptr<AuthorizeUrls> restarted() {
        auto urls = std::make_unique<AuthorizeUrls>(key_, meta_);
        EXPECT_TRUE(urls->load());
        return urls;
    }
};

TEST_F(AuthorizeUrlsTest, AMadeUrlHasTheChallengeOfTheVerifierThatIsTriedFirst) {
    EXPECT_FALSE(expectsPkce(urls_));

    const auto url = make(urls_);

    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(*url, "https://provider.test/authorize?state=s");
    ASSERT_TRUE(expectsPkce(urls_));
    const std::string verifier = urls_.verifiersOf(kPair)[0].reveal();
    EXPECT_GE(verifier.size(), 43U) << "RFC 7636, 4.1";
    EXPECT_EQ(provider_->last_authorize.code_challenge, pkceChallenge(verifier));
}

TEST_F(AuthorizeUrlsTest, AllUrlsOfAnAppHaveOneChallengeOverRestarts) {
    ASSERT_TRUE(make(urls_));
    const std::string challenge = provider_->last_authorize.code_challenge;

    ASSERT_TRUE(make(urls_));
    EXPECT_EQ(provider_->last_authorize.code_challenge, challenge);
    ASSERT_TRUE(make(*restarted()));
    EXPECT_EQ(provider_->last_authorize.code_challenge, challenge);
    EXPECT_EQ(meta_.writes, 1U) << "for the first URL alone";
}

TEST_F(AuthorizeUrlsTest, KnowsAppsAndRedirectUrisApart) {
    ASSERT_TRUE(make(urls_));

    EXPECT_FALSE(expectsPkce(urls_, {"other", kPair.redirect_uri}));
    EXPECT_FALSE(expectsPkce(urls_, {kPair.app_key, "https://app.test/other"}));
    const auto verifier = [&](const AppCallback& pair) { return urls_.verifiersOf(pair); };
    EXPECT_FALSE(verifier(kPair)[0] == verifier({"other", kPair.redirect_uri})[1]);
}

TEST_F(AuthorizeUrlsTest, WithoutPkceThereIsNothingToRemember) {
    provider_->provider_options.uses_pkce = false;

    ASSERT_TRUE(make(urls_));

    EXPECT_EQ(provider_->last_authorize.code_challenge, "");
    EXPECT_FALSE(expectsPkce(urls_));
}

TEST_F(AuthorizeUrlsTest, WhatIsNoUrlIsRefused) {
    for (const char* url : {"", "javascript:alert(1)", "https://x.test/\r\nSet-Cookie: a"}) {
        provider_->authorize_url = url;
        const auto made = make(urls_);
        ASSERT_FALSE(made) << url;
        EXPECT_EQ(made.error().code, ErrorCode::Internal);
    }
    EXPECT_FALSE(expectsPkce(urls_));
}

TEST_F(AuthorizeUrlsTest, ThatAUrlWasMadeOutlivesTheHub) {
    ASSERT_TRUE(make(urls_));
    ASSERT_TRUE(make(urls_, {"second", kPair.redirect_uri}));

    EXPECT_TRUE(expectsPkce(*restarted()));
    EXPECT_TRUE(expectsPkce(*restarted(), {"second", kPair.redirect_uri}));
    EXPECT_FALSE(expectsPkce(*restarted(), {"other", kPair.redirect_uri}));
}

TEST_F(AuthorizeUrlsTest, NoUrlIsGivenOutThatTheStoreDoesNotKeep) {
    meta_.refuses_writes = true;
    const auto refused = make(urls_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(expectsPkce(urls_));
    meta_.refuses_writes = false;

    EXPECT_TRUE(make(urls_));

    EXPECT_TRUE(expectsPkce(*restarted()));
}

TEST_F(AuthorizeUrlsTest, WhereThereAreTooManyToKeepAllAreExpected) {
    for (std::size_t i = 0; i < kUrlPairsMax - 1; ++i)
        ASSERT_TRUE(make(urls_, {std::to_string(i), kPair.redirect_uri}));
    EXPECT_FALSE(expectsPkce(urls_));

    ASSERT_TRUE(make(urls_, {"last", kPair.redirect_uri}));
    ASSERT_TRUE(make(urls_, {"one more", kPair.redirect_uri}));

    EXPECT_EQ(meta_.writes, kUrlPairsMax);
    for (const char* app : {"0", "last", "one more", "other"}) {
        EXPECT_TRUE(expectsPkce(urls_, {app, kPair.redirect_uri})) << app;
        EXPECT_TRUE(expectsPkce(*restarted(), {app, kPair.redirect_uri})) << app;
    }
}

}  // namespace
}  // namespace ferry::oauth
