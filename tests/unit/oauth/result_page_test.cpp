// Goal: nothing that others wrote gets into a page as markup. Method: texts with every character
// that means something there.

#include "oauth/result_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::oauth {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ResultPage, EscapesEverything) {
    EXPECT_EQ(
        escapeHtml("<a href=\"x\">'&'\n</a>"),
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39; &lt;/a&gt;"
    );
    EXPECT_EQ(escapeHtml("grün"), "grün");
    EXPECT_EQ(escapeHtml("\xff\xfe"), "(not readable)");
}

TEST(ResultPage, LinksLeadToTheWebOnly) {
    const auto body = [](std::string link) {
        return renderPage({200, "t", {}, std::move(link), "go"}).body;
    };

    EXPECT_THAT(
        body("https://x.test/\"><i>"), HasSubstr("href=\"https://x.test/&quot;&gt;&lt;i&gt;\"")
    );
    EXPECT_THAT(body("javascript:alert(1)"), Not(HasSubstr("href")));
}

}  // namespace
}  // namespace ferry::oauth
