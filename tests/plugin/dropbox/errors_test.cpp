// Goal: every error that Dropbox is known to give becomes the status that makes the hub do the
// right thing, with a message that says what to do and holds no secret. Method: one table row an
// error.

#include "dropbox_fixture.h"

#include <ostream>

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::Not;

enum class Operation { Exchange, Refresh, Verify, List, Continue };

struct Case {
    const char* name;
    Operation operation;
    AbiResponse answer;
    ferry_status status;
    const char* says;
    std::int64_t retry_after_ms = -1;
};

void PrintTo(const Case& row, std::ostream* out) {
    *out << row.name;
}

AbiResponse api(int status, const std::string& error) {
    return AbiResponse::json(status, R"({"error_summary":"some/..","error":)" + error + "}");
}
AbiResponse tag(int status, const std::string& name) {
    return api(status, R"({".tag":")" + name + "\"}");
}
AbiResponse path(const std::string& reason) {
    return api(409, R"({".tag":"path","path":{".tag":")" + reason + "\"}}");
}
AbiResponse oauth(const std::string& error, const std::string& description) {
    return AbiResponse::json(
        400, R"({"error":")" + error + R"(","error_description":")" + description + "\"}"
    );
}
AbiResponse limited(const std::string& body) {
    return AbiResponse::json(429, body);
}

const Operation kList = Operation::List;
const Operation kContinue = Operation::Continue;
const Operation kVerify = Operation::Verify;
const Operation kRefresh = Operation::Refresh;
const Operation kExchange = Operation::Exchange;

