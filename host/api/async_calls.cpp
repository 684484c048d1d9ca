#include "api/async_calls.h"

#include "api/answers.h"
#include "api/async_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::api {
namespace {

/// Answers that are brought at a time.
constexpr std::size_t kSendingMax = 8;
/// After the store has failed, or the hub had no room for the call.
constexpr Milliseconds kPause{1'000};
/// Then the caller is told that the hub has no room, or no connector.
constexpr Milliseconds kBusyPatience{3'600'000};

constexpr std::string_view kCounterName = "ferry_async_answers_total";
constexpr std::string_view kCounterHelp =
    "Attempts to bring answers of asynchronous calls to callbacks, and answers that were given up";

}  // namespace

AsyncCalls::AsyncCalls(const ApiParts& parts, Answerer answerer)
    : parts_(parts),
      answerer_(std::move(answerer)),
      delivered_(parts.metrics.counter(kCounterName, kCounterHelp, "result=\"delivered\"")),
      failed_(parts.metrics.counter(kCounterName, kCounterHelp, "result=\"failed\"")),
      given_up_(parts.metrics.counter(kCounterName, kCounterHelp, "result=\"given_up\"")) {
    for (Caller& caller : callers_)
        caller.owner = this;
    sender_.owner = this;
    inbox_->wake = [this] { parts_.wake_async(); };
    parts.metrics.gauge(
        "ferry_async_answers_waiting",
        "Asynchronous calls whose answer has not arrived at its callback",
        [this] {
            const std::lock_guard lock(mutex_);
            return static_cast<double>(asked_.size() + due_.size());
        }
    );
}

AsyncCalls::~AsyncCalls() {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->wake = nullptr;
}

Result<http::Response> AsyncCalls::accept(
    const Call& call, const pipeline::InstanceSettings& settings
) {
    AsyncMessage message;
    FERRY_TRY_ASSIGN(
        message.url, asyncCallbackUrl(call, settings, {parts_.egress, parts_.public_url})
    );
    message.method = call.request.method;
    message.target = asyncTarget(call.request);
    store::Message kept;
    kept.instance = settings.id;
    kept.sealed = sealAsyncMessage(message, settings.id, parts_.key, parts_.random);
    kept.due_at = kept.created_at = parts_.clock.now();
    auto added = parts_.store.messages().add(kept, kAsyncMax);
    if (!added) {
        if (added.error().code == ErrorCode::RateLimited) added.error().retry_after = kPause;
        return fail(std::move(added.error()));
    }
    {
        const std::lock_guard lock(mutex_);
        asked_.emplace_back(*added, kept.due_at);
    }
    parts_.wake_async();
    JsonWriter json;
    json.beginObject()
        .field("eventId", added->value)
        .field("eventStatus", "dispatched")
        .endObject();
    return jsonAnswer(json);
}

Status AsyncCalls::load() {
    FERRY_TRY_ASSIGN(const auto all, parts_.store.messages().all());
    const std::lock_guard lock(mutex_);
    for (const store::Message& message : all) {
        if (message.is_asked) {
            asked_.emplace_back(message.id, parts_.clock.now());
        } else {
            due_[message.id].at = message.due_at;
        }
    }
    return {};
}

TimePoint AsyncCalls::stepCaller() {
    if (stop_.is_stopping) return TimePoint::max();
    const TimePoint now = parts_.clock.now();
    DeliveryId id;
    {
        const std::lock_guard lock(mutex_);
        const auto next =
            std::min_element(asked_.begin(), asked_.end(), [](const auto& a, const auto& b) {
                return a.second < b.second;
            });
        if (next == asked_.end()) return TimePoint::max();
        if (next->second > now) return next->second;
        id = next->first;
        asked_.erase(next);
    }
    const Status made = makeCall(id);
    if (!made) {
        noteFailure("a call that is answered later is made again", id, made.error());
        const std::lock_guard lock(mutex_);
        asked_.emplace_back(id, parts_.clock.now() + kPause);
    }
    return parts_.clock.now();
}

/// An error: it is to be made again.
Status AsyncCalls::makeCall(DeliveryId id) {
    FERRY_TRY_ASSIGN(auto kept, parts_.store.messages().find(id));
    if (!kept) return {};  // with its instance
    auto opened = openAsyncMessage(*kept, parts_.key);
    if (!opened) return giveUp(*kept, opened.error().message);
    AsyncMessage& message = *opened;
    const std::string request_id = fmt::format("{:024x}", id.value);
    http::Request request = asyncCallOf(message, request_id);
    request.client = &stop_;
    const http::Response answer = answerer_(request, kept->instance);
    if (stop_.is_stopping) return fail(ErrorCode::Cancelled, "the hub stops");
    const bool is_patient = parts_.clock.now() < kept->created_at + kBusyPatience;
    if (answer.status == 503 && is_patient)
        return fail(ErrorCode::Unavailable, "the hub has no room for it now");
    message.body = asyncAnswerBody(id, kept->instance, answer, request_id, kAsyncBytesMax);
    message.method.clear();
    message.target.clear();
    kept->sealed = sealAsyncMessage(message, kept->instance, parts_.key, parts_.random);
    kept->is_asked = false;
    kept->due_at = parts_.clock.now();
    FERRY_TRY(parts_.store.messages().update(*kept));
    {
        const std::lock_guard lock(mutex_);
        due_[id].at = kept->due_at;
    }
    parts_.wake_async();
    return {};
}

TimePoint AsyncCalls::stepSender() {
    std::vector<std::pair<DeliveryId, http::OutboundResponse>> answers;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
    }
    for (const auto& [id, answer] : answers) {
        if (const Status settled = settle(id, answer); !settled) {
            noteFailure("the outcome of an answer can't be kept", id, settled.error());
            const std::lock_guard lock(mutex_);
            due_[id] = {parts_.clock.now() + kPause};  // at least once
        }
    }
    const TimePoint now = parts_.clock.now();
    TimePoint next = TimePoint::max();
    std::vector<DeliveryId> to_send;
    {
        const std::lock_guard lock(mutex_);
        std::size_t sending =
            static_cast<std::size_t>(std::count_if(due_.begin(), due_.end(), [](const auto& one) {
                return one.second.is_sending;
            }));
        for (auto& [id, due] : due_) {
            if (due.is_sending) continue;
            if (due.at > now) {
                next = std::min(next, due.at);
            } else if (sending < kSendingMax && !stop_.is_stopping) {
                due.is_sending = true;
                ++sending;
                to_send.push_back(id);
            }
        }
    }
    for (const DeliveryId id : to_send) {
        if (const Status sent = send(id); !sent) {
            noteFailure("an answer can't be sent now", id, sent.error());
            const std::lock_guard lock(mutex_);
            due_[id] = {now + kPause};
            next = std::min(next, now + kPause);
        }
    }
    return next;
}

