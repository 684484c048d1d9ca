// Goal: no answer of a provider makes a poll go on beyond what it has not seen, or ask earlier than
// it may. Method: the plugin as the hub loads it, with scripted answers.

#include "plugin/declarative/fetch_case.h"

#include <gmock/gmock.h>

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ChangesByTime, AnAnswerWithoutAListIsNoEmptyOne) {
    fetch(FERRY_FETCH_CONTINUE, page(R"({"id":"a","at":"2026-11-29"})"));
    const std::string before = cursor_;
    for (const char* body :
         {R"({"error":{"code":7}})", R"({"ok":false})", R"({"items":null})", R"({"items":{}})"}) {
        const AbiOutcome outcome = fetch(FERRY_FETCH_CONTINUE, AbiResponse::json(200, body));
        EXPECT_EQ(outcome.status, FERRY_ERROR_MALFORMED) << body;
        EXPECT_THAT(outcome.message, HasSubstr("things: the answer has no list of records"));
    }
    EXPECT_EQ(
        fetch(FERRY_FETCH_CONTINUE, AbiResponse::json(200, "")).status, FERRY_ERROR_MALFORMED
    );
    EXPECT_EQ(cursor_, before);
    EXPECT_EQ(fetch(FERRY_FETCH_CONTINUE, AbiResponse::json(204, "")).status, FERRY_OK);
}

class ChangesThatMayBeLeftOut : public Fetch {
  protected:
    ChangesThatMayBeLeftOut()
        : Fetch(settings(
              R"("changes":{"url":"https://a.test/list","records":["items"],)"
              R"("empty":[{"of":{"path":["until"]},"exists":true}]},"updated":{"path":["at"]})"
          )) {}
};

TEST_F(ChangesThatMayBeLeftOut, AreNoneWhereTheConnectorSaysHowThatLooks) {
    for (const char* body : {R"({"until":7})", R"({"until":7,"items":null})"}) {
        const AbiOutcome outcome = fetch(FERRY_FETCH_CONTINUE, AbiResponse::json(200, body));
        EXPECT_EQ(outcome.status, FERRY_OK) << outcome.message;
        EXPECT_THAT(outcome.changes, IsEmpty());
    }
    EXPECT_EQ(
        fetch(FERRY_FETCH_CONTINUE, AbiResponse::json(200, R"({"until":null})")).status,
        FERRY_ERROR_MALFORMED
    );
}

