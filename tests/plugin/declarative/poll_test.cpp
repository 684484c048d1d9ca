// Goal: how far a poll is survives the text that the host keeps, and the page after one is found as
// the connector says. Method: cursors there and back; answers with a header Link or a body.

#include "json.h"
#include "poll_cursor.h"
#include "poll_request.h"

#include <ferry/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ferry::declarative {
namespace {

TEST(PollCursor, SurvivesItsText) {
    PollCursor cursor;
    cursor.resource = 2;
    cursor.page = "a \"page\"";
    cursor.pages = 3;
    cursor.records = 300;
    cursor.digest = 18'446'744'073'709'551'615U;
    cursor.restarts = 1;
    cursor.starts = 1;
    cursor.began_ms = 1;
    cursor.newest_ms = 2;
    cursor.first_ms = 3;
    cursor.listed_ms = 4;
    cursor.positions = {{"orders", "c-\u00e4"}, {"things", ""}};
    cursor.holds = {{"orders", 2}};
    const PollCursor again = PollCursor::read(cursor.write());
    EXPECT_EQ(again.write(), cursor.write());
    EXPECT_EQ(again.resource, 2U);
    EXPECT_EQ(again.page, cursor.page);
    EXPECT_FALSE(again.is_url);
    EXPECT_EQ(again.positions, cursor.positions);
    EXPECT_EQ(again.holds, cursor.holds);
    EXPECT_FALSE(again.isBetweenPolls());

    cursor.is_url = true;
    EXPECT_TRUE(PollCursor::read(cursor.write()).is_url);
    cursor.resource = 0;
    cursor.forgetPages();
    EXPECT_TRUE(cursor.isBetweenPolls());
    EXPECT_EQ(cursor.first_ms, 3) << "of the account, not of the pages";
}

TEST(PollCursor, EmptyIsTheBeginningAndOtherTextIsRefused) {
    EXPECT_TRUE(PollCursor::read("").isBetweenPolls());
    EXPECT_TRUE(PollCursor::read(R"({"resource":"x","pages":-1,"positions":7})").isBetweenPolls());
    for (const char* text : {"7", "[]", "{", "cursor"})
        EXPECT_THROW(PollCursor::read(text), sdk::Error) << text;
}

/// A request as the hub writes it, and an answer to it.
class PollRequestTest : public testing::Test {
  protected:
    static PollRequest request(std::string_view more) {
        JsonDocument settings;
        EXPECT_TRUE(settings.parse(
            R"({"url":"https://a.test/","records":["items"])" + std::string(more) + "}"
        ));
        return PollRequest(settings.root());
    }
    bool turn(
        const PollRequest& request,
        std::string_view link,
        std::string_view body,
        std::size_t count,
        std::uint64_t digest = 0
    ) {
        const ferry_field field{sizeof(ferry_field), 0, str("link"), str(link)};
        ferry_http_response raw{};
        raw.struct_size = sizeof raw;
        raw.status = 200;
        raw.headers = {&field, sizeof field, 1};
        const sdk::HttpResponse response(raw);
        JsonDocument document;
        EXPECT_TRUE(document.parse(body));
        return request.turnPage(cursor_, AnswerSources(response, document.root()), {count, digest});
    }
    static ferry_str str(std::string_view text) { return {text.data(), text.size()}; }

    PollCursor cursor_;
};

TEST_F(PollRequestTest, FollowsTheRelationNext) {
    const PollRequest linked = request(R"(,"next_url":{"link":"next"})");
    EXPECT_TRUE(turn(
        linked, R"(<https://a.test/?p=1>; rel="prev", <https://a.test/?p=3>; rel="next")", "{}", 2
    ));
    EXPECT_EQ(cursor_.page, "https://a.test/?p=3");
    EXPECT_TRUE(cursor_.is_url);
    EXPECT_EQ(cursor_.records, 2U);
    EXPECT_TRUE(turn(linked, R"(<https://a.test/?p=4>; title="a"; rel="last next")", "{}", 2));
    EXPECT_EQ(cursor_.page, "https://a.test/?p=4");
    EXPECT_TRUE(turn(linked, "<https://a.test/?p=5>;rel=next", "{}", 2));
    for (const char* link :
         {"",
          "<",
          "<a",
          "rel=next",
          R"(<https://a.test/>; rel="nextish")",
          "<https://a.test/>; rel="})
        EXPECT_FALSE(turn(linked, link, "{}", 2)) << link;
}

TEST_F(PollRequestTest, APageThatNamesItselfIsNoNextOne) {
    const PollRequest tokens = request(R"(,"next_page":{"path":["next"]})");
    EXPECT_TRUE(turn(tokens, "", R"({"next":"a"})", 2));
    EXPECT_FALSE(cursor_.is_url);
    EXPECT_THROW(turn(tokens, "", R"({"next":"a"})", 2), sdk::Error);
    EXPECT_FALSE(turn(tokens, "", R"({"next":""})", 2));
    EXPECT_FALSE(turn(tokens, "", R"({"next":null})", 2));
}

TEST_F(PollRequestTest, NumberedPagesEndWithOneThatIsNotFull) {
    const PollRequest numbered = request(R"(,"page_size":2)");
    EXPECT_TRUE(turn(numbered, "", "{}", 2, 1));
    EXPECT_TRUE(turn(numbered, "", "{}", 2, 2));
    EXPECT_EQ(cursor_.pages, 2U);
    EXPECT_FALSE(turn(numbered, "", "{}", 1, 3));
}

TEST_F(PollRequestTest, ANumberedPageThatIsTheOneBeforeIsNoNextOne) {
    const PollRequest numbered = request(R"(,"page_size":2)");
    EXPECT_TRUE(turn(numbered, "", "{}", 2, 7));
    cursor_ = PollCursor::read(cursor_.write());
    EXPECT_THROW(turn(numbered, "", "{}", 2, 7), sdk::Error);
    EXPECT_TRUE(turn(numbered, "", "{}", 2, 8));
}

TEST_F(PollRequestTest, PagesThatGoRoundInCirclesEnd) {
    const PollRequest tokens = request(R"(,"next_page":{"path":["next"]})");
    const auto go = [&] {
        for (int i = 0; i < 100; ++i) {
            turn(tokens, "", R"({"next":"a"})", 2);
            turn(tokens, "", R"({"next":"b"})", 2);
        }
    };
    EXPECT_NO_THROW(go());
    cursor_.pages = 99'900;
    EXPECT_THROW(go(), sdk::Error);
    EXPECT_EQ(cursor_.pages, 100'000U);
}

TEST_F(PollRequestTest, OnlyNumberedPagesAfterTheFirstArePastTheEnd) {
    const PollRequest numbered = request(R"(,"page_size":2,"past_end":[404])");
    EXPECT_FALSE(numbered.isPastEnd(404, cursor_));
    EXPECT_TRUE(turn(numbered, "", "{}", 2, 1));
    EXPECT_TRUE(numbered.isPastEnd(404, cursor_));
    EXPECT_FALSE(numbered.isPastEnd(410, cursor_));
    EXPECT_FALSE(request(R"(,"page_size":2)").isPastEnd(404, cursor_));
    EXPECT_FALSE(request(R"(,"past_end":[404])").isPastEnd(404, cursor_));
}

}  // namespace
}  // namespace ferry::declarative
