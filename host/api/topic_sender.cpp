#include "api/topic_sender.h"

#include "api/topic_message.h"
#include "model/subscription_number.h"
#include "pipeline/delivery_policy.h"

#include <algorithm>
#include <variant>

namespace ferry::api {
namespace {

/// Subscriptions that are brought something at a time.
constexpr std::size_t kSendingMax = 32;
/// After the store has failed.
constexpr Milliseconds kPause{1'000};

constexpr std::string_view kCounterName = "ferry_topic_notifications_total";
constexpr std::string_view kCounterHelp =
    "Attempts to bring notifications to subscriptions of topics, and those that were given up";

}  // namespace

TopicSender::TopicSender(const ApiParts& parts)
    : parts_(parts),
      delivered_(parts.metrics.counter(kCounterName, kCounterHelp, "result=\"delivered\"")),
      failed_(parts.metrics.counter(kCounterName, kCounterHelp, "result=\"failed\"")),
      given_up_(parts.metrics.counter(kCounterName, kCounterHelp, "result=\"given_up\"")) {
    inbox_->wake = [this] { parts_.wake_topics(); };
    parts.metrics.gauge(
        "ferry_topic_notifications_waiting",
        "Notifications that have not arrived at a subscription of their topic",
        [this] {
            const auto count = parts_.store.topics().sendingCount();
            return count ? static_cast<double>(*count) : 0.0;
        }
    );
}

TopicSender::~TopicSender() {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->wake = nullptr;
}

TimePoint TopicSender::step() {
    takeAnswers();
    const TimePoint now = parts_.clock.now();
    const auto sendings = parts_.store.topics().nextSendings();
    if (!sendings) {
        noteFailure("what is on its way can't be read", {}, sendings.error());
        return now + kPause;
    }
    TimePoint next = TimePoint::max();
    for (const store::TopicSending& sending : *sendings) {
        const auto busy = busy_.find(sending.subscription);
        const TimePoint due =
            busy == busy_.end() ? sending.due_at : std::max(busy->second, sending.due_at);
        if (due > now) {
            next = std::min(next, due);
            continue;
        }
        if (busy != busy_.end()) busy_.erase(busy);
        const auto on_their_way = std::count_if(busy_.begin(), busy_.end(), [](const auto& one) {
            return one.second == TimePoint::max();
        });
        if (on_their_way >= static_cast<std::ptrdiff_t>(kSendingMax)) break;  // an answer wakes
        busy_[sending.subscription] = TimePoint::max();
        if (const Status sent = send(sending); !sent) {
            noteFailure("a notification can't be sent now", sending, sent.error());
            busy_[sending.subscription] = now + kPause;
            next = std::min(next, now + kPause);
        } else if (!busy_.contains(sending.subscription)) {
            next = now;  // there was nothing to send: the next one
        }
    }
    return next;
}

void TopicSender::takeAnswers() {
    std::vector<Answer> answers;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
    }
    for (const Answer& answer : answers) {
        busy_.erase(answer.first.subscription);
        if (const Status settled = settle(answer); !settled) {
            noteFailure(
                "the outcome of a notification can't be kept", answer.first, settled.error()
            );
            busy_[answer.first.subscription] = parts_.clock.now() + kPause;  // at least once
        }
    }
}

Status TopicSender::send(const store::TopicSending& sending) {
    FERRY_TRY_ASSIGN(
        const auto subscription, parts_.store.topics().subscription(sending.subscription)
    );
    FERRY_TRY_ASSIGN(
        const auto notification, parts_.store.topics().notification(sending.notification)
    );
    if (!subscription || !notification) {  // removed meanwhile
        busy_.erase(sending.subscription);
        return parts_.store.topics().endSending(sending);
    }
    const auto url = urlOf(*subscription, parts_.key);
    if (!url) {
        busy_.erase(sending.subscription);
        return giveUp(sending, url.error().message);
    }
    parts_.outbound.submit(
        topicCallback(*notification, *url),
        [inbox = inbox_, sending](http::OutboundResponse answer) {
            const std::lock_guard lock(inbox->mutex);
            inbox->answers.emplace_back(sending, std::move(answer));
            if (inbox->wake) inbox->wake();
        }
    );
    return {};
}

Status TopicSender::settle(const Answer& answer) {
    store::TopicSending sending = answer.first;
    const http::OutboundResponse& response = answer.second;
    ++sending.attempt_count;
    const auto result = pipeline::attemptResultOf(response, parts_.clock.wallNow());
    const auto decision = pipeline::decideDelivery(
        sending.attempt_count,
        result,
        parts_.clock.now(),
        parts_.retry_schedule,
        parts_.random.unit()
    );
    if (std::holds_alternative<pipeline::Delivered>(decision)) {
        delivered_.add();
        return parts_.store.topics().endSending(sending);
    }
    failed_.add();
    if (const auto* again = std::get_if<pipeline::RetryAt>(&decision)) {
        sending.due_at = again->time;
        return parts_.store.topics().postpone(sending);
    }
    if (std::get<pipeline::Dead>(decision).reason == pipeline::DeadReason::OutOfAttempts)
        return giveUp(sending, pipeline::describeFailure(result));
    parts_.log.warning(
        "topics",
        "the receiver of a subscription wants no more: it is not active from now on",
        {{"subscription", topicSubscriptionNumber(sending.subscription)}}
    );
    given_up_.add();
    return parts_.store.topics().deactivate(sending.subscription);
}

Status TopicSender::giveUp(const store::TopicSending& sending, const std::string& why) {
    given_up_.add();
    parts_.log.warning(
        "topics",
        "a notification is given up",
        {{"notification", sending.notification.value},
         {"subscription", topicSubscriptionNumber(sending.subscription)},
         {"attempts", std::int64_t{sending.attempt_count}},
         {"error", why}}
    );
    return parts_.store.topics().endSending(sending);
}

void TopicSender::noteFailure(
    std::string_view what, const store::TopicSending& sending, const Error& error
) {
    if (error.code == ErrorCode::Cancelled) return;
    parts_.log.warning(
        "topics",
        what,
        {{"notification", sending.notification.value},
         {"subscription", topicSubscriptionNumber(sending.subscription)},
         {"error", error.message}}
    );
}

}  // namespace ferry::api
