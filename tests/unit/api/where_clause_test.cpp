// Goal: a where clause means its conditions, and a wrong one says where it is wrong.
// Method: tables of texts; then every cut and many mutations of one, which must not crash.

#include "api/where_clause.h"

#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kWhere =
    "channel='webhook' and status = 'queued' AND config.url='https://a/?b=''c''' and "
    "createdDate>='2026-01-01' and notificationId < 17";

TEST(WhereClause, GivesItsConditions) {
    const auto conditions = parseWhere(kWhere);

    ASSERT_TRUE(conditions) << conditions.error().message;
    EXPECT_THAT(
        *conditions,
        ElementsAre(
            Condition{"channel", Comparison::Equal, "webhook"},
            Condition{"status", Comparison::Equal, "queued"},
            Condition{"config.url", Comparison::Equal, "https://a/?b='c'"},
            Condition{"createdDate", Comparison::GreaterOrEqual, "2026-01-01"},
            Condition{"notificationId", Comparison::Less, "17"}
        )
    );
    EXPECT_THAT(*parseWhere(""), IsEmpty());
    EXPECT_THAT(*parseWhere("  "), IsEmpty());
    EXPECT_THAT(*parseWhere(" a<='' "), ElementsAre(Condition{"a", Comparison::LessOrEqual, ""}));
    EXPECT_THAT(*parseWhere("a>'and'"), ElementsAre(Condition{"a", Comparison::Greater, "and"}));
}

struct Wrong {
    const char* text;
    const char* message;
};

TEST(WhereClause, SaysWhereItIsWrong) {
    const Wrong cases[] = {
        {"='a'", "the name of a field is expected at character 1"},
        {"a", "one of = < <= > >= is expected at character 2"},
        {"a!='b'", "one of = < <= > >= is expected at character 2"},
        {"a=", "a value in single quotes is expected at character 3"},
        {"a=b", "a value in single quotes is expected at character 3"},
        {"a=\"b\"", "a value in single quotes is expected at character 3"},
        {"a='b", "the closing quote is expected at character 5"},
        {"a='b' or c='d'", "'and' or the end is expected at character 7"},
        {"a='b'and c='d'", "'and' or the end is expected at character 6"},
        {"a='b' and", "'and' or the end is expected at character 7"},
        {"a='b' and ", "the name of a field is expected at character 11"},
        {"a='b'; DROP TABLE x", "'and' or the end is expected at character 6"},
    };
    for (const Wrong& wrong : cases) {
        const auto conditions = parseWhere(wrong.text);
        ASSERT_FALSE(conditions) << wrong.text;
        EXPECT_EQ(conditions.error().code, ErrorCode::InvalidArgument);
        EXPECT_THAT(conditions.error().message, HasSubstr(wrong.message)) << wrong.text;
    }
}

TEST(WhereClause, HasABoundedNumberOfConditions) {
    std::string text = "a='0'";
    for (std::size_t i = 1; i < kConditionsMax; ++i)
        text += " and a='0'";
    EXPECT_EQ(parseWhere(text)->size(), kConditionsMax);
    EXPECT_FALSE(parseWhere(text + " and a='0'"));
}

TEST(WhereClause, TakesAnyText) {
    for (std::size_t cut = 0; cut <= kWhere.size(); ++cut)
        static_cast<void>(parseWhere(kWhere.substr(0, cut)));
    test::SeededRandom random(7);
    for (int i = 0; i < 20'000; ++i) {
        std::string text(kWhere);
        for (int change = 0; change < 3; ++change)
            text[random.below(text.size())] = static_cast<char>(random.below(256));
        static_cast<void>(parseWhere(text));
    }
}

}  // namespace
}  // namespace ferry::api
