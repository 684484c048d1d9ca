// Goal: what a poll can't be sure of deletes and loses nothing, and no provider keeps it busy for
// ever. Method: the plugin as the hub loads it, with scripted answers; the cursor of one fetch is
// given to the next.

#include "support/abi_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string pluginFile() {
    const char* folder = std::getenv("FERRY_BUILD_DIR");
    return std::string(folder != nullptr ? folder : ".") + "/plugins/declarative/libdeclarative.so";
}

constexpr const char* kMap =
    R"([{"event":"changed","id":{"path":["id"]},"created":{"path":["created"]},)"
    R"("modified":{"path":["at"]}}])";

/// A resource with the requests `requests`, as the hub writes it.
Pairs settings(const std::string& requests) {
    return {
        {"polling",
         R"({"resources":[{"name":"things",)" + requests +
             R"(,"overlap_ms":0}],"expired":[410],"tolerance_ms":2000})"},
        {"map", kMap}};
}

const std::string kTokens =
    R"({"url":"https://a.test/list","records":["items"],"next_page":{"path":["next"]}})";
const std::string kNumbered =
    R"({"url":"https://a.test/list","records":["items"],"page_size":2,"past_end":[404]})";

class Fetch : public testing::Test {
  protected:
    explicit Fetch(const Pairs& settings) : plugin_(pluginFile(), "acme", settings) {}

    /// The next page of a poll.
    AbiOutcome fetch(ferry_fetch_mode mode, AbiResponse answer) {
        AbiOutcome outcome = plugin_.fetch({}, {}, mode, cursor_, {std::move(answer)});
        EXPECT_EQ(outcome.violation, "");
        if (outcome.status == FERRY_OK) cursor_ = outcome.next_cursor;
        return outcome;
    }
    static AbiResponse page(const std::string& items, const std::string& more = {}) {
        return AbiResponse::json(200, R"({"items":[)" + items + "]" + more + "}");
    }
    static AbiResponse status(int status) { return AbiResponse::json(status, "{}"); }

    AbiPlugin plugin_;
    std::string cursor_;
};

/// More than 1 MiB, and no text of it is long.
const std::string kLarge = [] {
    std::string record = R"({"id":"b","many":[)";
    while (record.size() < (1U << 20U))
        record += "1234567,";
    return record + "1]}";
}();

class ListingByTokens : public Fetch {
  protected:
    ListingByTokens() : Fetch(settings(R"("list":)" + kTokens)) {}
};

TEST_F(ListingByTokens, BeginsAnewAtTheHostIfItsNextPageIsGone) {
    for (const int gone : {400, 404, 410}) {
        cursor_.clear();
        EXPECT_TRUE(fetch(FERRY_FETCH_RESYNC, page(R"({"id":"a"})", R"(,"next":"2")")).has_more);
        // Its pages so far have shown what may be deleted by now: to go on from the first one again
        // would hide that.
        EXPECT_EQ(fetch(FERRY_FETCH_RESYNC, status(gone)).status, FERRY_ERROR_CURSOR_INVALID)
            << gone;
    }
}

TEST_F(ListingByTokens, RefusesARecordThatItWouldHaveToLeaveOut) {
    const AbiOutcome outcome = fetch(FERRY_FETCH_BASELINE, page(R"({"id":"a"},)" + kLarge));
    EXPECT_EQ(outcome.status, FERRY_ERROR_MALFORMED);
    EXPECT_THAT(outcome.message, HasSubstr("more than 1 MiB"));
}

TEST_F(ListingByTokens, GivesALongRecordWithoutItsLongTexts) {
    const std::string text(1U << 20U, 'x');
    const AbiOutcome outcome = fetch(
        FERRY_FETCH_BASELINE,
        page(
            R"({"id":"a"},{"id":"b","n":12345678901234567890123,"text":")" + text +
            R"(","of":["\u00e9",null,true,1.50]})"
        )
    );
    EXPECT_EQ(outcome.status, FERRY_OK) << outcome.message;
    EXPECT_THAT(
        outcome.changes,
        ElementsAre(
            R"({"id":"a"})",
            R"({"id":"b","n":12345678901234567890123,"text":"","of":["é",null,true,1.50]})"
        )
    );
}

