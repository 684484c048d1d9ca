// Goal: letters of all scripts are found whatever their case, and nothing else changes.

#include "base/letter_case.h"

#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace ferry {
namespace {

TEST(LowerLetters, OfAllScripts) {
    const std::pair<const char*, const char*> cases[] = {
        {"", ""},
        {"ALICE's 100 %", "alice's 100 %"},
        {"M\xC3\x9CNCHEN \xC3\x84\xC3\x96", "m\xC3\xBCnchen \xC3\xA4\xC3\xB6"},
        {"\xCE\x91\xCE\xA9 \xD0\x96", "\xCE\xB1\xCF\x89 \xD0\xB6"},  // Greek, Cyrillic
        {"\xE1\xBA\xA0", "\xE1\xBA\xA1"},                            // Vietnamese
        {"\xF0\x90\x90\x80", "\xF0\x90\x90\xA8"},                    // Deseret
        {"\xE6\x96\x87\xE4\xBB\xB6 \xC3\x9F", "\xE6\x96\x87\xE4\xBB\xB6 \xC3\x9F"},
        {"A\xFF\xC3", "a\xFF\xC3"},
    };
    for (const auto& [text, lower] : cases)
        EXPECT_EQ(lowerLetters(text), lower) << text;
}

TEST(LowerLetters, OfEveryCharacterAreStillText) {
    for (char32_t code = 1; code <= 0x10FFFF; ++code) {
        if (code >= 0xD800 && code <= 0xDFFF) continue;
        std::string text;
        appendUtf8(text, code);
        ASSERT_EQ(utf8CharacterBytes(text), text.size()) << std::hex << +code;
        ASSERT_EQ(utf8CodePoint(text), code);
        const std::string lower = lowerLetters(text);
        ASSERT_TRUE(isValidUtf8(lower)) << std::hex << +code;
        ASSERT_EQ(lowerLetters(lower), lower) << std::hex << +code;
    }
}

}  // namespace
}  // namespace ferry