const Case kApiCases[] = {
    {"expired", kContinue, tag(401, "expired_access_token"), FERRY_ERROR_AUTH_EXPIRED, "expired"},
    {"invalid_token",
     kList,
     tag(401, "invalid_access_token"),
     FERRY_ERROR_AUTH_EXPIRED,
     "not valid"},
    {"bare_tag", kList, api(401, R"("expired_access_token")"), FERRY_ERROR_AUTH_EXPIRED, "expired"},
    {"scope",
     kList,
     api(401, R"({".tag":"missing_scope","required_scope":"files.metadata.read"})"),
     FERRY_ERROR_AUTH_REVOKED,
     "authorize again: files.metadata.read"},
    {"scope_unsaid", kList, tag(401, "missing_scope"), FERRY_ERROR_AUTH_REVOKED, "scope"},
    {"suspended",
     kContinue,
     tag(401, "user_suspended"),
     FERRY_ERROR_UNAVAILABLE,
     "suspended",
     3'600'000},
    {"select_user", kList, tag(401, "invalid_select_user"), FERRY_ERROR_REJECTED, "member"},
    {"select_admin", kList, tag(401, "invalid_select_admin"), FERRY_ERROR_REJECTED, "admin"},
    {"route_denied", kVerify, tag(401, "route_access_denied"), FERRY_ERROR_REJECTED, "route"},
    {"other_401", kList, tag(401, "other"), FERRY_ERROR_AUTH_EXPIRED, "refused"},
    {"future_401", kList, tag(401, "brand_new"), FERRY_ERROR_AUTH_EXPIRED, "brand_new"},
    {"plain_401", kList, AbiResponse::plain(401, "no"), FERRY_ERROR_AUTH_EXPIRED, "refused"},

    {"account_type", kList, tag(403, "invalid_account_type"), FERRY_ERROR_REJECTED, "type"},
    {"paper", kList, tag(403, "paper_access_denied"), FERRY_ERROR_REJECTED, "paper_access_denied"},
    {"team_access", kList, tag(403, "team_access_denied"), FERRY_ERROR_REJECTED, "team"},
    {"no_permission", kList, tag(403, "no_permission"), FERRY_ERROR_REJECTED, "no_permission"},
    {"other_403", kVerify, tag(403, "other"), FERRY_ERROR_REJECTED, "denied"},
    // A proxy's page decides nothing: not that the consent is gone, nor that a cursor is.
    {"html_400",
     kList,
     AbiResponse::plain(400, "<h1>access token", "text/html"),
     FERRY_ERROR_UNAVAILABLE,
     "base_urls"},
    {"html_401",
     kList,
     AbiResponse::plain(401, "<h1>", "Text/HTML; charset=utf-8"),
     FERRY_ERROR_UNAVAILABLE,
     "401"},
    {"html_403", kList, AbiResponse::plain(403, "<h1>", "text/html"), FERRY_ERROR_UNAVAILABLE, "403"},
    {"html_409",
     kContinue,
     AbiResponse::plain(409, "<h1>", "text/html"),
     FERRY_ERROR_UNAVAILABLE,
     "409"},
    {"html_429",
     kList,
     AbiResponse::plain(429, "<h1>", "text/html"),
     FERRY_ERROR_RATE_LIMITED,
     "429",
     1'000},

    {"reset", kContinue, tag(409, "reset"), FERRY_ERROR_CURSOR_INVALID, "reset"},
    {"continue_gone", kContinue, path("not_found"), FERRY_ERROR_CURSOR_INVALID, "folder"},
    {"continue_other", kContinue, tag(409, "other"), FERRY_ERROR_CURSOR_INVALID, "cursor"},
    {"continue_locked", kContinue, path("locked"), FERRY_ERROR_CURSOR_INVALID, "path/locked"},
    {"continue_mute", kContinue, AbiResponse::plain(409, ""), FERRY_ERROR_CURSOR_INVALID, "cursor"},
    {"list_gone", kList, path("not_found"), FERRY_ERROR_REJECTED, "dropbox.path"},
    {"list_file", kList, path("not_folder"), FERRY_ERROR_REJECTED, "not a folder"},
    {"list_malformed", kList, path("malformed_path"), FERRY_ERROR_REJECTED, "dropbox.path"},
    {"list_restricted", kList, path("restricted_content"), FERRY_ERROR_REJECTED, "restricted"},
    {"list_prefix", kList, tag(409, "pathology"), FERRY_ERROR_REJECTED, "refused the call"},
    {"list_template",
     kList,
     api(409, R"({".tag":"template_error","template_error":{".tag":"template_not_found"}})"),
     FERRY_ERROR_REJECTED,
     "template_error/template_not_found"},
    {"list_other", kList, tag(409, "other"), FERRY_ERROR_UNAVAILABLE, "why"},
    {"user_message",
     kList,
     AbiResponse::json(
         409,
         R"({"error_summary":"path/..","error":{".tag":"path","path":{".tag":"locked"}},)"
         R"("user_message":{"text":"It is locked.","locale":"en"}})"
     ),
     FERRY_ERROR_REJECTED,
     "It is locked."},

    {"no_root_permission", kList, tag(422, "no_permission"), FERRY_ERROR_REJECTED, "permission"},
    {"future_422", kList, tag(422, "new"), FERRY_ERROR_REJECTED, "root"},

    {"limit_json",
     kList,
     limited(R"({"error_summary":"x","error":{"reason":{".tag":"too_many_requests"},)"
             R"("retry_after":15}})"),
     FERRY_ERROR_RATE_LIMITED,
     "too_many_requests",
     15'000},
    {"limit_header",
     kContinue,
     limited(R"({"error":{"reason":{".tag":"too_many_requests"},"retry_after":15}})")
         .with("Retry-After", "300"),
     FERRY_ERROR_RATE_LIMITED,
     "429",
     300'000},
    {"limit_default",
     kList,
     limited(R"({"error":{"reason":{".tag":"too_many_requests"}}})"),
     FERRY_ERROR_RATE_LIMITED,
     "429",
     1'000},
    {"limit_now",
     kList,
     AbiResponse::plain(429, "too_many_requests").with("retry-after", "0"),
     FERRY_ERROR_RATE_LIMITED,
     "429",
     0},
    {"limit_plain",
     kVerify,
     AbiResponse::plain(429, "slow"),
     FERRY_ERROR_RATE_LIMITED,
     "429",
     1'000},
    {"limit_garbage",
     kList,
     AbiResponse::plain(429, "x").with("retry-after", "-5"),
     FERRY_ERROR_RATE_LIMITED,
     "429",
     1'000},
    {"limit_absurd",
     kList,
     AbiResponse::plain(429, "x").with("retry-after", "999999999"),
     FERRY_ERROR_RATE_LIMITED,
     "429",
     86'400'000},

    {"foreign_cursor",
     kContinue,
     AbiResponse::plain(
         400,
         "Error in call to API function \"files/list_folder/continue\": Invalid \"cursor\" "
         "parameter"
     ),
     FERRY_ERROR_CURSOR_INVALID,
     "cursor"},
    {"cursor_elsewhere", kList, AbiResponse::plain(400, "cursor"), FERRY_ERROR_REJECTED, "cursor"},
    {"unknown_field",
     kList,
     AbiResponse::plain(400, "Error in call to API function: unknown field 'x'"),
     FERRY_ERROR_REJECTED,
     "unknown field 'x'"},
    {"bad_token_400",
     kList,
     AbiResponse::plain(400, "The given OAuth 2 access token is malformed"),
     FERRY_ERROR_AUTH_EXPIRED,
     "refused"},

    {"fault_500",
     kList,
     AbiResponse::plain(500, "<html>", "text/html"),
     FERRY_ERROR_UNAVAILABLE,
     "fault"},
    {"fault_502", kContinue, AbiResponse::plain(502, ""), FERRY_ERROR_UNAVAILABLE, "502"},
    {"fault_503",
     kList,
     AbiResponse::plain(503, "later").with("retry-after", "7"),
     FERRY_ERROR_UNAVAILABLE,
     "later",
     7'000},
    {"redirect", kList, AbiResponse::plain(302, ""), FERRY_ERROR_UNAVAILABLE, "redirect"},
    {"not_dropbox",
     kVerify,
     AbiResponse::plain(404, "nginx"),
     FERRY_ERROR_UNAVAILABLE,
     "base_urls"},
    {"empty_200", kList, AbiResponse::json(200, ""), FERRY_ERROR_UNAVAILABLE, "ends in the middle"},
    {"html_200",
     kContinue,
     AbiResponse::plain(200, "<html>log in</html>", "text/html"),
     FERRY_ERROR_UNAVAILABLE,
     "text/html, not json"},
    {"wrong_type",
     kList,
     AbiResponse::plain(200, R"({"entries":[],"cursor":"C","has_more":false})", "text/plain"),
     FERRY_ERROR_UNAVAILABLE,
     "text/plain, not json"},
    {"not_json", kList, AbiResponse::json(200, "hello"), FERRY_ERROR_MALFORMED, "is not json"},
    {"cut_account",
     kVerify,
     AbiResponse::json(200, R"({"account_id":"db)"),
     FERRY_ERROR_UNAVAILABLE,
     "ends"},

    {"dns", kList, AbiResponse::failure(FERRY_TRANSPORT_DNS), FERRY_ERROR_UNAVAILABLE, "name"},
    {"connect",
     kVerify,
     AbiResponse::failure(FERRY_TRANSPORT_CONNECT),
     FERRY_ERROR_UNAVAILABLE,
     "no con"},
    {"tls", kList, AbiResponse::failure(FERRY_TRANSPORT_TLS), FERRY_ERROR_UNAVAILABLE, "tls"},
    {"timeout",
     kContinue,
     AbiResponse::failure(FERRY_TRANSPORT_TIMEOUT),
     FERRY_ERROR_UNAVAILABLE,
     "timeout"},
    {"reset_transport",
     kRefresh,
     AbiResponse::failure(FERRY_TRANSPORT_RESET),
     FERRY_ERROR_UNAVAILABLE,
     "lost"},
    {"future_transport", kList, AbiResponse::failure(99), FERRY_ERROR_UNAVAILABLE, "no answer"},
    {"too_large",
     kList,
     AbiResponse::failure(FERRY_TRANSPORT_TOO_LARGE),
     FERRY_ERROR_UNAVAILABLE,
     "files/list_folder: the answer is larger than any"},
    {"policy",
     kRefresh,
     AbiResponse::failure(FERRY_TRANSPORT_REFUSED_BY_POLICY),
     FERRY_ERROR_REJECTED,
     "egress"},
};

const Case kTokenCases[] = {
    {"code_used",
     kExchange,
     oauth("invalid_grant", "code doesn't exist or has expired"),
     FERRY_ERROR_AUTH_REVOKED,
     "code doesn't exist"},
    {"redirect_mismatch",
     kExchange,
     oauth("invalid_grant", "redirect_uri mismatch"),
     FERRY_ERROR_REJECTED,
     "oauth.callback.url"},
    {"revoked",
     kRefresh,
     oauth("invalid_grant", "refresh token is invalid or revoked"),
     FERRY_ERROR_AUTH_REVOKED,
     "authorize the instance again"},
    {"malformed_refresh",
     kRefresh,
     oauth("invalid_grant", "refresh token is malformed"),
     FERRY_ERROR_AUTH_REVOKED,
     "malformed"},
    {"client_in_one",
     kRefresh,
     AbiResponse::json(400, R"({"error":"invalid_client: Invalid client_id or client_secret"})"),
     FERRY_ERROR_REJECTED,
     "oauth.api.key and oauth.api.secret"},
    {"client_401",
     kExchange,
     AbiResponse::json(401, R"({"error":"invalid_client"})"),
     FERRY_ERROR_REJECTED,
     "oauth.api.key and oauth.api.secret"},
    {"invalid_request",
     kRefresh,
     oauth("invalid_request", "x"),
     FERRY_ERROR_REJECTED,
     "invalid_request"},
    {"grant_type",
     kExchange,
     oauth("unsupported_grant_type", "x"),
     FERRY_ERROR_REJECTED,
     "grant_type"},
    {"plain_400", kRefresh, AbiResponse::plain(400, "bad"), FERRY_ERROR_REJECTED, "bad"},
    {"html_400",
     kRefresh,
     AbiResponse::plain(400, "<p>", "text/html"),
     FERRY_ERROR_UNAVAILABLE,
     "400"},
    {"html_403",
     kRefresh,
     AbiResponse::plain(403, "<p>", "text/html"),
     FERRY_ERROR_UNAVAILABLE,
     "403"},
    {"fault",
     kRefresh,
     AbiResponse::json(500, R"({"error":"The server has either erred or is incapable"})"),
     FERRY_ERROR_UNAVAILABLE,
     "fault"},
    {"invalid_grant_in_500",
     kRefresh,
     AbiResponse::json(500, R"({"error":"invalid_grant"})"),
     FERRY_ERROR_UNAVAILABLE,
     "500"},
    {"limited",
     kRefresh,
     AbiResponse::plain(429, "").with("retry-after", "9"),
     FERRY_ERROR_RATE_LIMITED,
     "429",
     9'000},
    {"redirect", kRefresh, AbiResponse::plain(301, ""), FERRY_ERROR_UNAVAILABLE, "redirect"},
    {"cut",
     kRefresh,
     AbiResponse::json(200, R"({"access_token":"a)"),
     FERRY_ERROR_UNAVAILABLE,
     "ends"},
    {"html",
     kRefresh,
     AbiResponse::plain(200, "<p>", "text/html"),
     FERRY_ERROR_UNAVAILABLE,
     "html"},
    {"mac",
     kRefresh,
     AbiResponse::json(200, R"({"access_token":"a","token_type":"mac"})"),
     FERRY_ERROR_MALFORMED,
     "shape"},
};

class Errors : public DropboxTest, public testing::WithParamInterface<Case> {
  protected:
    AbiOutcome run(const AbiAccount& account, const AbiTokens& with, const Script& script) {
        switch (GetParam().operation) {
            case Operation::Exchange:
                return plugin_.exchange(account, "the-code", "cb", "the-verifier", script);
            case Operation::Refresh:
                return plugin_.refresh(account, with, script);
            case Operation::Verify:
                return plugin_.verify(account, with, script);
            case Operation::List:
                return plugin_.fetch(account, with, FERRY_FETCH_BASELINE, "", script);
            case Operation::Continue:
                break;
        }
        const AbiOutcome start =
            plugin_.fetch(account, with, FERRY_FETCH_BASELINE, "", {page("", "C1")});
        return plugin_.fetch(account, with, FERRY_FETCH_CONTINUE, start.next_cursor, script);
    }
};

TEST_P(Errors, BecomeTheStatusThatSaysWhatToDo) {
    const Case& row = GetParam();

    const AbiOutcome outcome = run(account(), tokens(), {row.answer});

    EXPECT_EQ(outcome.status, row.status) << outcome.message;
    EXPECT_EQ(outcome.failed_as, row.status);
    EXPECT_EQ(outcome.retry_after_ms, row.retry_after_ms);
    EXPECT_THAT(outcome.message, HasSubstr(row.says));
    EXPECT_LE(outcome.message.size(), 512u) << outcome.message;
    EXPECT_EQ(outcome.requests.size(), 1u);
    EXPECT_TRUE(outcome.tokens.empty() && outcome.identities.empty() && !outcome.has_page);
}

TEST_P(Errors, NeverShowASecretThatTheAnswerEchoes) {
    AbiResponse echo = GetParam().answer;
    if (echo.status == 0) return;
    const std::string secrets = "access-token refresh-token appsecret the-code the-verifier ";
    echo.body = echo.body.empty() || echo.body[0] != '{'
                    ? secrets + echo.body
                    : R"({"error_description":")" + secrets + R"(","user_message":{"text":")" +
                          secrets + "\"}," + echo.body.substr(1);

    const AbiOutcome outcome = run(account(), tokens(), {echo});

    // An exchange knows the code, the others the tokens.
    const std::vector<std::string> known =
        GetParam().operation == Operation::Exchange
            ? std::vector<std::string>{"appsecret", "the-code", "the-verifier"}
            : std::vector<std::string>{"appsecret", "access-token", "refresh-token"};
    for (const std::string& secret : known)
        EXPECT_THAT(outcome.message, Not(HasSubstr(secret)));
}

std::string caseName(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Api, Errors, testing::ValuesIn(kApiCases), caseName);
INSTANTIATE_TEST_SUITE_P(Token, Errors, testing::ValuesIn(kTokenCases), caseName);

class ErrorDetails : public DropboxTest {};

TEST_F(ErrorDetails, AMessageIsWholeAndNamesTheRequestForDropboxSupport) {
    const AbiOutcome outcome = plugin_.verify(
        account(),
        tokens(),
        {AbiResponse::plain(400, "bad\r\n\tthing \xff!").with("x-dropbox-request-id", "abc123")}
    );
    EXPECT_EQ(
        outcome.message,
        "users/get_current_account: http 400: dropbox refused the request: bad thing ! "
        "(request id abc123)"
    );
}

TEST_F(ErrorDetails, ATokenMadeByHandThatIsRefusedIsTheEndOfTheConsent) {
    for (const char* reason : {"expired_access_token", "invalid_access_token", "other"}) {
        const AbiOutcome outcome = plugin_.verify(apiKeyAccount(), {}, {tag(401, reason)});
        EXPECT_EQ(outcome.status, FERRY_ERROR_AUTH_REVOKED);
        EXPECT_THAT(outcome.message, HasSubstr("dropbox.authorization.apikey"));
    }
    EXPECT_EQ(
        plugin_.verify(apiKeyAccount(), {}, {tag(401, "user_suspended")}).status,
        FERRY_ERROR_UNAVAILABLE
    );
}

}  // namespace
}  // namespace ferry::test
