// Goal: where the provider counts the requests of an app, none is made before its turn, and whoever
// waits for one gets it. Method: the worker of sync_worker_fixture.h, at a rate of one request in
// 2.5 s, which is longer than a drain holds its place.

#include "unit/pipeline/sync_worker_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

class SyncTurnsTest : public SyncWorkerTest {
  protected:
    SyncTurnsTest() : SyncWorkerTest(false) {
        provider_->provider_options.polling.emplace();
        provider_->provider_options.polling->rate = {1, Milliseconds(2'500)};
    }

    bool eventually(const std::function<bool()>& condition) {
        for (int i = 0; i < 10'000 && !condition(); ++i) {
            worker_->step();
            std::this_thread::sleep_for(Milliseconds(1));
        }
        return condition();
    }
    bool asks() { return outbound_.pendingCount() > 0; }
    void answer(int status, const std::string& body) {
        http::OutboundResponse response = test::FakeOutbound::answer(status);
        response.body = body;
        outbound_.complete(std::move(response));
    }
};

TEST_F(SyncTurnsTest, ATurnThatComesWhileACommitIsSlowIsNotLost) {
    ASSERT_TRUE(eventually([this] { return asks(); }));
    is_disk_slow_ = true;
    answer(200, "cursor=a;more=1");
    for (int i = 0; i < 3; ++i)
        worker_->step();
    EXPECT_FALSE(asks()) << "before its turn";
    clock_.advance(Milliseconds(3'000));
    worker_->step();
    is_disk_slow_ = false;

    ASSERT_TRUE(eventually([this] { return asks(); }));
    answer(200, "cursor=b");
    EXPECT_TRUE(eventually([this] { return worker_->drainsInFlight() == 0; }));
}

TEST_F(SyncTurnsTest, AProviderThatAsksForAWeekIsAskedAfterAnHour) {
    ASSERT_TRUE(eventually([this] { return asks(); }));
    answer(429, "wait_ms=604800000");
    ASSERT_TRUE(eventually([this] { return worker_->drainsInFlight() == 0; }));
    EXPECT_THAT(lines_, testing::Contains(testing::HasSubstr("wait_ms=3600000")));
    clock_.advance(Milliseconds(3'599'000));
    webhook();
    for (int i = 0; i < 3; ++i)
        worker_->step();
    EXPECT_FALSE(asks());
    clock_.advance(Milliseconds(10'000));
    EXPECT_TRUE(eventually([this] { return asks(); }));
}

}  // namespace
}  // namespace ferry::pipeline
