#pragma once
// Waits for the completions of an Outbound, which come on its thread.

#include "http/outbound.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace ferry::test {

/// Outlives the requests it collects for. Threads: any.
class Collector {
  public:
    http::Outbound::Completion completion() {
        return [this](http::OutboundResponse response) {
            const std::lock_guard lock(mutex_);
            responses_.push_back(std::move(response));
            changed_.notify_all();
        };
    }
    /// The responses in the order they came, once there are `count`; fewer if that takes 30 s.
    std::vector<http::OutboundResponse> wait(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(30), [&] {
            return responses_.size() >= count;
        });
        return responses_;
    }
    std::size_t count() {
        const std::lock_guard lock(mutex_);
        return responses_.size();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<http::OutboundResponse> responses_;
};

/// Sends one request and waits for its answer; error Cancelled if none comes in 30 s.
inline http::OutboundResponse exchange(http::Outbound& outbound, http::OutboundRequest request) {
    Collector collector;
    const auto handle = outbound.submit(std::move(request), collector.completion());
    auto responses = collector.wait(1);
    if (responses.empty()) {
        outbound.cancel(handle);
        responses = collector.wait(1);
    }
    return responses.empty() ? http::OutboundResponse{} : std::move(responses.front());
}

}  // namespace ferry::test
