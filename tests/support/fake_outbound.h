#pragma once
// An outbound service without a network: it keeps the requests, and a test completes them when and
// how it likes. Completions come from the thread that completes, never inside submit, as promised.

#include "base/check.h"
#include "http/outbound.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace ferry::test {

/// Threads: any.
class FakeOutbound final : public http::Outbound {
  public:
    struct Pending {
        http::RequestHandle handle = 0;
        http::OutboundRequest request;
        Completion completion;
    };

    http::RequestHandle submit(http::OutboundRequest request, Completion completion) override {
        const std::lock_guard lock(mutex_);
        ++submitted_;
        held_ = request.starts_later ? held_ + 1 : 0;
        pending_.push_back({next_handle_, std::move(request), std::move(completion)});
        return next_handle_++;
    }

    void startSubmitted() override {
        const std::lock_guard lock(mutex_);
        held_ = 0;
    }

    /// Only notes it; a test completes the request with Cancelled if it wants to.
    void cancel(http::RequestHandle handle) override {
        const std::lock_guard lock(mutex_);
        cancelled_.insert(handle);
    }

    std::size_t pendingCount() const {
        const std::lock_guard lock(mutex_);
        return pending_.size();
    }
    std::size_t submittedCount() const {
        const std::lock_guard lock(mutex_);
        return submitted_;
    }
    /// Those that nobody has started yet.
    std::size_t heldCount() const {
        const std::lock_guard lock(mutex_);
        return held_;
    }
    std::size_t cancelledCount() const {
        const std::lock_guard lock(mutex_);
        return cancelled_.size();
    }
    /// The request that was submitted before all others that are pending.
    http::OutboundRequest oldest() const {
        const std::lock_guard lock(mutex_);
        FERRY_CHECK(!pending_.empty(), "no request is pending");
        return pending_.front().request;
    }

    /// Completes the oldest pending request.
    void complete(http::OutboundResponse response) {
        const Pending pending = take();
        pending.completion(std::move(response));
    }
    void completeStatus(int status) { complete(answer(status)); }
    void completeError(http::TransportError error) {
        http::OutboundResponse response;
        response.error = error;
        complete(std::move(response));
    }
    void completeAll(int status) {
        while (pendingCount() > 0)
            completeStatus(status);
    }

    static http::OutboundResponse answer(int status) {
        http::OutboundResponse response;
        response.status = status;
        response.latency = Milliseconds{12};
        return response;
    }

  private:
    Pending take() {
        const std::lock_guard lock(mutex_);
        FERRY_CHECK(!pending_.empty(), "no request is pending");
        Pending pending = std::move(pending_.front());
        pending_.pop_front();
        return pending;
    }

    mutable std::mutex mutex_;
    std::deque<Pending> pending_;
    std::set<http::RequestHandle> cancelled_;
    std::size_t submitted_ = 0;
    std::size_t held_ = 0;
    http::RequestHandle next_handle_ = 1;
};

}  // namespace ferry::test
