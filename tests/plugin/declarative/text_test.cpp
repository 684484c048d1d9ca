// Goal: times, queries and lists in JSON are read as providers write them, and nothing else is.
// Method: tables of texts.

#include "text.h"

#include "form.h"
#include "json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::declarative {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DeclarativeText, ReadsTimes) {
    const std::pair<const char*, std::int64_t> times[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-29T01:02:03Z", 1'795'914'123'000},
        {"2026-11-29T01:02:03.5Z", 1'795'914'123'500},
        {"2026-11-29T01:02:03.123456789Z", 1'795'914'123'123},
        {"2026-11-29T02:02:03+01:00", 1'795'914'123'000},
        {"2026-11-28T17:32:03-0730", 1'795'914'123'000},
        {"2026-11-29 01:02:03 UTC", 1'795'914'123'000},
        {"2026-11-29 01:02:03 +0000", 1'795'914'123'000},
        {"2026-11-29", 1'795'910'400'000},
        {"1795914123", 1'795'914'123'000},
        {"1795914123.789", 1'795'914'123'000},
        {"1795914123456", 1'795'914'123'456},
        {"0", 0},
        {"0001-01-01T00:00:00Z", -62'135'596'800'000},
        {"9999-12-31T23:59:59.999Z", 253'402'300'799'999},
        {"253402300799999", 253'402'300'799'999},
    };
    for (const auto& [text, ms] : times)
        EXPECT_EQ(parseTime(text), ms) << text;
    for (const char* text :
         {"",
          "soon",
          "2026-13-01T00:00:00Z",
          "2026-02-29T00:00:00Z",
          "2026-11-29T24:00:00Z",
          "2026-11-29T01:02Z",
          "2026-11-29T01:02:03 CET",
          "2026-11-29T01:02:03+1",
          "-5",
          ".5",
          "12345678901234567890"})
        EXPECT_EQ(parseTime(text), std::nullopt) << text;
}

TEST(DeclarativeText, LeavesOutTimesThatTheHostRefuses) {
    for (const char* text :
         {"0001-01-01T00:00:00+01:00",
          "9999-12-31T23:59:59-05:00",
          "0000-01-01",
          "253402300800000",
          "999999999999999"})
        EXPECT_EQ(parseTime(text), std::nullopt) << text;
}

TEST(DeclarativeText, ReadsTheTimesOfHttpHeaders) {
    EXPECT_EQ(parseHttpDate("Sun, 29 Nov 2026 01:02:03 GMT"), 1'795'914'123'000);
    EXPECT_EQ(parseHttpDate("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
    for (const char* text :
         {"",
          "Sun, 29 Nov 2026 01:02:03 CET",
          "Sun, 29 Nox 2026 01:02:03 GMT",
          "Sun, 29 ovD 2026 01:02:03 GMT",
          "Sun, 30 Feb 2026 01:02:03 GMT",
          "Sunday, 29-Nov-26 01:02:03 GMT"})
        EXPECT_EQ(parseHttpDate(text), std::nullopt) << text;
}

TEST(DeclarativeText, WritesTimesThatItReads) {
    EXPECT_EQ(formatTime(1'795'914'123'999), "2026-11-29T01:02:03Z");
    EXPECT_EQ(formatTime(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(formatTime(-1), "1969-12-31T23:59:59Z");
    EXPECT_EQ(parseTime(formatTime(1'795'914'123'000)), 1'795'914'123'000);
}

TEST(DeclarativeText, FindsQueryValues) {
    EXPECT_EQ(queryValue("a=1&hub.challenge=x%20y+z&b", "hub.challenge"), "x y z");
    EXPECT_EQ(queryValue("a=1&b", "b"), "");
    EXPECT_EQ(queryValue("a=1", "b"), std::nullopt);
    EXPECT_EQ(queryValue("a=%4", "a"), std::nullopt);
    EXPECT_EQ(queryValue("a=%zz", "a"), std::nullopt);
    EXPECT_EQ(queryValue("aa=1", "a"), std::nullopt);
}

TEST(DeclarativeForm, BecomesAnObjectOfTexts) {
    const std::pair<const char*, const char*> forms[] = {
        {"a=b", R"({"a":"b"})"},
        {"b=2&a=1", R"({"b":"2","a":"1"})"},
        {"a=1&b=x&a=2", R"({"a":["1","2"],"b":"x"})"},
        {"a%20b=c+d%26&e", R"({"a b":"c d&","e":""})"},
        {"&a=\"%0A&&", R"({"a":"\"\n"})"},
        {"=v", R"({"":"v"})"},
        {"n=%C3%BC", "{\"n\":\"\u00fc\"}"},
    };
    for (const auto& [form, json] : forms)
        EXPECT_EQ(formAsJson(form), json) << form;
    const std::vector<std::string> secret{"token"};
    EXPECT_EQ(formAsJson("token=s&a=1&token=t", secret), R"({"a":"1"})");
    EXPECT_EQ(formAsJson("token=s", secret), std::nullopt);
    for (const char* form : {"", "&&", "a=%4", "%zz=1", "a=%FF", "%C3=1"})
        EXPECT_EQ(formAsJson(form), std::nullopt) << form;
}

TEST(DeclarativeForm, IsSignedSortedByName) {
    EXPECT_EQ(sortedForm("b=2&a=%2B1+0&B=x&a=0&a=0"), "Bxa+1 0a0b2");
    EXPECT_EQ(sortedForm("b=2&a=1&"), "a1b2");
    for (const char* form : {"", "&", "a=%FF"})
        EXPECT_EQ(sortedForm(form), "") << form;
}

TEST(DeclarativeForm, HasAThousandPairsAtMost) {
    std::string form = "a=1";
    for (int i = 1; i < 1000; ++i)
        form += "&a=1";
    EXPECT_TRUE(formAsJson(form));
    EXPECT_FALSE(formAsJson(form + "&a=1"));
}

TEST(DeclarativeForm, IsKnownByItsType) {
    for (const char* type :
         {"",
          "application/x-www-form-urlencoded",
          "Application/X-WWW-Form-URLencoded ; charset=utf-8"})
        EXPECT_TRUE(mayBeForm(type)) << type;
    for (const char* type : {"application/json", "multipart/form-data; boundary=x", "text/plain"})
        EXPECT_FALSE(mayBeForm(type)) << type;
}

TEST(DeclarativeJson, CutsAListIntoItemsAsTheyStandThere) {
    EXPECT_THAT(
        itemsOf(R"( [ {"a" : [1, "]"] } , 12345678901234567890 ,"x\"]", -1.50e2,null ] )", {}),
        ElementsAre(R"({"a" : [1, "]"] })", "12345678901234567890", R"("x\"]")", "-1.50e2", "null")
    );
    EXPECT_THAT(
        itemsOf(
            R"({"x":{"items":[0]},"d\u0061ta":{"skip":"}","items":[[1,2],{}]}})", {"data", "items"}
        ),
        ElementsAre("[1,2]", "{}")
    );
    EXPECT_THAT(itemsOf(R"([[7],[8,9]])", {"1"}), ElementsAre("8", "9"));
    EXPECT_THAT(itemsOf(R"({"items":[]})", {"items"}), IsEmpty());
    EXPECT_THAT(itemsOf(R"({"items":{}})", {"items"}), IsEmpty());
    EXPECT_THAT(itemsOf(R"({})", {"items"}), IsEmpty());
}

}  // namespace
}  // namespace ferry::declarative