/// The records that webhooks bring, with `each` and without.
AbiOutcome notified(const std::string& more, const std::string& body) {
    AbiPlugin plugin(
        pluginFile(),
        "acme",
        {{"notifications", R"({"verify":[{"method":"token","header":"x-token"}])" + more + "}"},
         {"map", kMap}}
    );
    return plugin.parseNotification(body);
}

TEST(Webhooks, ALongRecordGoesOnWithoutItsLongTexts) {
    const std::string text(1U << 20U, 'x');
    const std::string record = R"({"id":"b","n":1.50,"text":")" + text + "\"}";
    constexpr const char* kShort = R"({"id":"b","n":1.50,"text":""})";
    const AbiOutcome whole = notified("", record);
    EXPECT_EQ(whole.status, FERRY_OK) << whole.message;
    EXPECT_THAT(whole.changes, ElementsAre(kShort));
    EXPECT_THAT(whole.log, SizeIs(1));
    const std::string kept = R"({"id":"a","text":")" + text.substr(0, 1'000'000) + "\"}";
    const AbiOutcome items =
        notified(R"(,"each":["items"])", R"({"items":[)" + kept + "," + record + "]}");
    EXPECT_EQ(items.violation, "");
    EXPECT_THAT(items.changes, ElementsAre(kept, kShort));
}

TEST(Webhooks, ARecordThatIsTooLongEvenSoHoldsUpNoOther) {
    const AbiOutcome outcome =
        notified(R"(,"each":["items"])", R"({"items":[)" + kLarge + R"(,{"id":"a"}]})");
    EXPECT_EQ(outcome.status, FERRY_OK) << outcome.message;
    EXPECT_THAT(outcome.changes, ElementsAre(R"({"id":"a"})"));
    EXPECT_THAT(outcome.log, ElementsAre(HasSubstr("is left out")));
}

class ListingByNumber : public Fetch {
  protected:
    ListingByNumber() : Fetch(settings(R"("list":)" + kNumbered)) {}
};

TEST_F(ListingByNumber, EndsPastItsEndOnlyIfTheConnectorSaysSo) {
    EXPECT_TRUE(fetch(FERRY_FETCH_BASELINE, page(R"({"id":"a"},{"id":"b"})")).has_more);
    const AbiOutcome end = fetch(FERRY_FETCH_BASELINE, status(404));
    EXPECT_EQ(end.status, FERRY_OK) << end.message;
    EXPECT_FALSE(end.has_more);
    EXPECT_THAT(end.changes, IsEmpty());

    EXPECT_TRUE(fetch(FERRY_FETCH_BASELINE, page(R"({"id":"a"},{"id":"b"})")).has_more);
    EXPECT_EQ(fetch(FERRY_FETCH_BASELINE, status(410)).status, FERRY_ERROR_CURSOR_INVALID);
}

TEST_F(ListingByNumber, RefusesAProviderThatIgnoresTheNumber) {
    EXPECT_TRUE(fetch(FERRY_FETCH_BASELINE, page(R"({"id":"a"},{"id":"b"})")).has_more);
    EXPECT_TRUE(fetch(FERRY_FETCH_BASELINE, page(R"({"id":"c"},{"id":"d"})")).has_more);
    const AbiOutcome again = fetch(FERRY_FETCH_BASELINE, page(R"({"id":"c"},{"id":"d"})"));
    EXPECT_EQ(again.status, FERRY_ERROR_MALFORMED);
    EXPECT_THAT(again.message, HasSubstr("this one"));
}

