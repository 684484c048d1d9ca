// Goal: whatever a text holds, a line of the log is one line, and one JSON object where that is
// asked for. Method: hostile texts from outside, in every place, read again by RapidJSON with its
// checks of UTF-8 on.

#include "observe/log.h"

#include "observe/log_trace.h"
#include "support/sim_clock.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <vector>

namespace ferry::observe {
namespace {

const std::string kHostile[] = {
    std::string("nul \0 inside", 12),
    "line\nend\r\n and \x1b[2Jescape \x07",
    "quote \" backslash \\ slash /",
    "{\"level\":\"error\"}",
    "cut \xe2\x82",
    "overlong \xc0\xaf",
    "surrogate \xed\xa0\x80",
    "beyond \xf4\x90\x80\x80",
    "\xff\xfe",
    "separators \xe2\x80\xa8 \xe2\x80\xa9",
    std::string(100'000, '"'),
    "",
};

class LogTest : public testing::Test {
  protected:
    Log make(LogFormat format, LogLevel least = LogLevel::Debug) {
        return {
            clock_, least, format, [this](std::string_view line) { lines_.emplace_back(line); }};
    }
    test::SimClock clock_;
    std::vector<std::string> lines_;
};

TEST_F(LogTest, WritesOneValidJsonObjectALineWhateverTheTextsHold) {
    Log log = make(LogFormat::Json);
    for (const std::string& text : kHostile) {
        lines_.clear();
        log.warning("test", text, {{"first", text}, {"second", std::int64_t{7}}});
        ASSERT_EQ(lines_.size(), 1U);
        ASSERT_EQ(lines_[0].find('\n'), lines_[0].size() - 1) << text;
        rapidjson::Document document;
        document.Parse<rapidjson::kParseValidateEncodingFlag>(lines_[0].data(), lines_[0].size());
        ASSERT_FALSE(document.HasParseError()) << lines_[0];
        ASSERT_TRUE(document.IsObject());
        EXPECT_STREQ(document["level"].GetString(), "warning");
        EXPECT_STREQ(document["component"].GetString(), "test");
        EXPECT_STREQ(document["second"].GetString(), "7");
        const auto& message = document["message"];
        EXPECT_EQ(
            std::string_view(message.GetString(), message.GetStringLength()),
            std::string_view(document["first"].GetString(), document["first"].GetStringLength())
        );
    }
}

TEST_F(LogTest, ATraceThatThereIsNoneOfIsNoField) {
    make(LogFormat::Text).info("test", "a", {{"trace", ""}, {"reason", ""}});
    make(LogFormat::Json).info("test", "a", {{"reason", ""}, {"trace", ""}});
    ASSERT_EQ(lines_.size(), 2U);
    EXPECT_TRUE(lines_[0].ends_with(" info test: a reason=\n")) << lines_[0];
    EXPECT_TRUE(lines_[1].ends_with("\"message\":\"a\",\"reason\":\"\"}\n")) << lines_[1];
}

TEST_F(LogTest, LinesNameTheTraceThatTheThreadWorksFor) {
    const std::string outer(32, 'a');
    const std::string inner(32, 'b');
    Log log = make(LogFormat::Text);
    Log json = make(LogFormat::Json);
    {
        const LogTraceScope scope(outer);
        {
            const LogTraceScope scope_within(inner);
            log.info("test", "a");
        }
        log.info("test", "b", {{"name", "value"}});
        log.info("test", "c", {{"trace", "its own"}});
        json.info("test", "d");
    }
    log.info("test", "e");

    ASSERT_EQ(lines_.size(), 5U);
    EXPECT_TRUE(lines_[0].ends_with("test: a trace=" + inner + "\n")) << lines_[0];
    EXPECT_TRUE(lines_[1].ends_with("b name=value trace=" + outer + "\n"));
    EXPECT_TRUE(lines_[2].ends_with("c trace=\"its own\"\n")) << lines_[2];
    EXPECT_NE(lines_[3].find(R"("trace":")" + outer + '"'), std::string::npos);
    EXPECT_TRUE(lines_[4].ends_with("test: e\n")) << lines_[4];
}

TEST_F(LogTest, QuotesInsideAQuotedValueAreToldFromItsEnd) {
    Log log = make(LogFormat::Text);
    log.info("test", "a", {{"x", R"(a" b="c\)"}, {"y", "plain"}, {"z", R"(back\slash)"}});
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_TRUE(lines_[0].ends_with(R"(a x="a\" b=\"c\\" y=plain z=back\slash)"
                                    "\n")
    ) << lines_[0];
}

TEST_F(LogTest, WritesOneLineOfTextWhateverTheTextsHold) {
    Log log = make(LogFormat::Text);
    for (const std::string& text : kHostile) {
        lines_.clear();
        log.warning("test", text, {{"first", text}});
        ASSERT_EQ(lines_.size(), 1U);
        EXPECT_EQ(lines_[0].find_first_of("\n\r\x1b"), lines_[0].size() - 1) << text;
    }
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
    Log log = make(LogFormat::Text, LogLevel::Info);
    log.debug("test", "no");
    log.info("test", "yes");
    EXPECT_EQ(lines_.size(), 1U);
    EXPECT_FALSE(log.isOn(LogLevel::Debug));
    EXPECT_TRUE(log.isOn(LogLevel::Info));
}

}  // namespace
}  // namespace ferry::observe
