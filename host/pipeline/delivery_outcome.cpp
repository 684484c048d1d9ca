// What came of attempts: decided, told, and written down.
#include "pipeline/delivery_worker.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

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
    const InFlight attempt = std::move(found->second);
    in_flight_.erase(found);
    if (response.error == http::TransportError::Cancelled) {
        // The way out is closing: that says nothing about the callback, so it is no attempt.
        pacer_.gaveUp(attempt.delivery.callback);
        services_.deliveries.release({&attempt.delivery, 1});
        paused_until_ = services_.clock.now() + kStorePause.ceiling;
        return;
    }
    settle(attempt, response);
}

void DeliveryWorker::settle(const InFlight& attempt, const http::OutboundResponse& response) {
    const Delivery& delivery = attempt.delivery;
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
    noteAttempt(attempt, outcome);
    const auto& own = attempt.settings->delivery.retry;
    const RetrySchedule schedule =
        own ? RetrySchedule{"instance", own->delays, own->jitter, own->is_exact}
            : options_.schedule;
    const double unit = services_.random.unit();
    const DeliveryDecision decision =
        decideDelivery(outcome.attempt_count, result, now, schedule, unit);
    AttemptEnd end{std::holds_alternative<Delivered>(decision), std::nullopt};
    if (end.is_success) {
        outcome.state = DeliveryState::Delivered;
        health_->noteSuccess(delivery.callback);
        metrics_.countDelivered(
            delivery.last_event.value - delivery.first_event.value + 1, now - delivery.created_at
        );
    } else {
        settleFailure(attempt, decision, outcome);
        if (result.retry_after)
            end.hold_until = now + std::min(*result.retry_after, kRetryAfterMax);
        const bool is_ordered = attempt.settings->delivery.ordering == DeliveryOrdering::Instance;
        if (is_ordered && outcome.state == DeliveryState::Waiting) {
            // It stays at the head of its queue, and the queue waits for it.
            end.hold_until = outcome.next_attempt_at;
            outcome.next_attempt_at = delivery.next_attempt_at;
        }
    }
    if (const auto pace = pacer_.ended(delivery.callback, end, now, unit)) {
        services_.deliveries.pace(delivery.callback, *pace);
    }
    metrics_.noteOpenBreakers(pacer_.openCount());
    outcomes_.push_back(std::move(outcome));
}

void DeliveryWorker::settleFailure(
    const InFlight& attempt, const DeliveryDecision& decision, AttemptOutcome& outcome
) {
    const Delivery& delivery = attempt.delivery;
    const bool is_first_failure =
        health_->noteFailure(delivery.callback, outcome.finished_at, outcome.error);
    if (const auto* retry = std::get_if<RetryAt>(&decision)) {
        outcome.state = DeliveryState::Waiting;
        outcome.next_attempt_at = retry->time;
        // Once for each callback that worked before, or a dead one would fill the log.
        if (is_first_failure) {
            tell("a callback fails; its deliveries are tried again", delivery, outcome);
        }
        return;
    }
    outcome.state = DeliveryState::Dead;
    metrics_.countDead();
    const bool is_gone = std::get<Dead>(decision).reason == DeadReason::Gone;
    if (is_gone || attempt.settings->delivery.failure_policy == FailurePolicy::Queue) {
        switches_.push_back({delivery.callback, outcome.finished_at, outcome.error});
        metrics_.countSwitchedOff();
        tell(
            "a callback is switched off: its deliveries wait until it is switched on, by PUT of "
            "/instances/{id}/enabled or of /notifications/subscriptions/deliveries",
            delivery,
            outcome
        );
        return;
    }
    tell(
        "delivery is dead: it is not tried again; its events stay in the log (ferry events)",
        delivery,
        outcome
    );
}

bool DeliveryWorker::recordOutcomes() {
    if (const Status status = recordSwitches(); !status) {
        noteStoreFailure("switch a callback off", status.error());
        return false;
    }
    if (outcomes_.empty()) return true;
    if (const Status status = services_.deliveries.record(outcomes_); !status) {
        noteStoreFailure("record attempts", status.error());
        return false;
    }
    outcomes_.clear();
    failures_ = 0;
    return true;
}

/// Before the outcomes: a delivery that is recorded first would be the last that is held back.
Status DeliveryWorker::recordSwitches() {
    while (!switches_.empty()) {
        const store::CallbackSwitchedOff& off = switches_.back();
        FERRY_TRY(services_.deliveries.switchOff(off.callback, off.since, off.reason));
        switches_.pop_back();
    }
    return {};
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

}  // namespace ferry::pipeline