class ChangesByTime : public Fetch {
  protected:
    ChangesByTime()
        : Fetch(settings(R"("changes":)" + kNumbered + R"(,"updated":{"path":["at"]})")) {}
};

TEST_F(ChangesByTime, APageThatIsNotThereIsTheEnd) {
    EXPECT_TRUE(fetch(
                    FERRY_FETCH_BASELINE,
                    page(R"({"id":"a","at":"2026-11-29T00:00:00Z"},{"id":"b","at":"2026-11-29"})")
    )
                    .has_more);
    const AbiOutcome end = fetch(FERRY_FETCH_CONTINUE, status(404));
    EXPECT_EQ(end.status, FERRY_OK) << end.message;
    EXPECT_FALSE(end.has_more);
    EXPECT_THAT(cursor_, HasSubstr(R"("positions":{"things":"1795910400000"})"));
    // The first page is none that could be past the end.
    EXPECT_EQ(fetch(FERRY_FETCH_CONTINUE, status(404)).status, FERRY_ERROR_REJECTED);
}

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

class ChangesWithAReset : public Fetch {
  protected:
    ChangesWithAReset()
        : Fetch({
              {"polling",
               R"({"resources":[{"name":"things","changes":)" + kNumbered +
                   R"(,"updated":{"path":["at"]}}],)"
                   R"("limited":[{"of":{"header":"x-left"},"in":["0"]}],)"
                   R"("limited_until":{"header":"x-reset"}})"},
              {"map", kMap}}) {}
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

TEST_F(ChangesByTime, BeginsItsResourceAnewOnce) {
    const AbiResponse full = page(R"({"id":"a","at":"2026-11-29"},{"id":"b","at":"2026-11-29"})");
    EXPECT_TRUE(fetch(FERRY_FETCH_CONTINUE, full).has_more);
    EXPECT_TRUE(fetch(FERRY_FETCH_CONTINUE, status(410)).has_more);
    EXPECT_TRUE(fetch(FERRY_FETCH_CONTINUE, full).has_more);
    EXPECT_EQ(fetch(FERRY_FETCH_CONTINUE, status(410)).status, FERRY_ERROR_REJECTED);
}

TEST_F(ChangesByTime, LeavesLargeRecordsOutWithAWarning) {
    const AbiOutcome outcome = fetch(FERRY_FETCH_CONTINUE, page(kLarge));
    EXPECT_EQ(outcome.status, FERRY_OK) << outcome.message;
    EXPECT_THAT(outcome.changes, IsEmpty());
    EXPECT_THAT(outcome.log, SizeIs(1));
}

TEST_F(ChangesByTime, WhatIsNotKnownToBeNewWasThereBefore) {
    plugin_.now_ms = 1'800'000'000'000;  // 2027-01-15T08:00:00Z
    const std::string records =
        R"({"id":"old","at":"2027-01-15T07:59:00Z","created":"2020-01-01"},)"
        R"({"id":"new","at":"2027-01-15T08:01:00Z","created":"2027-01-15T08:00:01Z"})";
    fetch(FERRY_FETCH_CONTINUE, page(R"({"id":"untimed","at":"2027-01-15T07:59:00Z"})"));
    AbiOutcome shown = fetch(FERRY_FETCH_CONTINUE, page(records));
    shown.changes.emplace_back(R"({"id":"untimed","at":"2027-01-15T07:59:00Z"})");
    shown.hints.push_back(shown.hints.at(0));
    std::vector<bool> existed;
    const AbiOutcome outcome = plugin_.normalize(shown.changes, shown.hints);
    EXPECT_EQ(outcome.violation, "");
    for (const AbiIndexOp& op : outcome.index_ops)
        existed.push_back((op.flags & FERRY_INDEX_EXISTED) != 0);
    EXPECT_THAT(existed, ElementsAre(true, false, true));
}

}  // namespace
}  // namespace ferry::test
