// Goal: tokens are fetched as RFC 6749 has it, kept while they are good, and shared by equal
// credentials alone. Method: a standing clock; the token URL is answered by hand.

#include "pipeline/callback_tokens.h"

#include "base/encoding.h"
#include "support/fake_outbound.h"
#include "support/sim_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;
using testing::Not;

class CallbackTokensTest : public testing::Test {
  protected:
    static ClientCredentials credentials() {
        ClientCredentials out;
        out.token_url = "https://login.example.com/token";
        out.client_id = "ferry";
        out.client_secret = Secret("s3cret/&");
        return out;
    }
    void fetch(const ClientCredentials& of, std::uint64_t waiter = 1) {
        tokens_.fetch(of, Milliseconds(5'000), waiter);
    }
    std::vector<TokenAnswer> answer(int status, const std::string& body) {
        http::OutboundResponse response = test::FakeOutbound::answer(status);
        response.latency = Milliseconds(0);
        response.body = body;
        outbound_.complete(std::move(response));
        return tokens_.takeAnswers();
    }
    /// Why there is no token after such an answer.
    std::string problem(int status, const std::string& body) {
        fetch(credentials());
        const auto answers = answer(status, body);
        EXPECT_EQ(answers.size(), 1U);
        EXPECT_FALSE(answers.at(0).token);
        EXPECT_FALSE(tokens_.find(credentials()));
        return answers.at(0).problem;
    }

    test::SimClock clock_;
    test::FakeOutbound outbound_;
    int wakes_ = 0;
    CallbackTokens tokens_{outbound_, clock_, "Ferry/1", [this] { ++wakes_; }};
};

constexpr const char* kHour = R"({"access_token":"tok-1","token_type":"Bearer","expires_in":3600})";

TEST_F(CallbackTokensTest, AsksWithBasicAndKeepsTheTokenUntilShortlyBeforeItsEnd) {
    EXPECT_FALSE(tokens_.find(credentials()));
    fetch(credentials(), 7);
    const http::OutboundRequest request = outbound_.oldest();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://login.example.com/token");
    EXPECT_EQ(request.traffic, http::Traffic::Callback);
    EXPECT_EQ(request.timeout, Milliseconds(5'000));
    EXPECT_EQ(request.body, "grant_type=client_credentials");
    EXPECT_EQ(request.headers.get("Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(request.headers.get("Authorization"), "Basic " + base64Encode("ferry:s3cret%2F%26"));

    const auto answers = answer(200, kHour);
    EXPECT_EQ(wakes_, 1);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].waiter, 7U);
    EXPECT_EQ(answers[0].token, Secret("tok-1"));
    clock_.advance(Milliseconds(3'569'999));
    EXPECT_EQ(tokens_.find(credentials()), Secret("tok-1"));
    clock_.advance(Milliseconds(1));
    EXPECT_FALSE(tokens_.find(credentials()));
}

TEST_F(CallbackTokensTest, AsksInTheBodyWithScopeAndAudience) {
    ClientCredentials posted = credentials();
    posted.is_in_header = false;
    posted.scope = "a b";
    posted.audience = "https://app.example.com";
    posted.tls = std::make_shared<http::TlsIdentity>();
    fetch(posted);
    const http::OutboundRequest request = outbound_.oldest();
    EXPECT_EQ(
        request.body,
        "grant_type=client_credentials&scope=a%20b&audience=https%3A%2F%2Fapp.example.com"
        "&client_id=ferry&client_secret=s3cret%2F%26"
    );
    EXPECT_FALSE(request.headers.get("Authorization"));
    EXPECT_EQ(request.tls, posted.tls);
}

TEST_F(CallbackTokensTest, WhoeverNeedsATokenMeanwhileWaitsForTheSameFetch) {
    fetch(credentials(), 1);
    fetch(credentials(), 2);
    EXPECT_EQ(outbound_.pendingCount(), 1U);
    const auto answers = answer(200, kHour);
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[1].waiter, 2U);
    EXPECT_EQ(answers[1].token, Secret("tok-1"));
    EXPECT_TRUE(tokens_.takeAnswers().empty());
}

TEST_F(CallbackTokensTest, OnlyEqualCredentialsShareAToken) {
    fetch(credentials());
    answer(200, kHour);
    EXPECT_TRUE(tokens_.find(credentials()));
    for (const auto& change : std::vector<void (*)(ClientCredentials&)>{
             [](ClientCredentials& of) { of.client_secret = Secret("guessed"); },
             [](ClientCredentials& of) { of.client_id = "other"; },
             [](ClientCredentials& of) { of.scope = "more"; },
             [](ClientCredentials& of) { of.audience = "other"; },
             [](ClientCredentials& of) { of.token_url += "s"; },
             [](ClientCredentials& of) { of.is_in_header = false; },
             [](ClientCredentials& of) { of.tls = std::make_shared<http::TlsIdentity>(); }}) {
        ClientCredentials other = credentials();
        change(other);
        EXPECT_FALSE(tokens_.find(other));
    }
}

TEST_F(CallbackTokensTest, ARefusedTokenIsNotGivenAgainAndANewerOneStays) {
    fetch(credentials());
    answer(200, kHour);
    tokens_.reject(credentials(), Secret("older"));
    EXPECT_TRUE(tokens_.find(credentials()));
    tokens_.reject(credentials(), Secret("tok-1"));
    EXPECT_FALSE(tokens_.find(credentials()));
}

TEST_F(CallbackTokensTest, EndsAreTakenAsTheyAreWritten) {
    const auto life = [this](const char* expires_in) {
        fetch(credentials());
        const auto answers =
            answer(200, std::string(R"({"access_token":"t","token_type":"bearer")") + expires_in);
        EXPECT_TRUE(answers.at(0).token) << "it is good for those who wait, whatever its end";
        const TimePoint begin = clock_.now();
        while (tokens_.find(credentials()) && clock_.now() - begin < 2 * kTokenLifeMax)
            clock_.advance(Milliseconds(1'000));
        return std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - begin).count();
    };
    EXPECT_EQ(life("}"), 270);
    EXPECT_EQ(life(R"(,"expires_in":100})"), 90);
    EXPECT_EQ(life(R"(,"expires_in":"100"})"), 90);
    EXPECT_EQ(life(R"(,"expires_in":0})"), 0);
    EXPECT_EQ(life(R"(,"expires_in":-1})"), 0);
    EXPECT_EQ(life(R"(,"expires_in":"soon"})"), 0);
    EXPECT_EQ(life(R"(,"expires_in":1e300})"), 86'370);
}

TEST_F(CallbackTokensTest, WhatIsWrongIsSaidWithoutSecrets) {
    EXPECT_EQ(
        problem(401, R"({"error":"invalid_client","error_description":"s3cret/& is wrong"})"),
        "no access token from the token URL: it answered 401 invalid_client"
    );
    EXPECT_THAT(problem(400, R"({"error":"s3cret/&"})"), Not(HasSubstr("s3cret")));
    EXPECT_THAT(problem(410, "gone"), HasSubstr("it answered 410"));
    EXPECT_THAT(problem(302, ""), HasSubstr("it answered 302"));
    EXPECT_THAT(problem(200, "<html>"), HasSubstr("not JSON"));
    EXPECT_THAT(problem(200, "[]"), HasSubstr("not JSON"));
    EXPECT_THAT(problem(200, "{}"), HasSubstr("no usable access_token"));
    EXPECT_THAT(problem(200, R"({"access_token":""})"), HasSubstr("no usable access_token"));
    EXPECT_THAT(
        problem(200, R"({"access_token":"a\r\nX-Evil: 1"})"), HasSubstr("no usable access_token")
    );
    EXPECT_THAT(
        problem(200, R"({"access_token":"t","token_type":"mac"})"), HasSubstr("not a bearer token")
    );
    fetch(credentials());
    outbound_.completeError(http::TransportError::Dns);
    EXPECT_THAT(tokens_.takeAnswers().at(0).problem, HasSubstr("dns"));
}

TEST_F(CallbackTokensTest, TheEndOfTheHubIsNoProblemOfTheTokenUrl) {
    fetch(credentials());
    outbound_.completeError(http::TransportError::Cancelled);
    const auto answers = tokens_.takeAnswers();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_FALSE(answers[0].token);
    EXPECT_EQ(answers[0].problem, "");
}

}  // namespace
}  // namespace ferry::pipeline
