#pragma once
// Brings what callers sent to topics to whoever subscribed: one at a time to each subscription, at
// least once, over restarts.

#include "api/api_parts.h"
#include "base/worker.h"
#include "store/topic_store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace ferry::api {

/// Notifications that wait for one subscription; beyond, those who send to its topics get 429.
inline constexpr std::size_t kTopicWaitingMax = 1'000;

/// Threads: step by one. Lifetime: the parts outlive it.
class TopicSender final : public Steppable {
  public:
    explicit TopicSender(const ApiParts& parts);
    ~TopicSender() override;
    TopicSender(const TopicSender&) = delete;
    TopicSender& operator=(const TopicSender&) = delete;

    TimePoint step() override;

  private:
    using Answer = std::pair<store::TopicSending, http::OutboundResponse>;
    // Answers come on the outbound thread, perhaps after this is gone: the inbox outlives it.
    struct Inbox {
        std::mutex mutex;
        std::vector<Answer> answers;
        std::function<void()> wake;
    };

    void takeAnswers();
    Status send(const store::TopicSending& sending);
    Status settle(const Answer& answer);
    Status giveUp(const store::TopicSending& sending, const std::string& why);
    void noteFailure(std::string_view what, const store::TopicSending& sending, const Error& error);

    const ApiParts& parts_;
    std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
    observe::Counter& delivered_;
    observe::Counter& failed_;
    observe::Counter& given_up_;
    /// By subscription: on its way, or not before this time as the store failed.
    std::map<std::int64_t, TimePoint> busy_;
};

}  // namespace ferry::api
