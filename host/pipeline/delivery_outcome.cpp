// What came of attempts: decided, and told.
#include "base/utf8.h"
#include "pipeline/delivery_worker.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

/// Of an answer that took the callback: enough to tell a receiver from a login page, and little,
/// for there are thousands of them a second.
constexpr std::size_t kAnswerBytesOfSuccess = 128;

std::string answerOf(std::string_view body, bool is_success) {
    const std::size_t bytes_max =
        is_success ? kAnswerBytesOfSuccess : store::kAttemptAnswerBytesMax;
    // Twice: what is no UTF-8 grows when it is replaced.
    const std::string text = toValidUtf8(truncateUtf8(body, bytes_max));
    return std::string(truncateUtf8(text, bytes_max));
}

/// The attempt was made before its time, which was `planned`, and changes nothing of it.
void returnToPlan(DeliveryDecision& decision, const AttemptResult& result, TimePoint planned) {
    auto* const retry = std::get_if<RetryAt>(&decision);
    if (retry == nullptr) return;
    retry->time = result.retry_after ? std::max(retry->time, planned) : planned;
}

AttemptOutcome outcomeOf(const Delivery& delivery, TimePoint now) {
    AttemptOutcome outcome;
    outcome.delivery = delivery.id;
    outcome.instance = delivery.instance;
    outcome.callback = delivery.callback;
    outcome.lane = delivery.lane;
    outcome.attempt_count = delivery.attempt_count;
    outcome.was_sent = false;
    outcome.finished_at = now;
    // Each commit of a replay would keep webhooks waiting that come meanwhile.
    outcome.may_wait = delivery.origin == DeliveryOrigin::Replay;
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
    InFlight attempt = std::move(found->second);
    in_flight_.erase(found);
    if (response.error == http::TransportError::Cancelled) return giveBack(attempt);
    if (renewsToken(attempt, response.status)) return;
    const AttemptResult result = attemptResultOf(response, services_.clock.wallNow());
    settle(attempt, result, response.latency, response.body);
}

void DeliveryWorker::settle(
    const InFlight& attempt,
    const AttemptResult& result,
    Milliseconds latency,
    std::string_view body
) {
    const Delivery& delivery = attempt.delivery;
    const TimePoint now = services_.clock.now();
    metrics_.countAttempt(result, latency);

    AttemptOutcome outcome = outcomeOf(delivery, now);
    const bool is_success = failureClass(result).empty();
    const auto planned = is_success ? std::nullopt : plannedLater(delivery, now);
    if (!planned) ++outcome.attempt_count;
    outcome.was_sent = true;
    outcome.status = result.status;
    outcome.latency = latency;
    outcome.error = describeFailure(result);
    outcome.error_class = failureClass(result);
    outcome.answer = answerOf(body, outcome.error_class.empty());
    noteAttempt(attempt, outcome);
    const RetrySchedule schedule = retryScheduleOf(attempt.settings->delivery, options_.schedule);
    const double unit = is_success ? 0 : services_.random.unit();
    DeliveryDecision decision = decideDelivery(outcome.attempt_count, result, now, schedule, unit);
    if (planned) returnToPlan(decision, result, *planned);
    AttemptEnd end;
    end.is_success = std::holds_alternative<Delivered>(decision);
    if (end.is_success) {
        outcome.state = DeliveryState::Delivered;
        recovery_.noteSuccess(delivery.callback, now);
        if (const auto failed_since = health_->noteSuccess(delivery.callback))
            tellRecovery(delivery, *failed_since);
        metrics_.countDelivered(
            delivery.last_event.value - delivery.first_event.value + 1, now - delivery.created_at
        );
    } else {
        recovery_.noteFailure(delivery.callback, now);
        settleFailure(attempt, decision, outcome);
        end.is_overloaded = isOverloaded(result);
        if (result.retry_after) {
            outcome.callback_held_until = now + std::min(*result.retry_after, kRetryAfterMax);
            end.hold_until = outcome.callback_held_until;
        }
        if (outcome.state == DeliveryState::Waiting) keepPlace(attempt, outcome);
    }
    const std::size_t open_before = pacer_.openCount();
    outcome.rate_full_at = pacer_.rateFullAt(delivery.callback);
    if (const auto pace = pacer_.ended(delivery.callback, end, now, unit)) {
        services_.deliveries.pace(delivery.callback, *pace);
    }
    if (pacer_.openCount() > open_before) {
        tell(
            "a callback failed so often in a row that it is left alone for a while, then tried "
            "with one delivery at a time",
            delivery,
            outcome
        );
    }
    if (end.is_success) services_.deliveries.attempted(delivery);
    makes_room_ |=
        delivery.origin == DeliveryOrigin::Replay || delivery.origin == DeliveryOrigin::Again;
    keepOutcome(std::move(outcome));
}

