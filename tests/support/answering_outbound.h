#pragma once
// An outbound service that answers each request on a thread of its own, as a network would. For
// tests in which the caller blocks.

#include "http/outbound.h"

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ferry::test {

/// Threads: any. The destructor waits for all answers.
class AnsweringOutbound final : public http::Outbound {
  public:
    using Answer = std::function<http::OutboundResponse(const http::OutboundRequest&)>;

    explicit AnsweringOutbound(Answer answer) : answer_(std::move(answer)) {}
    ~AnsweringOutbound() override {
        for (std::thread& thread : threads_)
            thread.join();
    }
    AnsweringOutbound(const AnsweringOutbound&) = delete;
    AnsweringOutbound& operator=(const AnsweringOutbound&) = delete;

    http::RequestHandle submit(http::OutboundRequest request, Completion completion) override {
        const std::lock_guard lock(mutex_);
        threads_.emplace_back([this, request = std::move(request), completion] {
            completion(answer_(request));
        });
        return threads_.size();
    }
    void cancel(http::RequestHandle) override {}

  private:
    const Answer answer_;
    std::mutex mutex_;
    std::vector<std::thread> threads_;
};

}  // namespace ferry::test
