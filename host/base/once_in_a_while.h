#pragma once
// Lines of a log that strangers can cause: a few of them say what there is to know.

#include "base/clock.h"

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace ferry {

/// Lets one of many pass in each interval, by name: what goes wrong with one hides nothing of
/// another. Remembers each name that it was asked for: they come from a list, not from strangers.
/// Threads: any.
class OnceInAWhile {
  public:
    explicit OnceInAWhile(Milliseconds interval) : interval_(interval) {}

    bool mayPass(std::string_view name, TimePoint now) {
        const std::lock_guard lock(mutex_);
        const auto found = next_.find(name);
        if (found != next_.end() && now < found->second) return false;
        next_.insert_or_assign(std::string(name), now + interval_);
        return true;
    }

  private:
    const Milliseconds interval_;
    std::mutex mutex_;
    std::map<std::string, TimePoint, std::less<>> next_;
};

}  // namespace ferry
