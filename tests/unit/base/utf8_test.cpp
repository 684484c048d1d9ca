// Goal: what is no text is told at any place of it. Text from anybody, once cleaned, can't move a
// terminal's cursor, begin a line of its own, turn the writing around, or hide; all else is shown
// as it is. Method: tables of texts.

#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace ferry {
namespace {

const std::string kSign = "\xEF\xBF\xBD";

TEST(IsPlainText, FindsWhatIsNoTextAtAnyPlace) {
    for (std::size_t size = 1; size <= 33; ++size) {
        const std::string text(size, 'a');
        EXPECT_TRUE(isPlainText(text) && isValidUtf8(text)) << size;
        for (std::size_t at = 0; at < size; ++at) {
            const std::string before = text.substr(0, at), after = text.substr(at + 1);
            const std::string letter = before + "\xC3\xBC" + after;
            EXPECT_TRUE(isPlainText(letter) && isValidUtf8(letter)) << size << " " << at;
            const std::string with_nul = before + '\0' + after;
            EXPECT_FALSE(isPlainText(with_nul)) << size << " " << at;
            EXPECT_TRUE(isValidUtf8(with_nul)) << size << " " << at;
            const std::string behind_letter = "\xC3\xBC\x01\x7F" + with_nul;
            EXPECT_FALSE(isPlainText(behind_letter)) << size << " " << at;
            const std::string broken = before + '\x80' + after;
            EXPECT_FALSE(isPlainText(broken) || isValidUtf8(broken)) << size << " " << at;
        }
    }
    EXPECT_TRUE(isPlainText(""));
}

TEST(ToPrintable, LeavesTextOfAllScripts) {
    for (const char* text :
         {"",
          "/plain/path with spaces~.txt",
          "/\xC3\xBC"
          "bung/\xE6\x96\x87\xE4\xBB\xB6/\xF0\x9F\x93\x81",  // Latin, Han, a folder
          "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD8\xB3\xD9\x84\xD8\xA7\xD9\x85",  // Hebrew, Arabic
          "\xC2\xA0\xC2\xA1\xC2\xAC\xC2\xAE\xE2\x80\x8A\xE2\x80\x90\xE2\x80\xAF\xEF\xBF\xBC"}) {
        EXPECT_EQ(toPrintable(text), text);
    }
}

TEST(ToPrintable, ReplacesWhatIsNoText) {
    const std::pair<std::string, std::string> cases[] = {
        {"a\nb\r\nc\td", "a b  c d"},
        {"\x1B[31mred\a\x7F", kSign + "[31mred" + kSign + kSign},
        {std::string("a\0b", 3), "a" + kSign + "b"},
        {"\xC2\x9B"
         "31m \xC2\x80\xC2\x9F",
         kSign + "31m " + kSign + kSign},  // C1
        {"a\xC2\x85"
         "b\xE2\x80\xA8"
         "c\xE2\x80\xA9"
         "d",
         "a b c d"},  // line ends of Unicode
        {"gpj\xE2\x80\xAE"
         "exe",
         "gpj" + kSign + "exe"},                                      // U+202E
        {"\xE2\x81\xA6\xE2\x81\xA9\xD8\x9C", kSign + kSign + kSign},  // U+2066, 2069, 61C
        {"a\xE2\x80\x8B"
         "b\xE2\x80\x8D"
         "c\xEF\xBB\xBF"
         "d\xC2\xAD",
         "a" + kSign + "b" + kSign + "c" + kSign + "d" + kSign},
        {"\xF3\xA0\x80\x81\xF3\xA0\x81\xBF", kSign + kSign},  // U+E0001, E007F
        {"\xFF\xC2 \xED\xA0\x80\xE2\x80",
         kSign + kSign + " " + kSign + kSign + kSign + kSign + kSign},
    };
    for (const auto& [text, want] : cases)
        EXPECT_EQ(toPrintable(text), want) << want;
}

}  // namespace
}  // namespace ferry