TEST_F(ChangesByTime, WaitsAsLongAsTheProviderAsks) {
    const auto wait = [this](std::string retry_after, std::string date) {
        AbiResponse answer = status(429).with("retry-after", std::move(retry_after));
        if (!date.empty()) answer = std::move(answer).with("date", std::move(date));
        const AbiOutcome outcome = fetch(FERRY_FETCH_CONTINUE, std::move(answer));
        EXPECT_EQ(outcome.status, FERRY_ERROR_RATE_LIMITED);
        return outcome.retry_after_ms;
    };
    EXPECT_EQ(wait("30", ""), 30'000);
    EXPECT_EQ(wait("99999999999", ""), 604'800'000) << "a week at most";
    const std::string now = "Sun, 29 Nov 2026 01:02:03 GMT";
    EXPECT_EQ(wait("Sun, 29 Nov 2026 01:03:33 GMT", now), 90'000);
    EXPECT_EQ(wait("Sun, 29 Nov 2026 01:00:00 GMT", now), 0) << "it is over";
    EXPECT_EQ(wait("Sun, 29 Nov 2099 01:00:00 GMT", now), 604'800'000);
    EXPECT_EQ(wait("Sun, 29 Nov 2099 01:00:00 GMT", ""), 604'800'000) << "by the clock here";
    EXPECT_EQ(wait("Sun, 29 Nov 2020 01:00:00 GMT", ""), 0);
    EXPECT_EQ(wait("soon", now), -1);
}

class ChangesWithAReset : public Fetch {
  protected:
    ChangesWithAReset()
        : Fetch(
              {{"polling",
                R"({"resources":[{"name":"things","changes":)" + kNumbered +
                    R"(,"updated":{"path":["at"]}}],)"
                    R"("limited":[{"of":{"header":"x-left"},"in":["0"]}],)"
                    R"("limited_until":{"header":"x-reset"}})"},
               {"map", kMap}}
          ) {}
};

TEST_F(ChangesWithAReset, WaitUntilTheLimitEnds) {
    plugin_.now_ms = 1'800'000'000'000;  // 2027-01-15T08:00:00Z
    const auto wait = [this](int code, const char* reset, const char* more = "x") {
        const AbiOutcome outcome = fetch(
            FERRY_FETCH_CONTINUE,
            status(code).with("x-left", "0").with("x-reset", reset).with(more, "7")
        );
        EXPECT_EQ(outcome.status, FERRY_ERROR_RATE_LIMITED) << reset;
        return outcome.retry_after_ms;
    };
    for (const int code : {403, 429}) {
        EXPECT_EQ(wait(code, "1800000090"), 90'000);
        EXPECT_EQ(wait(code, "1800000090000"), 90'000) << "in ms";
        EXPECT_EQ(wait(code, "2027-01-15T08:01:30Z"), 90'000);
        EXPECT_EQ(wait(code, "90"), 90'000) << "seconds to wait";
        EXPECT_EQ(wait(code, "1799999990"), 0) << "it is over";
        EXPECT_EQ(wait(code, "1900000000"), 604'800'000) << "a week at most";
        EXPECT_EQ(wait(code, "soon"), -1);
        EXPECT_EQ(wait(code, "1800000090", "retry-after"), 7'000) << "that comes first";
    }
}

TEST_F(ChangesByTime, APollDuringWhichPagesMovedIsMadeAgain) {
    // 2027-01-15T08:00:00Z is when each poll begins.
    plugin_.now_ms = 1'800'000'000'000;
    const auto poll = [this](const std::string& last) {
        EXPECT_TRUE(fetch(
                        FERRY_FETCH_CONTINUE,
                        page(R"({"id":"a","at":"2027-01-15T07:00:01Z"},)"
                             R"({"id":"b","at":"2027-01-15T07:00:02Z"})")
        )
                        .has_more);
        const AbiOutcome end =
            fetch(FERRY_FETCH_CONTINUE, page(R"({"id":"a","at":")" + last + R"("})"));
        EXPECT_FALSE(end.has_more);
        return cursor_;
    };
    const std::string before = R"("things":"1799996400000")";  // 07:00:00Z
    fetch(FERRY_FETCH_CONTINUE, page(R"({"id":"x","at":"2027-01-15T07:00:00Z"})"));
    EXPECT_THAT(cursor_, HasSubstr(before)) << "one page can't move";
    fetch(FERRY_FETCH_CONTINUE, page(R"({"id":"x","at":"2027-01-15T08:00:01Z"})"));
    EXPECT_THAT(cursor_, HasSubstr(R"("things":"1800000000000")"));

    cursor_.clear();
    fetch(FERRY_FETCH_CONTINUE, page(R"({"id":"x","at":"2027-01-15T07:00:00Z"})"));
    // "a" was changed between the pages, and what was the first of the second one is on the first.
    for (int i = 0; i < 3; ++i)
        EXPECT_THAT(poll("2027-01-15T08:00:00Z"), HasSubstr(before)) << i;
    EXPECT_THAT(poll("2027-01-15T08:00:00Z"), HasSubstr(R"("things":"1800000000000")"))
        << "not for ever";
    EXPECT_THAT(cursor_, testing::Not(HasSubstr("holds")));

    cursor_.clear();
    fetch(FERRY_FETCH_CONTINUE, page(R"({"id":"x","at":"2027-01-15T07:00:00Z"})"));
    EXPECT_THAT(poll("2027-01-15T08:00:00Z"), HasSubstr(before));
    EXPECT_THAT(poll("2027-01-15T07:30:00Z"), HasSubstr(R"("things":"1799998200000")"))
        << "nothing has moved";
    EXPECT_THAT(cursor_, testing::Not(HasSubstr("holds")));

    cursor_.clear();
    EXPECT_THAT(poll("2027-01-15T08:00:00Z"), HasSubstr(R"("things":"1800000000000")"))
        << "the first poll asks from its own beginning on";
}

}  // namespace
}  // namespace ferry::test
