// Goal: where an instance stands can be read, set to now, and reset. Method: the whole hub with a
// fake Dropbox and a receiver, asked over HTTP.

#include "integration/api_fixture.h"

namespace ferry::test {
namespace {

using testing::UnorderedElementsAre;

using CursorApiTest = ApiTest;

TEST_F(CursorApiTest, ACursorIsReadSetToNowAndReset) {
    startWith("marketing");
    put("/a.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    const std::string cursor =
        "/instances/" + std::to_string(instance("marketing")->id.value) + "/cursor";
    const auto isLiveAt = [&](int generation) {
        return eventually([&] {
            const auto now = json(200, "GET", cursor);
            return now["generation"].GetInt() == generation && text(now, "phase") == "live" &&
                   !now.HasMember("request");
        });
    };
    ASSERT_TRUE(isLiveAt(1));
    EXPECT_NE(text(json(200, "GET", cursor), "lastDrainDate"), "");

    json(200, "POST", cursor + "/reset");
    ASSERT_TRUE(isLiveAt(2));
    EXPECT_EQ(json(200, "GET", "/instances/events").Size(), 1U) << "nothing differs";
    fake_->setNoticesOn(false);
    put("/missed.txt");
    json(200, "POST", cursor + "/now");
    ASSERT_TRUE(isLiveAt(3));
    EXPECT_EQ(json(200, "GET", "/instances/events").Size(), 1U) << "skipped";
    fake_->setNoticesOn(true);
    put("/missed.txt", "more");

    ASSERT_TRUE(receiver_.waitForEvents(2));
    EXPECT_THAT(
        receiver_.toldEvents(), UnorderedElementsAre("CREATED /a.txt", "UPDATED /missed.txt")
    );
    json(404, "GET", "/instances/999/cursor");
}

}  // namespace
}  // namespace ferry::test
