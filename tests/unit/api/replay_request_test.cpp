// Goal: a request for a replay means what it says, and what is wrong in it is named.
// Method: tables of bodies.

#include "api/replay_request.h"

#include "api/json_body.h"
#include "base/time_text.h"
#include "pipeline/replay_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const TimePoint kNow = *parseRfc3339("2026-02-21T12:00:00Z");

Result<Replay> read(std::string_view body) {
    FERRY_TRY_ASSIGN(const auto document, readJsonObject(body));
    return readReplayRequest(document, kNow);
}

TEST(ReplayRequest, HasDefaults) {
    const auto replay = read(R"({"from": "2026-02-20"})");

    ASSERT_TRUE(replay) << replay.error().message;
    EXPECT_EQ(replay->from, *parseRfc3339("2026-02-20"));
    EXPECT_EQ(replay->to, kNow);
    EXPECT_EQ(replay->selection, EventSelection{});
    EXPECT_THAT(replay->instances, IsEmpty());
    EXPECT_EQ(replay->rate, pipeline::kReplayRateDefault);
    EXPECT_FALSE(replay->is_dry_run);
}

TEST(ReplayRequest, TakesEverything) {
    const auto replay = read(R"({"from": 1771588800000, "to": "2026-02-21T00:00:00Z",
        "eventTypes": ["DELETED", "moved"], "objectTypes": ["File", "Order"],
        "instanceIds": [7, 3, 7], "rate": 5, "dryRun": true})");

    ASSERT_TRUE(replay) << replay.error().message;
    EXPECT_EQ(replay->from, *parseRfc3339("2026-02-20T12:00:00Z"));
    EXPECT_TRUE(replay->selection.matches(EventType::Moved));
    EXPECT_FALSE(replay->selection.matches(EventType::Created));
    EXPECT_THAT(replay->selection.object_types, ElementsAre("file", "Order"));
    EXPECT_THAT(replay->instances, ElementsAre(InstanceId(3), InstanceId(7)));
    EXPECT_EQ(replay->rate, 5);
    EXPECT_TRUE(replay->is_dry_run);
}

TEST(ReplayRequest, MayBeginWhereAFailureDid) {
    const char* body = R"({"sinceFailure": true, "instanceIds": [3]})";
    const auto replay = read(body);
    ASSERT_TRUE(replay) << replay.error().message;
    EXPECT_EQ(replay->from, TimePoint()) << "for the caller to find";
    EXPECT_TRUE(asksSinceFailure(*readJsonObject(body)));
    EXPECT_FALSE(asksSinceFailure(*readJsonObject(R"({"sinceFailure": false, "from": 0})")));
}

TEST(ReplayRequest, TakesNumbersAndBooleansAsTexts) {
    const auto replay =
        read(R"({"from": "0", "instanceIds": ["7", 3], "rate": "5", "dryRun": "true"})");

    ASSERT_TRUE(replay) << replay.error().message;
    EXPECT_EQ(replay->from, TimePoint());
    EXPECT_THAT(replay->instances, ElementsAre(InstanceId(3), InstanceId(7)));
    EXPECT_EQ(replay->rate, 5);
    EXPECT_TRUE(replay->is_dry_run);
    const auto real = read(R"({"from": 0, "sinceFailure": "false", "dryRun": "false"})");
    ASSERT_TRUE(real) << real.error().message;
    EXPECT_FALSE(real->is_dry_run);
    EXPECT_TRUE(asksSinceFailure(*readJsonObject(R"({"sinceFailure": "true"})")));
}

TEST(ReplayRequest, NamesWhatIsWrong) {
    const std::pair<const char*, const char*> cases[] = {
        {"{}", "from is required"},
        {R"({"sinceFailure": false})", "from is required"},
        {R"({"sinceFailure": "yes", "from": 0})", "sinceFailure is true or false"},
        {R"({"sinceFailure": true, "from": 0})", "from is left out"},
        {R"({"from": true})", "from is a time like"},
        {R"({"from": "2026-02-22"})", "from is not before to"},
        {R"({"from": "2026-02-20", "to": "2026-02-20"})", "from is not before to"},
        {R"({"from": 0, "eventTypes": "DELETED"})", "eventTypes is a list of texts"},
        {R"({"from": 0, "eventTypes": ["RENAMED"]})", "eventTypes has words other than"},
        {R"({"from": 0, "objectTypes": [1]})", "objectTypes is a list of texts"},
        {R"({"from": 0, "objectTypes": ["a,b"]})", "other than words"},
        {R"({"from": 0, "objectTypes": [""]})", "other than words"},
        {R"({"from": 0, "instanceIds": ["one"]})", "instanceIds is a list of numbers"},
        {R"({"from": 0, "instanceIds": [0]})", "instanceIds is a list of numbers"},
        {R"({"from": 0, "rate": 0})", "rate is a number from 1 to"},
        {R"({"from": 0, "rate": 100001})", "rate is a number from 1 to"},
        {R"({"from": 0, "rate": "0"})", "rate is a number from 1 to"},
        {R"({"from": 0, "rate": "5/s"})", "rate is a number from 1 to"},
        {R"({"from": 0, "rate": 1.5})", "rate is a number from 1 to"},
        {R"({"from": 0, "dryRun": "yes"})", "dryRun is true or false"},
        {R"({"from": 0, "until": 1})", "a member 'until'"},
    };
    for (const auto& [body, message] : cases) {
        const auto replay = read(body);
        ASSERT_FALSE(replay) << body;
        EXPECT_THAT(replay.error().message, HasSubstr(message)) << body;
    }
}

}  // namespace
}  // namespace ferry::api
