#pragma once
// Sees calls into a plugin that do not come back. A call can't be ended from outside, so all that
// is left is to say so.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace ferry::plugin {

/// One for each loaded plugin. Threads: any.
class CallWatch {
  public:
    /// A call begins, and ends, on the calling thread. Two plain writes each: it stands around
    /// calls that take some hundred nanoseconds. A call within a call of the same plugin is not
    /// seen.
    void begin() noexcept { count(); }
    void end() noexcept { count(); }

    /// For how long the longest call under way is known not to have come back: since the first look
    /// that found it. So somebody has to look now and then.
    std::chrono::milliseconds longest(std::chrono::steady_clock::time_point now);

  private:
    /// Threads beyond that are not watched; the hub has fewer.
    static constexpr std::size_t kThreadsMax = 64;

    /// The place of the calling thread in all of these; kThreadsMax if it has none.
    static std::size_t ownPlace() noexcept;
    void count() noexcept {
        const std::size_t place = ownPlace();
        if (place >= kThreadsMax) return;
        auto& own = counts_[place];  // written by this thread alone
        own.store(own.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    struct Seen {
        std::uint64_t count = 0;
        std::chrono::steady_clock::time_point at{};
    };

    std::array<std::atomic<std::uint64_t>, kThreadsMax> counts_{};  ///< odd: in a call
    std::mutex mutex_;
    std::array<Seen, kThreadsMax> seen_{};  ///< guarded by mutex_
};

}  // namespace ferry::plugin
