// Goal: isText says what the host will say. Method: the borders of every form of UTF-8, and all
// texts of one and two bytes.

#include <ferry/sdk.hpp>

#include <gtest/gtest.h>

#include <string>

namespace ferry::sdk {
namespace {

TEST(Text, TakesEveryFormAtItsBorders) {
    for (const char* good :
         {"a",
          "\x7f",
          "\xc2\x80",
          "\xdf\xbf",
          "\xe0\xa0\x80",
          "\xed\x9f\xbf",
          "\xee\x80\x80",
          "\xef\xbf\xbf",
          "\xf0\x90\x80\x80",
          "\xf4\x8f\xbf\xbf",
          "a\xc3\xa4z"})
        EXPECT_TRUE(isText(good)) << good;
}

TEST(Text, RefusesWhatIsNoUtf8) {
    for (const char* bad :
         {"\x80",
          "\xbf",
          "\xc1\xbf",
          "\xc2",
          "\xc2\x7f",
          "\xe0\x9f\xbf",
          "\xed\xa0\x80",
          "\xe2\x82",
          "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80",
          "\xff",
          "a\xff"})
        EXPECT_FALSE(isText(bad));
}

TEST(Text, NamesNeitherNothingNorNulNorTooMuch) {
    EXPECT_FALSE(isText(""));
    EXPECT_FALSE(isText(std::string_view("a\0b", 3)));
    EXPECT_TRUE(isText(std::string(1024, 'a')));
    EXPECT_FALSE(isText(std::string(1025, 'a')));
    EXPECT_TRUE(isText(std::string(1025, 'a'), 2000));
}

TEST(Text, OfTwoBytesIsAsciiOrOneLetter) {
    for (unsigned first = 1; first < 256; ++first)
        for (unsigned second = 1; second < 256; ++second) {
            const char bytes[] = {static_cast<char>(first), static_cast<char>(second)};
            const bool is_ascii = first < 0x80 && second < 0x80;
            const bool is_letter =
                first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf;
            EXPECT_EQ(isText({bytes, 2}), is_ascii || is_letter) << first << " " << second;
        }
}

}  // namespace
}  // namespace ferry::sdk