/// Nothing, and forgotten, if its instance is gone.
Result<std::optional<AsyncCalls::Kept>> AsyncCalls::find(DeliveryId id) {
    FERRY_TRY_ASSIGN(auto message, parts_.store.messages().find(id));
    if (message) {
        auto settings = parts_.settings.get(message->instance);
        if (settings) return Kept{std::move(*message), std::move(*settings)};
        if (settings.error().code != ErrorCode::NotFound) return fail(settings.error());
    }
    FERRY_TRY(drop(id));
    return std::optional<Kept>();
}

Status AsyncCalls::send(DeliveryId id) {
    FERRY_TRY_ASSIGN(const auto kept, find(id));
    if (!kept) return {};
    const auto message = openAsyncMessage(kept->message, parts_.key);
    if (!message) return giveUp(kept->message, message.error().message);
    parts_.outbound.submit(
        asyncCallback(id, *message, *kept->settings, parts_.clock.wallNow()),
        [inbox = inbox_, id](http::OutboundResponse answer) {
            const std::lock_guard lock(inbox->mutex);
            inbox->answers.emplace_back(id, std::move(answer));
            if (inbox->wake) inbox->wake();
        }
    );
    return {};
}

Status AsyncCalls::settle(DeliveryId id, const http::OutboundResponse& answer) {
    FERRY_TRY_ASSIGN(auto kept, find(id));
    if (!kept) return {};
    store::Message& message = kept->message;
    ++message.attempt_count;
    const auto result = pipeline::attemptResultOf(answer, parts_.clock.wallNow());
    const RetrySchedule schedule =
        pipeline::retryScheduleOf(kept->settings->delivery, parts_.retry_schedule);
    const auto decision = pipeline::decideDelivery(
        message.attempt_count, result, parts_.clock.now(), schedule, parts_.random.unit()
    );
    if (std::holds_alternative<pipeline::Delivered>(decision)) {
        delivered_.add();
        return drop(id);
    }
    failed_.add();
    if (const auto* again = std::get_if<pipeline::RetryAt>(&decision)) {
        message.due_at = again->time;
        FERRY_TRY(parts_.store.messages().update(message));
        const std::lock_guard lock(mutex_);
        due_[id] = {again->time};
        return {};
    }
    return giveUp(message, pipeline::describeFailure(result));
}

Status AsyncCalls::giveUp(const store::Message& message, const std::string& why) {
    given_up_.add();
    parts_.log.warning(
        "async",
        "the answer of a call is given up",
        {{"event_id", message.id.value},
         {"instance", message.instance.value},
         {"attempts", std::int64_t{message.attempt_count}},
         {"error", why}}
    );
    return drop(message.id);
}

Status AsyncCalls::drop(DeliveryId id) {
    FERRY_TRY(parts_.store.messages().remove(id));
    const std::lock_guard lock(mutex_);
    due_.erase(id);
    return {};
}

void AsyncCalls::noteFailure(std::string_view what, DeliveryId id, const Error& error) {
    if (error.code == ErrorCode::Cancelled) return;
    parts_.log.warning("async", what, {{"event_id", id.value}, {"error", error.message}});
}

}  // namespace ferry::api
