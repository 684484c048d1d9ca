#pragma once
// Calls that reach the provider and are answered later (`Elements-Async-Request`): the call is
// kept, made, and its answer brought to a callback, over restarts. Calls read, so one that a kill
// has cut off is made again.

#include "api/api_parts.h"
#include "api/async_message.h"
#include "api/route.h"
#include "base/worker.h"
#include "pipeline/delivery_policy.h"

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace ferry::api {

/// Of answers that are on their way at a time, all of the hub: beyond, 429.
inline constexpr std::size_t kAsyncMax = 1'000;
/// An answer has this at most.
inline constexpr std::size_t kAsyncBytesMax = 4 << 20;

/// Threads: accept() from any; each Steppable by one. Lifetime: the parts outlive it.
class AsyncCalls {
  public:
    /// Calls that are made at a time, each on a thread of its own.
    static constexpr std::size_t kCallers = 4;
    /// Makes a call for the instance; may block. The request's client is gone when the hub stops.
    using Answerer =
        std::function<http::Response(const http::Request& request, InstanceId instance)>;

    AsyncCalls(const ApiParts& parts, Answerer answerer);
    ~AsyncCalls();
    AsyncCalls(const AsyncCalls&) = delete;
    AsyncCalls& operator=(const AsyncCalls&) = delete;

    /// Keeps the call and answers {eventId, eventStatus}. Errors: InvalidArgument if it has no
    /// callback that an answer can go to; PermissionDenied if it names one and may not;
    /// RateLimited.
    Result<http::Response> accept(const Call& call, const pipeline::InstanceSettings& settings);

    /// Reads what an earlier process has left: once, before anything is stepped. Errors: the
    /// store's.
    Status load();
    Steppable& caller(std::size_t number) { return callers_[number]; }
    Steppable& sender() { return sender_; }
    /// Calls under way give up, and are made when the hub runs again.
    void stop() { stop_.is_stopping = true; }

  private:
    class Caller final : public Steppable {
      public:
        TimePoint step() override { return owner->stepCaller(); }
        AsyncCalls* owner = nullptr;
    };
    class Sender final : public Steppable {
      public:
        TimePoint step() override { return owner->stepSender(); }
        AsyncCalls* owner = nullptr;
    };
    class Stop final : public http::Client {
      public:
        Result<std::size_t> read(std::span<char>, Milliseconds) override { return std::size_t{0}; }
        bool isGone() override { return is_stopping; }
        std::atomic<bool> is_stopping{false};
    };
    struct Due {
        TimePoint at;
        bool is_sending = false;
    };
    // Answers come on the outbound thread, perhaps after this is gone: the inbox outlives it.
    struct Inbox {
        std::mutex mutex;
        std::vector<std::pair<DeliveryId, http::OutboundResponse>> answers;
        std::function<void()> wake;
    };

    struct Kept {
        store::Message message;
        std::shared_ptr<const pipeline::InstanceSettings> settings;
    };

    TimePoint stepCaller();
    Status makeCall(DeliveryId id);
    TimePoint stepSender();
    Result<std::optional<Kept>> find(DeliveryId id);
    Status send(DeliveryId id);
    Status settle(DeliveryId id, const http::OutboundResponse& answer);
    Status giveUp(const store::Message& message, const std::string& why);
    Status drop(DeliveryId id);
    void noteFailure(std::string_view what, DeliveryId id, const Error& error);

    const ApiParts& parts_;
    const Answerer answerer_;
    Stop stop_;
    std::array<Caller, kCallers> callers_;
    Sender sender_;
    std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
    observe::Counter& delivered_;
    observe::Counter& failed_;
    observe::Counter& given_up_;

    mutable std::mutex mutex_;
    std::deque<std::pair<DeliveryId, TimePoint>> asked_;  // guarded by mutex_; not before this time
    std::map<DeliveryId, Due> due_;                       // guarded by mutex_
};

}  // namespace ferry::api
