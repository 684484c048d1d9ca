// Goal: codes, tokens and their ends behave as at Dropbox, with its words in the errors. Method:
// the authorize page and the token endpoint, on a clock the test owns.

#include "base/crypto.h"
#include "base/encoding.h"
#include "unit/demo/fake_fixture.h"

namespace ferry::demo {
namespace {

constexpr const char* kRedirect = "https://hub.example.com/oauth/callback";
constexpr const char* kVerifier = "a-verifier-of-at-least-forty-three-characters-0123456789";

class OAuth : public FakeFixture {
  protected:
    std::string code(const std::string& challenge = {}) {
        Consent consent;
        consent.app_key = app.key;
        consent.account_id = account;
        consent.redirect_uri = kRedirect;
        consent.code_challenge = challenge;
        return fake.issueCode(consent);
    }
    Reply token(const std::string& form, bool has_secret = true) {
        Request request;
        request.path = "/oauth2/token";
        request.headers["Content-Type"] = "application/x-www-form-urlencoded";
        request.body = form + "&client_id=" + app.key;
        if (has_secret) request.body += "&client_secret=" + app.secret;
        return fake.handle(request);
    }
    Reply exchange(const std::string& with_code, const std::string& more = {}) {
        return token(
            "grant_type=authorization_code&code=" + with_code +
            "&redirect_uri=" + percentEncode(kRedirect) + more
        );
    }
    Reply refresh(const std::string& refresh_token) {
        return token("grant_type=refresh_token&refresh_token=" + refresh_token);
    }
    static std::string description(const Reply& reply) {
        const Json json = parsed(reply);
        EXPECT_STREQ(json["error"].GetString(), "invalid_grant") << reply.body;
        return json["error_description"].GetString();
    }
    Reply decide(const std::string& decision) {
        Request request;
        request.path = "/oauth2/authorize";
        request.body = "response_type=code&client_id=" + app.key +
                       "&redirect_uri=" + percentEncode(kRedirect) +
                       "&state=s%201&token_access_type=offline" +
                       "&account_id=" + percentEncode(account) + "&decision=" + decision;
        return fake.handle(request);
    }
    int listStatus() { return call("files/list_folder", R"({"path":""})").status; }
};

TEST_F(OAuth, CodeGivesTokensOnceAndForTenMinutes) {
    const std::string first = code();
    const Reply reply = exchange(first);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const Json json = parsed(reply);
    EXPECT_EQ(json["account_id"].GetString(), account);
    EXPECT_EQ(json["expires_in"].GetInt(), 14400);
    EXPECT_TRUE(json["uid"].IsString());
    EXPECT_EQ(description(exchange(first)), "code doesn't exist or has expired");

    const std::string late = code();
    clock.advance(std::chrono::minutes(10) - Milliseconds(1));
    const std::string later = code();
    EXPECT_EQ(exchange(late).status, 200);
    clock.advance(std::chrono::minutes(10));
    EXPECT_EQ(description(exchange(later)), "code doesn't exist or has expired");
}

TEST_F(OAuth, RedirectUriMustBeTheOneOfTheAuthorizeStep) {
    EXPECT_EQ(
        description(token("grant_type=authorization_code&code=" + code())), "redirect_uri mismatch"
    );
}

TEST_F(OAuth, PkceNeedsTheRightVerifier) {
    const std::string challenge = base64UrlEncode(asText(sha256(kVerifier)));
    EXPECT_EQ(
        description(exchange(code(challenge), "&code_verifier=wrong")), "invalid code verifier"
    );
    EXPECT_EQ(exchange(code(challenge), std::string("&code_verifier=") + kVerifier).status, 200);
    const std::string form =
        "grant_type=authorization_code&redirect_uri=" + percentEncode(kRedirect) +
        "&code=" + code(challenge) + "&code_verifier=" + kVerifier;
    const Reply without_secret = token(form, false);
    ASSERT_EQ(without_secret.status, 200);
    const Json json = parsed(without_secret);
    EXPECT_EQ(
        token(
            std::string("grant_type=refresh_token&refresh_token=") +
                json["refresh_token"].GetString(),
            false
        )
            .status,
        200
    );
}

TEST_F(OAuth, ARefusalUsesACodeUpAndAVerifierNeedsAChallenge) {
    const std::string verifier = std::string("&code_verifier=") + kVerifier;
    const std::string kept = code();
    EXPECT_EQ(description(exchange(kept, verifier)), "code was not issued for PKCE");
    EXPECT_EQ(exchange(kept).status, 200);

    fake.setSurplusVerifierEndsCode(true);
    const std::string plain = code();
    EXPECT_EQ(description(exchange(plain, verifier)), "code was not issued for PKCE");
    EXPECT_EQ(description(exchange(plain)), "code doesn't exist or has expired");

    const std::string with_challenge = code(base64UrlEncode(asText(sha256(kVerifier))));
    EXPECT_EQ(description(exchange(with_challenge)), "invalid code verifier");
    EXPECT_EQ(description(exchange(with_challenge, verifier)), "code doesn't exist or has expired");
}

TEST_F(OAuth, ClientAuthenticatesByFormBasicOrQuery) {
    const std::string grant = "grant_type=refresh_token&refresh_token=" + tokens.refresh_token;
    Request basic;
    basic.path = "/1/oauth2/token";
    basic.headers["Content-Type"] = "application/x-www-form-urlencoded";
    basic.headers["Authorization"] = "Basic " + base64Encode(app.key + ":" + app.secret);
    basic.body = grant;
    Request query;
    query.path = "/oauth2/token";
    query.headers["Content-Type"] = "application/json";
    query.query = grant + "&client_id=" + app.key + "&client_secret=" + app.secret;

    EXPECT_EQ(refresh(tokens.refresh_token).status, 200);
    EXPECT_EQ(fake.handle(basic).status, 200);
    EXPECT_EQ(fake.handle(query).status, 200);
    basic.headers["Authorization"] = "Basic " + base64Encode(app.key + ":wrong");
    EXPECT_EQ(
        fake.handle(basic).body, R"({"error":"invalid_client: Invalid client_id or client_secret"})"
    );
    EXPECT_EQ(fake.requests("oauth2/token"), 4U);
}

TEST_F(OAuth, AccessTokensLiveFourHoursAndRefreshKeepsTheRefreshToken) {
    clock.advance(std::chrono::hours(4) - Milliseconds(1));
    EXPECT_EQ(listStatus(), 200);
    clock.advance(Milliseconds(1));
    EXPECT_NE(
        call("files/list_folder", R"({"path":""})").body.find("expired_access_token"),
        std::string::npos
    );
    const Json json = parsed(refresh(tokens.refresh_token));
    EXPECT_FALSE(json.HasMember("refresh_token"));
    tokens.access_token = json["access_token"].GetString();
    EXPECT_EQ(listStatus(), 200);
    EXPECT_EQ(refresh(tokens.refresh_token).status, 200);
}

TEST_F(OAuth, RevokingOneAccessTokenEndsTheWholeGrant) {
    const std::string other = parsed(refresh(tokens.refresh_token))["access_token"].GetString();
    EXPECT_EQ(call("auth/token/revoke", "null").body, "null");
    tokens.access_token = other;
    EXPECT_NE(
        call("files/list_folder", R"({"path":""})").body.find("invalid_access_token"),
        std::string::npos
    );
    EXPECT_EQ(description(refresh(tokens.refresh_token)), "refresh token is invalid or revoked");
    EXPECT_EQ(description(refresh("garbage")), "refresh token is malformed");
    EXPECT_FALSE(fake.isLinked(app.key, account));
}

TEST_F(OAuth, SuspendedUsersAndMissingScopesAre401) {
    fake.setSuspended(account, true);
    EXPECT_NE(call("users/get_current_account", "").body.find("user_suspended"), std::string::npos);
    fake.setSuspended(account, false);
    const Json narrow = parsed(token(
        "grant_type=refresh_token&scope=account_info.read&refresh_token=" + tokens.refresh_token
    ));
    tokens.access_token = narrow["access_token"].GetString();
    const Reply refused = call("files/list_folder", R"({"path":""})");
    EXPECT_EQ(refused.status, 401);
    EXPECT_STREQ(parsed(refused)["error"]["required_scope"].GetString(), "files.metadata.read");
}

TEST_F(OAuth, ConsentRedirectsWithCodeAndDenialWithError) {
    const std::string allowed = headerOf(decide("allow"), "Location");
    EXPECT_TRUE(allowed.starts_with(std::string(kRedirect) + "?code=")) << allowed;
    EXPECT_TRUE(allowed.ends_with("&state=s%201")) << allowed;
    const std::string denied = headerOf(decide("deny"), "Location");
    EXPECT_NE(denied.find("error=access_denied"), std::string::npos);
    fake.faults().next("oauth2/authorize", FaultKind::WrongState);
    EXPECT_EQ(headerOf(decide("allow"), "Location").find("s%201"), std::string::npos);
}

TEST_F(OAuth, AuthorizePageNeverRedirectsToAnUnknownUri) {
    Request request;
    request.method = "GET";
    request.path = "/oauth2/authorize";
    request.query =
        "response_type=code&client_id=" + app.key + "&redirect_uri=https://evil.example/";
    const Reply reply = fake.handle(request);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(headerOf(reply, "Location"), "");
}

TEST_F(OAuth, TokenFaultsHappenOnTheCallsTheyWereScriptedFor) {
    fake.faults().tokenEndpoint500(2);
    EXPECT_EQ(refresh(tokens.refresh_token).status, 500);
    EXPECT_EQ(refresh(tokens.refresh_token).status, 500);
    EXPECT_EQ(refresh(tokens.refresh_token).status, 200);
    fake.faults().next("oauth2/token", FaultKind::TeamToken);
    const Json team = parsed(exchange(code()));
    EXPECT_TRUE(team.HasMember("team_id"));
    EXPECT_FALSE(team.HasMember("account_id"));
    Fault brief;
    brief.kind = FaultKind::ShortExpiry;
    brief.number = 60;
    fake.faults().add({"oauth2/token", brief});
    const Json json = parsed(refresh(tokens.refresh_token));
    EXPECT_EQ(json["expires_in"].GetInt(), 60);
    tokens.access_token = json["access_token"].GetString();
    clock.advance(std::chrono::seconds(60));
    EXPECT_EQ(listStatus(), 401);
}

}  // namespace
}  // namespace ferry::demo
