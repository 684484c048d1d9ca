// Goal: an account is connected with exactly the requests that Dropbox's token endpoint and
// users/get_current_account want. Method: whole requests compared as text, scripted answers.

#include "dropbox_fixture.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class Auth : public DropboxTest {};

const std::string kBasic = "Authorization: Basic YXBwa2V5OmFwcHNlY3JldA==\n";  // appkey:appsecret

TEST_F(Auth, AuthorizeUrlHasPkceOfflineAccessAndTheScopes) {
    const AbiOutcome outcome = plugin_.authorizeUrl(
        account(),
        "https://hub.example.com/oauth/callback?x=1",
        "st/ate+1",
        {"account_info.read", "files.metadata.read"},
        "chal-lenge_"
    );

    ASSERT_EQ(outcome.status, FERRY_OK);
    EXPECT_THAT(
        outcome.texts,
        ElementsAre("https://www.example.com/oauth2/authorize?response_type=code&client_id=appkey"
                    "&redirect_uri=https%3A%2F%2Fhub.example.com%2Foauth%2Fcallback%3Fx%3D1"
                    "&state=st%2Fate%2B1&token_access_type=offline&code_challenge=chal-lenge_"
                    "&code_challenge_method=S256"
                    "&scope=account_info.read%20files.metadata.read")
    );
}

TEST_F(Auth, AuthorizeUrlLeavesOutWhatIsNotGivenAndAddsExtras) {
    const AbiOutcome outcome =
        plugin_.authorizeUrl(account(), "", "", {}, "", {{"force_reapprove", "true"}});

    EXPECT_THAT(
        outcome.texts,
        ElementsAre("https://www.example.com/oauth2/authorize?response_type=code&client_id=appkey"
                    "&token_access_type=offline&force_reapprove=true")
    );
}

TEST_F(Auth, AuthorizeUrlNeedsTheAppKey) {
    const AbiOutcome outcome = plugin_.authorizeUrl({}, "", "s", {}, "c");

    EXPECT_EQ(outcome.status, FERRY_ERROR_INVALID);
    EXPECT_THAT(outcome.message, HasSubstr("oauth.api.key"));
}

TEST_F(Auth, ExchangesACodeWithBasicAndTheVerifier) {
    const AbiOutcome outcome = plugin_.exchange(
        account(),
        "co/de",
        "https://hub/cb",
        "verifier~1",
        {AbiResponse::json(
            200,
            R"({"access_token":"sl.A","token_type":"bearer","expires_in":14400,)"
            R"("refresh_token":"R","scope":"a b","uid":"1","account_id":"dbid:X","new":[1]})"
        )}
    );

    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    ASSERT_THAT(outcome.requests, SizeIs(1));
    EXPECT_EQ(
        outcome.requests[0].text(),
        "POST https://api.example.com/oauth2/token\n" + kBasic +
            "Content-Type: application/x-www-form-urlencoded\n\n"
            "grant_type=authorization_code&code=co%2Fde&redirect_uri=https%3A%2F%2Fhub%2Fcb"
            "&code_verifier=verifier~1"
    );
    ASSERT_THAT(outcome.tokens, SizeIs(1));
    const AbiTokens& tokens = outcome.tokens[0];
    EXPECT_EQ(tokens.access_token, "sl.A");
    EXPECT_EQ(tokens.refresh_token, "R");
    EXPECT_EQ(tokens.expires_at_ms, plugin_.now_ms + 14'400'000);
    EXPECT_EQ(tokens.scope, "a b");
    EXPECT_EQ(tokens.account_id, "dbid:X");
}

TEST_F(Auth, ExchangesWithoutASecretByPkceAlone) {
    AbiAccount no_secret = account();
    no_secret.configuration = {{"oauth.api.key", "appkey"}};

    const AbiOutcome outcome = plugin_.exchange(no_secret, "c", "", "v", {});

    ASSERT_EQ(outcome.status, FERRY_NEED_HTTP);
    EXPECT_EQ(
        outcome.requests.at(0).text(),
        "POST https://api.example.com/oauth2/token\n"
        "Content-Type: application/x-www-form-urlencoded\n\n"
        "grant_type=authorization_code&code=c&code_verifier=v&client_id=appkey"
    );
}

TEST_F(Auth, RefusesATokenOfAWholeTeam) {
    const AbiOutcome outcome = plugin_.exchange(
        account(),
        "c",
        "",
        "",
        {AbiResponse::json(200, R"({"access_token":"t","token_type":"bearer","team_id":"dbtid:1"})")
        }
    );

    EXPECT_EQ(outcome.status, FERRY_ERROR_REJECTED);
    EXPECT_THAT(outcome.message, HasSubstr("whole team"));
}

