// Goal: a webhook's record that is longer than the host takes holds nothing up. Method: the plugin
// as the hub loads it, with and without a list of records.

#include "plugin/declarative/fetch_case.h"

#include <gmock/gmock.h>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// The records that webhooks bring, with `each` and without.
AbiOutcome notified(const std::string& more, const std::string& body) {
    AbiPlugin plugin(
        pluginFile(),
        "acme",
        {{"notifications", R"({"verify":[{"method":"token","header":"x-token"}])" + more + "}"},
         {"map", kMap}}
    );
    return plugin.parseNotification(body);
}

TEST(Webhooks, ALongRecordGoesOnWithoutItsLongTexts) {
    const std::string text(1U << 20U, 'x');
    const std::string record = R"({"id":"b","n":1.50,"text":")" + text + "\"}";
    constexpr const char* kShort = R"({"id":"b","n":1.50,"text":""})";
    const AbiOutcome whole = notified("", record);
    EXPECT_EQ(whole.status, FERRY_OK) << whole.message;
    EXPECT_THAT(whole.changes, ElementsAre(kShort));
    EXPECT_THAT(whole.log, SizeIs(1));
    const std::string kept = R"({"id":"a","text":")" + text.substr(0, 1'000'000) + "\"}";
    const AbiOutcome items =
        notified(R"(,"each":["items"])", R"({"items":[)" + kept + "," + record + "]}");
    EXPECT_EQ(items.violation, "");
    EXPECT_THAT(items.changes, ElementsAre(kept, kShort));
}

TEST(Webhooks, ARecordThatIsTooLongEvenSoHoldsUpNoOther) {
    const AbiOutcome outcome =
        notified(R"(,"each":["items"])", R"({"items":[)" + kLarge + R"(,{"id":"a"}]})");
    EXPECT_EQ(outcome.status, FERRY_OK) << outcome.message;
    EXPECT_THAT(outcome.changes, ElementsAre(R"({"id":"a"})"));
    EXPECT_THAT(outcome.log, ElementsAre(HasSubstr("is left out")));
}

}  // namespace
}  // namespace ferry::test
