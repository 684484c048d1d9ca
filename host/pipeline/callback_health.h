#pragma once
// Which callbacks fail, and since when: what the delivery worker sees, for those who tell people.

#include "base/clock.h"
#include "model/ids.h"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::pipeline {

struct FailingCallback {
    CallbackId callback;
    TimePoint since;    ///< end of the first attempt in vain, with no success since
    std::string error;  ///< of the last attempt; for people
};

/// In memory, of callbacks that fail alone. What an operator was told of is put back after a start
/// (`restore`): a callback is well again only when it has accepted something.
///
/// Threads: any.
class CallbackHealth {
  public:
    /// True if the last attempt before did not fail, as far as is known.
    bool noteFailure(CallbackId callback, TimePoint now, std::string_view error);
    /// Since when it had failed, if it had; nullopt otherwise.
    std::optional<TimePoint> noteSuccess(CallbackId callback);
    /// No instance has it any more.
    void forget(CallbackId callback) { static_cast<void>(noteSuccess(callback)); }

    /// It failed since `since` when the process before this one ended. What is known already stays.
    void restore(const FailingCallback& failing);

    /// Those that have failed since `before` or earlier, by id.
    std::vector<FailingCallback> failingSince(TimePoint before) const;

  private:
    struct Failure {
        TimePoint since;
        std::string error;
    };
    mutable std::mutex mutex_;
    std::unordered_map<CallbackId, Failure> failing_;
};

}  // namespace ferry::pipeline
