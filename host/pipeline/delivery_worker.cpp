#include "pipeline/delivery_worker.h"

#include "base/backoff.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "delivery";

// Leased in one step at most, so that answers don't wait long for a step that prepares requests.
constexpr std::size_t kLeaseBatch = 256;
// Deliveries whose events are read together; the first of them waits so long to be sent.
constexpr std::size_t kReadTogether = 16;
// Deliveries that another process made are found at the latest after this time.
constexpr Milliseconds kIdleCheck{30'000};

}  // namespace

DeliveryWorker::DeliveryWorker(const DeliveryServices& services, DeliveryOptions options, Wake wake)
    : services_(services),
      options_(std::move(options)),
      metrics_(services.metrics),
      pacer_(options_.breaker, options_.per_callback),
      tokens_(services.outbound, services.clock, options_.request.user_agent, wake),
      inbox_(std::make_shared<Inbox>()) {
    inbox_->wake = std::move(wake);
}

DeliveryWorker::~DeliveryWorker() {
    closeInbox();
    for (const auto& [number, attempt] : in_flight_) {
        if (attempt.request != 0) services_.outbound.cancel(attempt.request);
    }
}

TimePoint DeliveryWorker::step() {
    takeTokens();
    takeAnswers();
    TimePoint next = TimePoint::max();
    if (!takePermissions() || services_.clock.now() < paused_until_) {
        next = paused_until_;
    } else if (mustRecordFirst() && !recordOutcomes()) {
        next = paused_until_;
    } else if (!is_stopping_) {
        next = resumeRecovered() ? leaseMore() : paused_until_;
        if (!mayGather() && !recordOutcomes()) next = paused_until_;
        next = std::min(next, std::max(recovery_.nextAt(), paused_until_));
        next = std::min(next, std::max(record_at_, paused_until_));
    }
    if (std::exchange(submitted_, 0) > 0) services_.outbound.startSubmitted();
    unfinished_ = in_flight_.size() + outcomes_.size();
    metrics_.noteBreakers(pacer_.breakers());
    return next;
}

void DeliveryWorker::finish() {
    stop();
    takeTokens();
    takePermissions();
    takeAnswers();
    closeInbox();
    recordOutcomes();
    std::vector<Delivery> given_back;
    given_back.reserve(in_flight_.size());
    for (auto& [number, attempt] : in_flight_) {
        if (attempt.request != 0) services_.outbound.cancel(attempt.request);
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

TimePoint DeliveryWorker::leaseMore() {
    const TimePoint now = services_.clock.now();
    for (const auto& [callback, pace] : pacer_.forgetIdle(now))
        services_.deliveries.pace(callback, pace);
    const std::size_t used = in_flight_.size();
    if (used >= options_.concurrency) return TimePoint::max();  // an answer wakes

    const std::size_t limit = std::min(options_.concurrency - used, kLeaseBatch);
    auto leased = services_.deliveries.lease({now, limit, options_.per_callback});
    if (!leased) {
        noteStoreFailure("lease deliveries", leased.error());
        return paused_until_;
    }
    if (const Status status = beginAll(*leased); !status) {
        noteStoreFailure("load delivery", status.error());
        return paused_until_;
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

/// Those that were not begun when the store failed are given back.
Status DeliveryWorker::beginAll(std::span<const Delivery> leased) {
    settings_of_step_.clear();
    Status status;
    std::size_t begun = 0;
    while (status && begun < leased.size()) {
        status = begin(leased[begun]);
        if (status) ++begun;
        if (status && ready_.size() >= kReadTogether) status = sendReady();
    }
    const Status sent = sendReady();
    settings_of_step_.clear();
    if (begun < leased.size()) services_.deliveries.release(leased.subspan(begun));
    return status ? sent : status;
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