/// The time that was planned for this attempt, if it is yet to come. Of one that the store can't be
/// asked about it is unknown, and it counts as any other.
std::optional<TimePoint> DeliveryWorker::plannedLater(const Delivery& delivery, TimePoint now) {
    if (delivery.attempt_count == 0) return std::nullopt;
    const auto last = services_.deliveries.attempts(delivery.instance, delivery.id, 1);
    if (!last || last->empty() || !last->front().next_attempt_at) return std::nullopt;
    const TimePoint planned = *last->front().next_attempt_at;
    return planned > now ? std::optional(planned) : std::nullopt;
}

/// In order, it stays at the head of its lane, which waits for it.
void DeliveryWorker::keepPlace(const InFlight& attempt, AttemptOutcome& outcome) {
    const Delivery& delivery = attempt.delivery;
    const bool is_ordered = attempt.settings->delivery.ordering != DeliveryOrdering::None;
    if (!is_ordered || !delivery.lane) return;
    outcome.lane_held_until = outcome.planned_at;
    outcome.next_attempt_at = delivery.next_attempt_at;
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
        outcome.planned_at = retry->time;
        // Once for each callback that worked before, or a dead one would fill the log.
        if (is_first_failure) {
            tell("a callback fails; its deliveries are tried again", delivery, outcome);
        }
        return;
    }
    const bool is_gone = std::get<Dead>(decision).reason == DeadReason::Gone;
    const FailurePolicy of_account =
        services_.account != nullptr ? services_.account->onFailure() : AccountPolicy::kDefault;
    const bool is_queue =
        attempt.settings->delivery.failure_policy.value_or(of_account) == FailurePolicy::Queue;
    if (is_queue) {
        // At its place: it is the first that goes out when the callback is switched on.
        outcome.state = DeliveryState::Waiting;
        outcome.next_attempt_at = delivery.next_attempt_at;
    } else {
        outcome.state = DeliveryState::Dead;
        metrics_.countDead();
    }
    if (is_gone || is_queue) {
        switches_.push_back({delivery.callback, outcome.finished_at, outcome.error});
        metrics_.countSwitchedOff();
        tell(
            "a callback is switched off: its deliveries wait until it is switched on, by PUT of "
            "/instances/{id}/enabled or of "
            "/notifications/subscriptions/deliveries?where=status='queued'",
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

/// At most a few callbacks in a step, each with a short transaction of its own. False: the store
/// failed, and is paused.
bool DeliveryWorker::resumeRecovered() {
    constexpr int kCallbacksPerStep = 4;
    if (const Status status = learnWhatIsBehind(); !status) {
        noteStoreFailure("look for deliveries to bring forward", status.error());
        return false;
    }
    const TimePoint now = services_.clock.now();
    for (int i = 0; i < kCallbacksPerStep; ++i) {
        const auto callback = recovery_.next(now);
        if (!callback) return true;
        const auto count =
            services_.deliveries.bringForward(*callback, now, CallbackRecovery::kPortion);
        if (!count && count.error().code != ErrorCode::Unsupported) {
            noteStoreFailure("bring deliveries forward", count.error());
            return false;
        }
        const bool has_more = count && *count == CallbackRecovery::kPortion;
        recovery_.brought(*callback, has_more, now);
        if (count) metrics_.countBroughtForward(*count);
    }
    return true;
}

/// The outage of an earlier process is known by what it left to be tried later.
Status DeliveryWorker::learnWhatIsBehind() {
    if (knows_behind_) return {};
    const TimePoint now = services_.clock.now();
    FERRY_TRY_ASSIGN(const auto callbacks, services_.deliveries.dueLater(now));
    for (const CallbackId callback : callbacks)
        recovery_.noteBehind(callback, now);
    knows_behind_ = true;
    return {};
}

/// `is_for_all`: nor can those be made that are behind it in its lane.
void DeliveryWorker::postpone(const Delivery& delivery, std::string reason, bool is_for_all) {
    AttemptOutcome outcome = outcomeOf(delivery, services_.clock.now());
    outcome.state = DeliveryState::Waiting;
    outcome.next_attempt_at = outcome.finished_at + kPostponeTime;
    if (is_for_all && delivery.lane) {
        outcome.lane_held_until = outcome.next_attempt_at;
        outcome.next_attempt_at = delivery.next_attempt_at;
    }
    outcome.status = delivery.last_status;
    outcome.error = std::move(reason);
    keepOutcome(std::move(outcome));
    metrics_.countPostponed();
}

void DeliveryWorker::drop(const Delivery& delivery, std::string reason) {
    AttemptOutcome outcome = outcomeOf(delivery, services_.clock.now());
    outcome.state = DeliveryState::Dead;
    outcome.status = delivery.last_status;
    outcome.error = std::move(reason);
    keepOutcome(std::move(outcome));
    metrics_.countDropped();
}

}  // namespace ferry::pipeline
