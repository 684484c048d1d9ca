#include "pipeline/delivery_worker.h"

#include "base/backoff.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "delivery";

// Leased in one step at most, so that answers don't wait long for a step that prepares requests.
constexpr std::size_t kLeaseBatch = 64;
// How the worker backs off from a store that fails.
constexpr BackoffRange kStorePause{Milliseconds{100}, Milliseconds{10'000}};
// Deliveries that another process made are found at the latest after this time.
constexpr Milliseconds kIdleCheck{30'000};

AttemptOutcome outcomeOf(const Delivery& delivery, TimePoint now) {
    AttemptOutcome outcome;
    outcome.delivery = delivery.id;
    outcome.instance = delivery.instance;
    outcome.callback = delivery.callback;
    outcome.attempt_count = delivery.attempt_count;
    outcome.was_sent = false;
    outcome.finished_at = now;
    return outcome;
}

}  // namespace

DeliveryWorker::DeliveryWorker(const DeliveryServices& services, DeliveryOptions options, Wake wake)
    : services_(services),
      options_(std::move(options)),
      metrics_(services.metrics),
      inbox_(std::make_shared<Inbox>()) {
    inbox_->wake = std::move(wake);
}

DeliveryWorker::~DeliveryWorker() {
    closeInbox();
    for (const auto& [number, attempt] : in_flight_)
        services_.outbound.cancel(attempt.request);
}

TimePoint DeliveryWorker::step() {
    takeAnswers();
    TimePoint next = TimePoint::max();
    if (services_.clock.now() < paused_until_) {
        next = paused_until_;
    } else if (!recordOutcomes()) {
        next = paused_until_;
    } else if (!is_stopping_) {
        next = leaseMore();
        if (!recordOutcomes()) next = paused_until_;
    }
    unfinished_ = in_flight_.size() + outcomes_.size();
    return next;
}

void DeliveryWorker::finish() {
    stop();
    takeAnswers();
    closeInbox();
    recordOutcomes();
    std::vector<Delivery> given_back;
    given_back.reserve(in_flight_.size());
    for (auto& [number, attempt] : in_flight_) {
        services_.outbound.cancel(attempt.request);
        given_back.push_back(std::move(attempt.delivery));
    }
    in_flight_.clear();
    if (!given_back.empty()) services_.deliveries.release(given_back);
    unfinished_ = outcomes_.size();
}

void DeliveryWorker::closeInbox() {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->wake = nullptr;
    inbox_->answers.clear();
}

void DeliveryWorker::takeAnswers() {
    std::vector<std::pair<std::uint64_t, http::OutboundResponse>> answers;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
    }
    for (const auto& [number, response] : answers)
        takeAnswer(number, response);
}

void DeliveryWorker::takeAnswer(std::uint64_t number, const http::OutboundResponse& response) {
    const auto found = in_flight_.find(number);
    if (found == in_flight_.end()) return;
    const Delivery delivery = std::move(found->second.delivery);
    in_flight_.erase(found);
    if (response.error == http::TransportError::Cancelled) {
        // The way out is closing: that says nothing about the callback, so it is no attempt.
        services_.deliveries.release({&delivery, 1});
        paused_until_ = services_.clock.now() + kStorePause.ceiling;
        return;
    }
    settle(delivery, response);
}

void DeliveryWorker::settle(const Delivery& delivery, const http::OutboundResponse& response) {
    const TimePoint now = services_.clock.now();
    AttemptResult result;
    result.status = response.status;
    result.error = response.error;
    result.error_detail = response.error_detail;
    result.retry_after = retryAfterOf(response.headers, services_.clock.wallNow());
    metrics_.countAttempt(result, response.latency);

    AttemptOutcome outcome = outcomeOf(delivery, now);
    ++outcome.attempt_count;
    outcome.was_sent = true;
    outcome.status = response.status;
    outcome.latency = response.latency;
    outcome.error = describeFailure(result);
    const DeliveryDecision decision = decideDelivery(
        outcome.attempt_count, result, now, options_.schedule, services_.random.unit()
    );
    if (std::holds_alternative<Delivered>(decision)) {
        outcome.state = DeliveryState::Delivered;
        failing_.erase(delivery.callback);
        metrics_.countDelivered(
            delivery.last_event.value - delivery.first_event.value + 1, now - delivery.created_at
        );
    } else if (const auto* retry = std::get_if<RetryAt>(&decision)) {
        outcome.state = DeliveryState::Waiting;
        outcome.next_attempt_at = retry->time;
        // Once for each callback that worked before, or a dead one would fill the log.
        if (failing_.insert(delivery.callback).second) {
            tell("a callback fails; its deliveries are tried again", delivery, outcome);
        }
    } else {
        outcome.state = DeliveryState::Dead;
        metrics_.countDead();
        tell(
            "delivery is dead: it is not tried again; its events stay in the log (ferry events)",
            delivery,
            outcome
        );
    }
    outcomes_.push_back(std::move(outcome));
}

bool DeliveryWorker::recordOutcomes() {
    if (outcomes_.empty()) return true;
    if (const Status status = services_.deliveries.record(outcomes_); !status) {
        noteStoreFailure("record attempts", status.error());
        return false;
    }
    outcomes_.clear();
    failures_ = 0;
    return true;
}

TimePoint DeliveryWorker::leaseMore() {
    const TimePoint now = services_.clock.now();
    const std::size_t used = in_flight_.size();                 // no outcome waits: see step
    if (used >= options_.concurrency) return TimePoint::max();  // an answer wakes

    const std::size_t limit = std::min(options_.concurrency - used, kLeaseBatch);
    auto leased = services_.deliveries.lease({now, limit, options_.per_callback});
    if (!leased) {
        noteStoreFailure("lease deliveries", leased.error());
        return paused_until_;
    }
    for (std::size_t i = 0; i < leased->size(); ++i) {
        if (const Status status = begin((*leased)[i]); !status) {
            services_.deliveries.release(std::span(*leased).subspan(i));
            noteStoreFailure("load delivery", status.error());
            return paused_until_;
        }
    }
    failures_ = 0;
    if (leased->size() == limit) return now;  // there may be more

    const auto due = services_.deliveries.nextDue(options_.per_callback);
    if (!due) {
        noteStoreFailure("look for the next delivery", due.error());
        return paused_until_;
    }
    return std::min(due->value_or(TimePoint::max()), now + kIdleCheck);
}

/// Fails only if the store does, for a while; then the delivery is still leased and not begun.
Status DeliveryWorker::begin(const Delivery& delivery) {
    const auto settings = services_.settings.get(delivery.instance);
    if (!settings) {
        if (settings.error().code != ErrorCode::NotFound)
            return setAside(delivery, settings.error());
        drop(delivery, "the instance was removed");
        return {};
    }
    if (const auto reason = reasonToWait(**settings); !reason.empty()) {
        postpone(delivery, std::string(reason));
        return {};
    }
    const auto events = services_.events.range(
        delivery.instance, delivery.first_event, delivery.last_event, kEventsPerDeliveryMax
    );
    if (!events) return setAside(delivery, events.error());
    if (events->empty()) {
        drop(delivery, "its events are no longer in the log");
        return {};
    }
    send(delivery, **settings, *events);
    return {};
}

/// For people; the number if the name can't be had (any more).
/// What is wrong with one delivery for good must not stop the others.
Status DeliveryWorker::setAside(const Delivery& delivery, const Error& error) {
    if (isTransient(error.code)) return fail(error);
    services_.log.error(
        kComponent,
        "delivery can't be made",
        {{"instance", nameOf(delivery.instance)},
         {"delivery", delivery.id.value},
         {"error", error.message}}
    );
    postpone(delivery, error.message);
    return {};
}

void DeliveryWorker::send(
    Delivery delivery, const InstanceSettings& settings, const std::vector<RecordedEvent>& events
) {
    http::OutboundRequest request = makeCallbackRequest(
        delivery, settings, events, services_.clock.wallNow(), options_.request
    );
    const std::uint64_t number = next_number_++;
    InFlight& attempt = in_flight_[number];
    attempt.delivery = std::move(delivery);
    attempt.request = services_.outbound.submit(
        std::move(request),
        [inbox = inbox_, number](http::OutboundResponse answer) {
            const std::lock_guard lock(inbox->mutex);
            if (!inbox->wake) return;
            inbox->answers.emplace_back(number, std::move(answer));
            inbox->wake();
        }
    );
}

void DeliveryWorker::postpone(const Delivery& delivery, std::string reason) {
    AttemptOutcome outcome = outcomeOf(delivery, services_.clock.now());
    outcome.state = DeliveryState::Waiting;
    outcome.next_attempt_at = outcome.finished_at + kPostponeTime;
    outcome.status = delivery.last_status;
    outcome.error = std::move(reason);
    outcomes_.push_back(std::move(outcome));
    metrics_.countPostponed();
}

void DeliveryWorker::drop(const Delivery& delivery, std::string reason) {
    AttemptOutcome outcome = outcomeOf(delivery, services_.clock.now());
    outcome.state = DeliveryState::Dead;
    outcome.status = delivery.last_status;
    outcome.error = std::move(reason);
    outcomes_.push_back(std::move(outcome));
    metrics_.countDropped();
}

void DeliveryWorker::noteStoreFailure(std::string_view what, const Error& error) {
    metrics_.countStoreFailure();
    ++failures_;
    const Milliseconds pause = exponentialBackoff(kStorePause, failures_, services_.random.unit());
    paused_until_ = services_.clock.now() + pause;
    services_.log.warning(
        kComponent,
        "the store failed; trying again",
        {{"what", what},
         {"error", error.message},
         {"in_ms", static_cast<std::int64_t>(pause.count())}}
    );
}

}  // namespace ferry::pipeline
