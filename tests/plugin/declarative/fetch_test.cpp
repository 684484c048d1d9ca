// Goal: what a poll can't be sure of deletes and loses nothing, and no provider keeps it busy for
// ever. Method: the plugin as the hub loads it, with scripted answers; the cursor of one fetch is
// given to the next.

#include "plugin/declarative/fetch_case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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
