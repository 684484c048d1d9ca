// Goal: texts become typed values or are refused, with nothing in between. Method: tables of
// texts at and around each rule and limit.

#include "config/value_type.h"

#include "config/field_table.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

using std::chrono::milliseconds;

TEST(ValueType, ReadsDurations) {
    EXPECT_EQ(parseDuration("500ms"), milliseconds(500));
    EXPECT_EQ(parseDuration("5s"), milliseconds(5'000));
    EXPECT_EQ(parseDuration("1m"), milliseconds(60'000));
    EXPECT_EQ(parseDuration("2h"), milliseconds(7'200'000));
    EXPECT_EQ(parseDuration("1h30m"), milliseconds(5'400'000));
    EXPECT_EQ(parseDuration("3650d"), milliseconds(std::int64_t{3650} * 86'400'000));
    EXPECT_EQ(parseDuration("0s"), milliseconds(0));
    for (const char* text :
         {"",
          "5",
          "s",
          "5 s",
          "-5s",
          "5x",
          "1.5h",
          "3651d",
          "3650d1ms",
          "99999999999999999999s",
          "5sm",
          "5S"}) {
        EXPECT_FALSE(parseDuration(text)) << text;
    }
}

TEST(ValueType, ReadsSizes) {
    EXPECT_EQ(parseBytes("512"), 512);
    EXPECT_EQ(parseBytes("10MiB"), 10 * 1024 * 1024);
    EXPECT_EQ(parseBytes("10 MiB"), 10 * 1024 * 1024);
    EXPECT_EQ(parseBytes("1KB"), 1000);
    EXPECT_EQ(parseBytes("8388607TiB"), std::int64_t{8388607} << 40);
    for (const char* text : {"", "MiB", "10Mib", "10M", "-1", "1.5MiB", "8388608TiB", "10  MiB"}) {
        EXPECT_FALSE(parseBytes(text)) << text;
    }
}

TEST(ValueType, ReadsBooleansAndIntegers) {
    for (const char* text : {"true", "True", "TRUE"})
        EXPECT_EQ(parseBoolean(text), true) << text;
    EXPECT_EQ(parseBoolean("false"), false);
    for (const char* text : {"", "yes", "1", "tRUE", "true "}) {
        EXPECT_FALSE(parseBoolean(text).has_value()) << text;
    }
    EXPECT_EQ(parseInteger("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
    for (const char* text : {"", "+1", "1.0", "1e3", "0x10", "9223372036854775808", " 1", "1 "}) {
        EXPECT_FALSE(parseInteger(text)) << text;
    }
}

TEST(ValueType, AcceptsUrlsTheHubCanUse) {
    for (const char* text :
         {"https://a.example.com",
          "http://127.0.0.1:65535/x?y=z",
          "https://[::1]:1/",
          "https://a_b.example.com/p%20q",
          "HTTPS://a.example.com"}) {
        UrlParts parts;
        EXPECT_EQ(checkUrl(text, parts), "") << text;
    }
    UrlParts parts;
    checkUrl("https://[::1]:8443/a/b?c", parts);
    EXPECT_EQ(parts.scheme, "https");
    EXPECT_EQ(parts.host, "::1");
    EXPECT_EQ(parts.port, "8443");
    EXPECT_EQ(parts.rest, "/a/b?c");
    checkUrl("Http://a/", parts);
    EXPECT_EQ(parts.scheme, "http");
}

TEST(ValueType, RefusesOtherUrlsWithTheReason) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "https://"},
        {"app.example.com/x", "https://"},
        {"ftp://a/x", "scheme"},
        {"https:///x", "no host"},
        {"https://user:pass@a/", "password"},
        {"https://a b/", "space"},
        {"https://a/b c", "space"},
        {"https://a/#x", "fragment"},
        {"https://a:0/", "port"},
        {"https://a:65536/", "port"},
        {"https://a:/", "port"},
        {"https://a:8o/", "port"},
        {"https://[::1/", "']'"},
        {"https://[x]/", "IPv6"},
        {"https://a,b/", "host name"},
        {"https://${HOST}/", "host name"},
    };
    for (const auto& [text, reason] : cases) {
        UrlParts parts;
        EXPECT_NE(checkUrl(text, parts).find(reason), std::string_view::npos)
            << text << ": " << checkUrl(text, parts);
    }
}

TEST(Pattern, MatchesTheWholeValueAndRefusesNonsense) {
    const auto pattern = Pattern::compile("a|bc");
    ASSERT_TRUE(pattern);

    EXPECT_TRUE(pattern->matches("bc"));
    EXPECT_FALSE(pattern->matches("ac"));
    EXPECT_FALSE(pattern->matches("abc"));
    EXPECT_FALSE(Pattern::compile("(a"));
}

TEST(CheckValue, GivesTheNormalForm) {
    const std::pair<std::pair<ValueType, const char*>, const char*> cases[] = {
        {{ValueType::Boolean, "TRUE"}, "true"},
        {{ValueType::Integer, "007"}, "7"},
        {{ValueType::Duration, "1m30s"}, "90000ms"},
        {{ValueType::Bytes, "1KiB"}, "1024"},
        {{ValueType::List, " a , b,,c"}, "a,b,c"},
        {{ValueType::String, " as it is "}, " as it is "},
    };
    for (const auto& [given, want] : cases) {
        Field field;
        field.type = given.first;
        std::string normal;
        EXPECT_FALSE(checkValue(field, given.second, normal)) << given.second;
        EXPECT_EQ(normal, want);
        std::string again;
        EXPECT_FALSE(checkValue(field, normal, again)) << normal;
        EXPECT_EQ(again, want);
    }
}

TEST(CheckValue, HoldsLimitsExactly) {
    Field field;
    field.type = ValueType::Duration;
    field.min = 1'000;
    field.max = 2'000;
    std::string normal;

    EXPECT_TRUE(checkValue(field, "999ms", normal));
    EXPECT_FALSE(checkValue(field, "1s", normal));
    EXPECT_FALSE(checkValue(field, "2s", normal));
    EXPECT_TRUE(checkValue(field, "2001ms", normal));
    EXPECT_FALSE(checkValue(Field(), std::string(kValueBytesMax, 'x'), normal));
    EXPECT_TRUE(checkValue(Field(), std::string(kValueBytesMax + 1, 'x'), normal));
}

}  // namespace
}  // namespace ferry::config
