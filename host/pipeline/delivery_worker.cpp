#include "pipeline/delivery_worker.h"

#include "base/backoff.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "delivery";

// Leased in one step at most, so that answers don't wait long for a step that prepares requests.
constexpr std::size_t kLeaseBatch = 64;
// Deliveries that another process made are found at the latest after this time.
constexpr Milliseconds kIdleCheck{30'000};

}  // namespace

DeliveryWorker::DeliveryWorker(const DeliveryServices& services, DeliveryOptions options, Wake wake)
    : services_(services),
      options_(std::move(options)),
      metrics_(services.metrics),
      pacer_(options_.breaker, options_.per_callback),
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
    metrics_.noteBreakers(pacer_.breakers());
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
    if (!admit(delivery, **settings)) {
        services_.deliveries.release({&delivery, 1});
        return {};
    }
    const Status status = load(delivery, *settings);
    if (!status) pacer_.gaveUp(delivery.callback);
    return status;
}

bool DeliveryWorker::admit(const Delivery& delivery, const InstanceSettings& settings) {
    const auto answer = pacer_.admit(delivery.callback, settings.delivery, services_.clock.now());
    if (answer.pace) services_.deliveries.pace(delivery.callback, *answer.pace);
    return answer.is_admitted;
}

Status DeliveryWorker::load(
    const Delivery& delivery, std::shared_ptr<const InstanceSettings> settings
) {
    const auto events = services_.events.range(
        delivery.instance, delivery.first_event, delivery.last_event, kEventsPerDeliveryMax
    );
    const auto events_max = static_cast<std::size_t>(callbackFormat(settings->format).events_max);
    if (events && events->size() > events_max) return split(delivery, *events);
    if (events && !events->empty()) {
        send(delivery, std::move(settings), *events);
        return {};
    }
    if (!events && isTransient(events.error().code)) return fail(events.error());
    pacer_.gaveUp(delivery.callback);
    if (!events) return setAside(delivery, events.error());
    drop(delivery, "its events are no longer in the log");
    return {};
}

/// It was made before the instance got a format for single events.
Status DeliveryWorker::split(const Delivery& delivery, std::span<const RecordedEvent> events) {
    std::vector<EventNumber> numbers;
    for (const RecordedEvent& event : events)
        numbers.push_back(event.number);
    FERRY_TRY(services_.deliveries.split(delivery, numbers));
    pacer_.gaveUp(delivery.callback);
    return {};
}

/// What is wrong with one delivery for good must not stop the others.
Status DeliveryWorker::setAside(const Delivery& delivery, const Error& error) {
    if (isTransient(error.code)) return fail(error);
    services_.log.error(
        kComponent,
        "delivery can't be made",
        {{"instance", nameOf(delivery.instance)},
         {"delivery", delivery.id.value},
         {"error", error.message},
         {"trace", traceTextOf(delivery)}}
    );
    postpone(delivery, error.message);
    return {};
}

void DeliveryWorker::send(
    const Delivery& delivery,
    std::shared_ptr<const InstanceSettings> settings,
    const std::vector<RecordedEvent>& events
) {
    http::OutboundRequest request = makeCallbackRequest(
        delivery, *settings, events, services_.clock.wallNow(), options_.request
    );
    const std::uint64_t number = next_number_++;
    InFlight& attempt = in_flight_[number];
    attempt.delivery = delivery;
    attempt.settings = std::move(settings);
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
