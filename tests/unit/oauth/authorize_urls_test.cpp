// Goal: of a code that a caller brings, the hub knows whether its URL was made here, as far as that
// can be known. Method: the fake provider's URLs, and restarts over the same store.

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
    Result<std::string> make(
        AuthorizeUrls& urls, const AppCallback& pair = kPair, bool has_key = true
    ) {
        return urls.make(
            *provider_, {}, {std::string(pair.redirect_uri), "s", "", ""}, pair.app_key, has_key
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

TEST_F(AuthorizeUrlsTest, WhoHasNoKeyChangesNothing) {
    ASSERT_TRUE(make(urls_, kPair, false));

    EXPECT_EQ(provider_->last_authorize.code_challenge, "") << "none will be expected";
    EXPECT_FALSE(expectsPkce(urls_));
    ASSERT_TRUE(make(urls_));
    ASSERT_TRUE(make(urls_, kPair, false));
    EXPECT_NE(provider_->last_authorize.code_challenge, "") << "it will be expected now";
    EXPECT_TRUE(expectsPkce(urls_));
    ASSERT_TRUE(urls_.prove(kPair, true));
    ASSERT_TRUE(make(*restarted(), kPair, false));
    EXPECT_NE(provider_->last_authorize.code_challenge, "");
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

TEST_F(AuthorizeUrlsTest, WhatACodeHasProvedOutlivesTheHub) {
    ASSERT_TRUE(make(urls_));
    EXPECT_EQ(meta_.writes, 0U) << "a URL proves nothing";
    EXPECT_FALSE(expectsPkce(*restarted()));

    ASSERT_TRUE(urls_.prove(kPair, true));
    ASSERT_TRUE(urls_.prove(kPair, true));

    EXPECT_EQ(meta_.writes, 1U);
    EXPECT_TRUE(expectsPkce(*restarted()));
    EXPECT_FALSE(expectsPkce(*restarted(), {"other", kPair.redirect_uri}));
}

TEST_F(AuthorizeUrlsTest, WhereCodesComeWithoutAVerifierUrlsHaveNoChallenge) {
    ASSERT_TRUE(urls_.prove(kPair, false));
    const auto after = restarted();

    for (AuthorizeUrls* urls : {&urls_, after.get()}) {
        ASSERT_TRUE(make(*urls));
        EXPECT_EQ(provider_->last_authorize.code_challenge, "");
        EXPECT_FALSE(expectsPkce(*urls)) << "nobody changes that by asking for a URL";
    }
    ASSERT_TRUE(make(urls_, {"other", kPair.redirect_uri}));
    EXPECT_NE(provider_->last_authorize.code_challenge, "");
}

TEST_F(AuthorizeUrlsTest, TheLastCodeSaysWhatIsLikely) {
    for (const bool has_verifier : {false, true, false}) {
        ASSERT_TRUE(urls_.prove(kPair, has_verifier));
        EXPECT_EQ(expectsPkce(urls_), has_verifier);
        EXPECT_EQ(expectsPkce(*restarted()), has_verifier);
    }
}

TEST_F(AuthorizeUrlsTest, AStoreThatIsFullIsToldAgain) {
    meta_.refuses_writes = true;
    EXPECT_FALSE(urls_.prove(kPair, true));
    meta_.refuses_writes = false;

    EXPECT_TRUE(urls_.prove(kPair, true));

    EXPECT_TRUE(expectsPkce(*restarted()));
}

TEST_F(AuthorizeUrlsTest, TheOldestOnesGiveWay) {
    ASSERT_TRUE(make(urls_, {"first", kPair.redirect_uri}));
    ASSERT_TRUE(make(urls_, {"second", kPair.redirect_uri}));
    for (std::size_t i = 0; i < kUrlsMadeMax - 2; ++i)
        ASSERT_TRUE(make(urls_, {std::to_string(i), kPair.redirect_uri}));
    ASSERT_TRUE(make(urls_, {"first", kPair.redirect_uri})) << "used again, and so not the oldest";
    EXPECT_TRUE(expectsPkce(urls_, {"second", kPair.redirect_uri}));

    ASSERT_TRUE(make(urls_));

    EXPECT_TRUE(expectsPkce(urls_, {"first", kPair.redirect_uri}));
    EXPECT_FALSE(expectsPkce(urls_, {"second", kPair.redirect_uri}));
}

TEST_F(AuthorizeUrlsTest, TheOldestOfTheStoreGiveWay) {
    for (std::size_t i = 0; i <= kUrlsProvedMax; ++i)
        ASSERT_TRUE(urls_.prove({std::to_string(i), kPair.redirect_uri}, true));

    const auto after = restarted();
    EXPECT_FALSE(expectsPkce(*after, {"0", kPair.redirect_uri}));
    EXPECT_TRUE(expectsPkce(*after, {"1", kPair.redirect_uri}));
    EXPECT_TRUE(expectsPkce(*after, {std::to_string(kUrlsProvedMax), kPair.redirect_uri}));
}

}  // namespace
}  // namespace ferry::oauth
