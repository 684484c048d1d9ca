// Goal: our HTTP values read what is on the wire: header names without case, decoded queries.
// Method: tables of inputs.

#include "http/message.h"

#include "base/clock.h"
#include "http/problem.h"

#include <gtest/gtest.h>

namespace ferry::http {
namespace {

TEST(Headers, NamesCompareWithoutCaseAndTheFirstWins) {
    Headers headers;
    headers.add("X-Dropbox-Signature", "one");
    headers.add("x-dropbox-signature", "two");

    EXPECT_EQ(headers.get("X-DROPBOX-SIGNATURE"), "one");
    EXPECT_EQ(headers.get("X-Dropbox-Signatur"), std::nullopt);
    EXPECT_EQ(headers.fields().size(), 2U);
}

TEST(Request, QueryValuesAreDecoded) {
    Request request;
    request.query = "challenge=a%20b+c&empty=&flag&bad=%zz&a%62=key&challenge=second";

    EXPECT_EQ(request.queryValue("challenge"), "a b c");
    EXPECT_EQ(request.queryValue("empty"), "");
    EXPECT_EQ(request.queryValue("flag"), "");
    EXPECT_EQ(request.queryValue("ab"), "key");
    EXPECT_EQ(request.queryValue("bad"), std::nullopt);
    EXPECT_EQ(request.queryValue("absent"), std::nullopt);
    EXPECT_EQ(
        request.queryValues("challenge"), (std::vector<std::string>{"a b c", "second"})
    );
    EXPECT_TRUE(request.queryValues("bad").empty());
    EXPECT_TRUE(request.queryValues("absent").empty());
}

TEST(Request, AnEmptyQueryHasNoValues) {
    EXPECT_EQ(Request().queryValue("a"), std::nullopt);
    EXPECT_EQ(Request().queryValue(""), std::nullopt);
}

TEST(Problem, EveryCodeHasAnErrorStatus) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
        EXPECT_GE(statusOf(static_cast<ErrorCode>(code)), 400) << code;
        EXPECT_LE(statusOf(static_cast<ErrorCode>(code)), 504) << code;
    }
    EXPECT_EQ(statusOf(ErrorCode::InvalidArgument), 400);
    EXPECT_EQ(statusOf(ErrorCode::RateLimited), 429);
}

TEST(Problem, BodyHasRequestIdAndMessage) {
    const Response response = problem(404, "00112233445566778899aabb", "no \"such\" path");

    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(
        response.body, R"({"requestId":"00112233445566778899aabb","message":"no \"such\" path"})"
    );
}

TEST(Problem, QuotesWhatIsNoTextAsText) {
    EXPECT_EQ(
        problem(404, "id", "no 'a\xFF\xC3'").body,
        "{\"requestId\":\"id\",\"message\":\"no 'a\xEF\xBF\xBD\xEF\xBF\xBD'\"}"
    );
}

TEST(Problem, RetryAfterIsRoundedUpToSeconds) {
    const Error error(ErrorCode::RateLimited, "slow down", Milliseconds(1001));

    EXPECT_EQ(problem(error, "id").headers.get("Retry-After"), "2");
    EXPECT_EQ(problem(Error(ErrorCode::Conflict, "x"), "id").headers.fields().size(), 0U);
}

TEST(Problem, TextOfTheHubsOwnFaultsStaysInside) {
    const Response response = problem(Error(ErrorCode::Internal, "row 7 is odd"), "id");

    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body.find("row 7"), std::string::npos);
}

TEST(Problem, AProviderThatFailsIsABadGateway) {
    const auto of_provider = [](ErrorCode code) {
        Error error(code, "http 503");
        error.is_of_provider = true;
        return problem(error, "id");
    };

    for (const ErrorCode code : {ErrorCode::Unavailable, ErrorCode::Corrupt, ErrorCode::Internal}) {
        EXPECT_EQ(of_provider(code).status, 502) << errorCodeName(code);
        EXPECT_NE(of_provider(code).body.find("http 503"), std::string::npos);
    }
    EXPECT_EQ(of_provider(ErrorCode::DeadlineExceeded).status, 504);
    EXPECT_EQ(of_provider(ErrorCode::RateLimited).status, 429);
    EXPECT_EQ(problem(Error(ErrorCode::Unavailable, "x"), "id").status, 503);
}

}  // namespace
}  // namespace ferry::http
