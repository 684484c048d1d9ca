#include "base/worker.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <future>

namespace ferry {
namespace {

/// Tells the nice value of the thread that steps it.
class NiceProbe final : public Steppable {
  public:
    TimePoint step() override {
        if (!is_told_) told_.set_value(::getpriority(PRIO_PROCESS, 0));
        is_told_ = true;
        return TimePoint::max();
    }

    int wait() { return told_.get_future().get(); }

  private:
    std::promise<int> told_;
    bool is_told_ = false;
};

int niceOf(ThreadPriority priority) {
    NiceProbe probe;
    SystemClock clock;
    Worker worker("test", probe, clock, Milliseconds(0), priority);
    worker.start();
    return probe.wait();
}

TEST(WorkerTest, GivesWayOnItsOwnThreadAlone) {
    const int ours = ::getpriority(PRIO_PROCESS, 0);
    EXPECT_GT(niceOf(ThreadPriority::Low), ours);
    EXPECT_EQ(niceOf(ThreadPriority::Normal), ours);
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), ours);
}

}  // namespace
}  // namespace ferry
