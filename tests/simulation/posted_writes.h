#pragma once
// The writer thread of the simulation: writes that nobody waits for happen a little later, in order.

#include "base/clock.h"
#include "base/random.h"
#include "base/worker.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

namespace ferry::test {

class PostedWrites final : public Steppable {
  public:
    PostedWrites(const Clock& clock, Random& random, Wake wake)
        : clock_(clock), random_(random), wake_(std::move(wake)) {}

    void post(std::function<void()> write) {
        // Most disks take a moment; some now and then so long that the next page is there first.
        const auto delay = static_cast<std::int64_t>(random_.below(3) == 0 ? random_.below(2'000) : 0);
        const TimePoint at = clock_.now() + Milliseconds(delay);
        writes_.emplace_back(writes_.empty() ? at : std::max(at, writes_.back().first), std::move(write));
        wake_();
    }

    TimePoint step() override {
        while (!writes_.empty() && writes_.front().first <= clock_.now()) {
            const auto write = std::move(writes_.front().second);
            writes_.pop_front();
            write();
        }
        return writes_.empty() ? TimePoint::max() : writes_.front().first;
    }

  private:
    const Clock& clock_;
    Random& random_;
    const Wake wake_;
    std::deque<std::pair<TimePoint, std::function<void()>>> writes_;
};

}  // namespace ferry::test