TEST_F(Auth, RefreshKeepsTheOldRefreshTokenAndWhatTheAnswerDoesNotMention) {
    const AbiOutcome outcome = plugin_.refresh(
        account(),
        tokens(),
        {AbiResponse::json(200, R"({"access_token":"sl.B","token_type":"Bearer","expires_in":60})")}
    );

    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    EXPECT_EQ(
        outcome.requests.at(0).text(),
        "POST https://api.example.com/oauth2/token\n" + kBasic +
            "Content-Type: application/x-www-form-urlencoded\n\n"
            "grant_type=refresh_token&refresh_token=refresh-token"
    );
    const AbiTokens& fresh = outcome.tokens.at(0);
    EXPECT_EQ(fresh.access_token, "sl.B");
    EXPECT_EQ(fresh.refresh_token, "refresh-token");
    EXPECT_EQ(fresh.scope, "account_info.read");
    EXPECT_EQ(fresh.account_id, "dbid:AAA");
    EXPECT_EQ(fresh.expires_at_ms, plugin_.now_ms + 60'000);
}

TEST_F(Auth, RefreshAsksNothingWhenThereIsNothingToRefreshWith) {
    AbiTokens no_refresh = tokens();
    no_refresh.refresh_token.clear();

    const AbiOutcome without = plugin_.refresh(account(), no_refresh, {});
    const AbiOutcome api_key = plugin_.refresh(apiKeyAccount(), {}, {});

    EXPECT_EQ(without.status, FERRY_ERROR_AUTH_REVOKED);
    EXPECT_EQ(api_key.status, FERRY_ERROR_AUTH_REVOKED);
    EXPECT_THAT(api_key.message, HasSubstr("dropbox.authorization.apikey"));
    EXPECT_THAT(api_key.requests, SizeIs(0));
}

TEST_F(Auth, RevokeSendsTheTokenAndTakesADeadOneForDone) {
    const AbiOutcome revoked =
        plugin_.revoke(account(), tokens(), {AbiResponse::json(200, "null")});
    const AbiOutcome dead =
        plugin_.revoke(account(), tokens(), {apiError(401, R"({".tag":"invalid_access_token"})")});
    const AbiOutcome expired =
        plugin_.revoke(account(), tokens(), {apiError(401, R"({".tag":"expired_access_token"})")});

    ASSERT_EQ(revoked.status, FERRY_OK) << revoked.message;
    EXPECT_EQ(
        revoked.requests.at(0).text(),
        "POST https://api.example.com/2/auth/token/revoke\nAuthorization: Bearer access-token\n"
        "Content-Type: application/json\n\nnull"
    );
    EXPECT_EQ(dead.status, FERRY_OK);
    EXPECT_EQ(expired.status, FERRY_ERROR_AUTH_EXPIRED);
}

TEST_F(Auth, RevokeLeavesATokenMadeByHandAlone) {
    const AbiOutcome outcome = plugin_.revoke(apiKeyAccount(), {}, {});

    EXPECT_EQ(outcome.status, FERRY_OK);
    EXPECT_THAT(outcome.requests, SizeIs(0));
}

TEST_F(Auth, VerifyTellsWhoseTheTokensAreAndTheirNamespaces) {
    const AbiOutcome outcome = plugin_.verify(
        teamAccount(),
        tokens(),
        {AbiResponse::json(
            200,
            R"({"account_id":"dbid:AAA","name":{"display_name":"Jane Doe"},"email":"j@example.com",)"
            R"("account_type":{".tag":"business"},"team":{"id":"dbtid:1","name":"Acme"},)"
            R"("root_info":{".tag":"team","root_namespace_id":"777","home_namespace_id":"111",)"
            R"("home_path":"/Jane Doe"}})"
        )}
    );

    ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
    // Relative to no root: the question must work when the root that is known is wrong.
    EXPECT_EQ(
        outcome.requests.at(0).text(),
        "POST https://api.example.com/2/users/get_current_account\n"
        "Authorization: Bearer access-token\nContent-Type: application/json\n\nnull"
    );
    const AbiIdentity& identity = outcome.identities.at(0);
    EXPECT_EQ(identity.account_id, "dbid:AAA");
    EXPECT_EQ(identity.label, "Jane Doe <j@example.com>");
    EXPECT_EQ(identity.tenant, "dbtid:1");
    EXPECT_EQ(identity.account_state, kTeamState);
    EXPECT_EQ(
        identity.extra,
        R"({"email":"j@example.com","display_name":"Jane Doe","account_type":"business",)"
        R"("team_name":"Acme"})"
    );
}

TEST_F(Auth, ApiKeyIsTheBearerAndTokensAreNot) {
    const AbiOutcome outcome = plugin_.verify(apiKeyAccount(), tokens(), {});

    ASSERT_EQ(outcome.status, FERRY_NEED_HTTP);
    EXPECT_EQ(
        outcome.requests.at(0).text(),
        "POST https://api.dropboxapi.com/2/users/get_current_account\n"
        "Authorization: Bearer handmade-token\nContent-Type: application/json\n\nnull"
    );
}

TEST_F(Auth, NoAccessTokenAsksForARefreshAndAnEmptyApiKeyForThePerson) {
    AbiAccount no_key = apiKeyAccount();
    no_key.configuration = {{"authentication.type", "apiKey"}};

    EXPECT_EQ(plugin_.verify(account(), {}, {}).status, FERRY_ERROR_AUTH_EXPIRED);
    const AbiOutcome outcome = plugin_.verify(no_key, {}, {});
    EXPECT_EQ(outcome.status, FERRY_ERROR_INVALID);
    EXPECT_THAT(outcome.message, HasSubstr("dropbox.authorization.apikey"));
}

TEST_F(Auth, RefusesAnswersWithoutWhatTheyAreFor) {
    for (const char* body :
         {"{}", R"({"access_token":5})", "[]", "null", R"({"access_token":""})"}) {
        EXPECT_EQ(
            plugin_.refresh(account(), tokens(), {AbiResponse::json(200, body)}).status,
            FERRY_ERROR_MALFORMED
        ) << body;
        EXPECT_EQ(
            plugin_.verify(account(), tokens(), {AbiResponse::json(200, body)}).status,
            FERRY_ERROR_MALFORMED
        ) << body;
    }
}

}  // namespace
}  // namespace ferry::test
