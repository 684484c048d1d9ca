// Goal: no markup is left in names and tags, and what is none stays. Method: a table of texts.

#include "api/plain_text.h"

#include <gtest/gtest.h>

namespace ferry::api {
namespace {

TEST(PlainText, HasNoMarkup) {
    struct Case {
        const char* text;
        const char* want;
    };
    for (const Case& it :
         {Case{"", ""},
          Case{"alice", "alice"},
          Case{"  alice \t", "alice"},
          Case{"a < b > c <3", "a < b > c <3"},
          Case{"<b>bold</b>", "bold"},
          Case{"<a href=\"#\" onClick=\"x()\">name</a>", "name"},
          Case{"<script>alert('x')</script>name", "name"},
          Case{"a<SCRIPT src=x>alert(1)</ScRiPt >b", "ab"},
          Case{"<style>p{}</style>x", "x"},
          Case{"<script>never ends", ""},
          Case{"a<b", "a"},
          Case{"a<!-- b -->c", "ac"},
          Case{"<scr<b>ipt>alert(1)</scr</b>ipt>x", "ipt>alert(1)ipt>x"},
          Case{"<<b>b>x", "x"},
          Case{"<<<b>b>b>x", "x"},
          Case{"one\ntwo\x7f", "one two"},
          Case{"\xC3\xA4<i>\xC3\xB6</i>", "\xC3\xA4\xC3\xB6"}}) {
        const std::string got = toPlainText(it.text);
        EXPECT_EQ(got, it.want) << it.text;
        EXPECT_EQ(toPlainText(got), got) << it.text;
    }
}

TEST(PlainText, OfHostileNestingTakesNoTime) {
    std::string nested;
    for (int i = 0; i < 2'000; ++i)
        nested += "<";
    for (int i = 0; i < 2'000; ++i)
        nested += "b>";

    EXPECT_EQ(toPlainText(nested).find("<b"), std::string::npos);
}

}  // namespace
}  // namespace ferry::api
