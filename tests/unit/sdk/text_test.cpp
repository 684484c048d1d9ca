// Goal: isText says what the host will say, and what goes into URLs or comes in headers is read and
// written as HTTP has it. Method: the borders of every form of UTF-8, and all texts of one and two
// bytes.

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

TEST(Text, InUrlsHasAllButPlainLettersEncoded) {
    EXPECT_EQ(urlEncoded(""), "");
    EXPECT_EQ(urlEncoded("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(urlEncoded("a b&c=d/e?f%+\xc3\xa4"), "a%20b%26c%3Dd%2Fe%3Ff%25%2B%C3%A4");
    EXPECT_EQ(urlEncoded(std::string_view("\0\xff", 2)), "%00%FF");
}

TEST(HttpResponse, SaysHowLongToWaitIfRetryAfterIsSeconds) {
    const auto wait = [](std::string_view value) {
        ferry_field field{sizeof(ferry_field), 0, toStr("retry-after"), toStr(value)};
        ferry_http_response from{};
        from.struct_size = sizeof from;
        from.status = 429;
        from.headers = {&field, sizeof field, 1};
        return HttpResponse(from).retryAfter();
    };
    EXPECT_EQ(wait("0"), std::chrono::milliseconds(0));
    EXPECT_EQ(wait("30"), std::chrono::milliseconds(30'000));
    for (const char* odd : {"", "-1", "1.5", "5 ", "Fri, 31 Dec 1999 23:59:59 GMT", "4294967296"})
        EXPECT_EQ(wait(odd), std::nullopt) << odd;
    EXPECT_EQ(HttpResponse().retryAfter(), std::nullopt);
}

}  // namespace
}  // namespace ferry::sdk
