#include "plugin/call_watch.h"

#include <algorithm>
#include <set>

namespace ferry::plugin {
namespace {

constexpr std::size_t kNoPlace = static_cast<std::size_t>(-1);

/// Gives the places of threads that have ended to others.
class Places {
  public:
    std::size_t take() {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) return next_++;
        return free_.extract(free_.begin()).value();
    }
    void giveBack(std::size_t place) {
        const std::lock_guard lock(mutex_);
        free_.insert(place);
    }

  private:
    std::mutex mutex_;
    std::set<std::size_t> free_;
    std::size_t next_ = 0;
};

/// Never destroyed: threads may end after everything else.
Places& places() {
    static auto* const all = new Places;
    return *all;
}

struct OwnPlace {
    std::size_t place = places().take();
    OwnPlace() = default;
    OwnPlace(const OwnPlace&) = delete;
    OwnPlace& operator=(const OwnPlace&) = delete;
    ~OwnPlace() { places().giveBack(place); }
};

thread_local std::size_t own_place = kNoPlace;

std::size_t takeOwnPlace() noexcept {
    static thread_local const OwnPlace own;
    return own.place;
}

}  // namespace

std::size_t CallWatch::ownPlace() noexcept {
    if (own_place == kNoPlace) own_place = takeOwnPlace();
    return own_place;
}

std::chrono::milliseconds CallWatch::longest(std::chrono::steady_clock::time_point now) {
    const std::lock_guard lock(mutex_);
    std::chrono::steady_clock::duration longest{0};
    for (std::size_t place = 0; place < kThreadsMax; ++place) {
        const std::uint64_t count = counts_[place].load(std::memory_order_relaxed);
        Seen& seen = seen_[place];
        if (count % 2 == 0 || count != seen.count) {
            seen = {count, now};
        } else {
            longest = std::max(longest, now - seen.at);
        }
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest);
}

}  // namespace ferry::plugin
