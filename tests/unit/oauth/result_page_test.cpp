// Goal: nothing that others wrote gets into a page as markup. Method: texts with every character
// that means something there.

#include "oauth/result_page.h"

#include "http/problem.h"
#include "oauth/failure_page.h"

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

TEST(ResultPage, RefusalsOfTheWayThereAreShownAsPages) {
    for (const int status : {400, 404, 405, 503}) {
        http::Response refusal = http::problem(status, "id", "words for programs");
        refusal.headers.add("Retry-After", "1");
        const http::Response page = asPage(std::move(refusal));
        EXPECT_EQ(page.status, status);
        EXPECT_THAT(page.content_type, HasSubstr("text/html"));
        EXPECT_THAT(page.body, HasSubstr("<h1>"));
        EXPECT_THAT(page.body, Not(HasSubstr("requestId")));
        EXPECT_EQ(page.headers.get("Retry-After"), "1");
    }
    const http::Response page = renderPage({409, "Disabled", {"why"}, {}, {}});
    EXPECT_EQ(asPage(page).body, page.body);
    EXPECT_TRUE(isOfBrowser("/oauth"));
    EXPECT_TRUE(isOfBrowser("/oauth/start/a/b"));
    EXPECT_FALSE(isOfBrowser("/oauthx"));
}

}  // namespace
}  // namespace ferry::oauth
