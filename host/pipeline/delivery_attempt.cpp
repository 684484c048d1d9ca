// How an attempt begins: what has to be there before a leased delivery is sent.
#include "pipeline/delivery_worker.h"
#include "pipeline/event_recorder.h"

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "delivery";

/// Requests that one call of the outbound thread starts: fewer calls, and none waits long.
constexpr std::size_t kStartedTogether = 8;

}  // namespace

/// Of an instance with many deliveries in a step they are looked up once.
Result<std::shared_ptr<const InstanceSettings>> DeliveryWorker::settingsOf(InstanceId id) {
    const auto known = settings_of_step_.find(id);
    if (known != settings_of_step_.end()) return known->second;
    FERRY_TRY_ASSIGN(auto settings, services_.settings.get(id));
    settings_of_step_.emplace(id, settings);
    return settings;
}

/// Fails only if the store does, for a while; then the delivery is still leased and not begun.
Status DeliveryWorker::begin(const Delivery& delivery) {
    const auto settings = settingsOf(delivery.instance);
    if (!settings) {
        if (settings.error().code != ErrorCode::NotFound)
            return setAside(delivery, settings.error());
        drop(delivery, "the instance was removed");
        return {};
    }
    if (const auto reason = reasonToWait(**settings); !reason.empty()) {
        postpone(delivery, std::string(reason), true);
        return {};
    }
    FERRY_TRY_ASSIGN(const auto permission, permissionFor(delivery, **settings));
    if (!permission) {
        const TimePoint ask_at = services_.permissions->askAgainAt(delivery.callback);
        if (services_.clock.now() < ask_at) {
            waitForPermission(delivery.callback, ask_at);
            services_.deliveries.release({&delivery, 1});
            return {};
        }
    }
    FERRY_TRY_ASSIGN(const bool is_admitted, admit(delivery, **settings, permission));
    if (!is_admitted) {
        services_.deliveries.release({&delivery, 1});
        return {};
    }
    InFlight attempt;
    attempt.delivery = delivery;
    attempt.settings = *settings;
    attempt.is_permitted = permission.has_value();
    const Status status = advance(std::move(attempt));
    if (!status) pacer_.gaveUp(delivery.callback);
    return status;
}

Result<bool> DeliveryWorker::admit(
    const Delivery& delivery,
    const InstanceSettings& settings,
    const std::optional<CallbackPermission>& permission
) {
    const auto allowed = permission ? permission->rate : std::nullopt;
    const TimePoint now = services_.clock.now();
    if (pacer_.wantsLimits(delivery.callback, now)) {
        FERRY_TRY_ASSIGN(const auto limits, services_.deliveries.limits(delivery.callback));
        pacer_.takeLimits(delivery.callback, limits, now);
    }
    const auto answer = pacer_.admit(delivery.callback, settings.delivery.limits, now, allowed);
    if (answer.pace) services_.deliveries.pace(delivery.callback, *answer.pace);
    return answer.is_admitted;
}

/// Goes as far as it can: to the token, the permission, the request. What it has to wait for makes
/// it go on in a later step.
Status DeliveryWorker::advance(InFlight attempt) {
    const auto& credentials = attempt.settings->delivery.credentials;
    if (credentials && !attempt.token) attempt.token = tokens_.find(*credentials);
    if (credentials && !attempt.token) {
        awaitToken(std::move(attempt));
        return {};
    }
    if (!attempt.is_permitted) {
        awaitPermission(std::move(attempt));
        return {};
    }
    return load(std::move(attempt));
}

/// Its delivery stays leased and admitted meanwhile.
void DeliveryWorker::awaitToken(InFlight attempt) {
    attempt.is_token_fresh = true;
    const DeliverySettings& settings = attempt.settings->delivery;
    const std::uint64_t number = next_number_++;
    tokens_.fetch(
        *settings.credentials, settings.timeout.value_or(options_.request.timeout), number
    );
    in_flight_.emplace(number, std::move(attempt));
}

void DeliveryWorker::takeTokens() {
    for (TokenAnswer& answer : tokens_.takeAnswers()) {
        const auto found = in_flight_.find(answer.waiter);
        if (found == in_flight_.end()) continue;
        InFlight attempt = std::move(found->second);
        in_flight_.erase(found);
        if (answer.token) {
            attempt.token = std::move(answer.token);
            advanceAgain(std::move(attempt));
        } else if (answer.problem.empty()) {
            giveBack(attempt);
        } else {
            AttemptResult result;
            result.problem = std::move(answer.problem);
            result.retry_after = answer.retry_after;
            settle(attempt, result, answer.latency, {});
        }
    }
}

/// True if the attempt goes on with another token: the receiver refused one that had been kept.
bool DeliveryWorker::renewsToken(InFlight& attempt, int status) {
    if (status != 401 || !attempt.token) return false;
    const ClientCredentials& credentials = *attempt.settings->delivery.credentials;
    tokens_.reject(credentials, *attempt.token);
    if (attempt.is_token_fresh || is_stopping_) return false;
    attempt.is_token_fresh = true;
    attempt.token.reset();
    advanceAgain(std::move(attempt));
    return true;
}

/// As `advance`, of an attempt that was begun in an earlier step.
void DeliveryWorker::advanceAgain(InFlight attempt) {
    if (is_stopping_) return giveBack(attempt);
    const Delivery delivery = attempt.delivery;
    if (const Status status = advance(std::move(attempt)); !status) {
        pacer_.gaveUp(delivery.callback);
        services_.deliveries.release({&delivery, 1});
        noteStoreFailure("load delivery", status.error());
    }
}

/// What happened says nothing about the callback, so it is no attempt.
void DeliveryWorker::giveBack(const InFlight& attempt) {
    pacer_.gaveUp(attempt.delivery.callback);
    services_.deliveries.release({&attempt.delivery, 1});
    paused_until_ = services_.clock.now() + kStorePause.ceiling;
}

Status DeliveryWorker::load(InFlight attempt) {
    const Delivery& delivery = attempt.delivery;
    const auto events = services_.events.range(
        delivery.instance, delivery.first_event, delivery.last_event, kEventsPerDeliveryMax
    );
    const auto events_max =
        static_cast<std::size_t>(callbackFormat(attempt.settings->format).events_max);
    if (events && events->size() > events_max) return split(delivery, *events);
    if (events && !events->empty()) {
        FERRY_TRY_ASSIGN(const auto records, repeatedRecords(attempt));
        send(std::move(attempt), *events, records);
        return {};
    }
    if (!events && isTransient(events.error().code)) return fail(events.error());
    pacer_.gaveUp(delivery.callback);
    if (!events) return setAside(delivery, events.error());
    drop(delivery, "its events are no longer in the log");
    return {};
}

/// The events whose records the body repeats; none: it has those of its own.
Result<std::vector<RecordedEvent>> DeliveryWorker::repeatedRecords(const InFlight& attempt) {
    const Delivery& delivery = attempt.delivery;
    const bool has_some =
        delivery.records_last && attempt.settings->format == CallbackFormat::OpenConnectors;
    if (!has_some) return std::vector<RecordedEvent>();
    return services_.events.range(
        delivery.instance,
        delivery.records_first,
        delivery.records_last,
        EventRecorder::kRepeatedEventsMax
    );
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
    postpone(delivery, error.message, false);
    return {};
}

void DeliveryWorker::send(
    InFlight attempt,
    const std::vector<RecordedEvent>& events,
    const std::vector<RecordedEvent>& records
) {
    http::OutboundRequest request = makeCallbackRequest(
        attempt.delivery,
        *attempt.settings,
        events,
        services_.clock.wallNow(),
        options_.request,
        records
    );
    if (attempt.token) addAccessToken(request, *attempt.token);
    request.starts_later = ++submitted_ % kStartedTogether != 0;
    const std::uint64_t number = next_number_++;
    InFlight& sent = in_flight_[number];
    sent = std::move(attempt);
    sent.request = services_.outbound.submit(
        std::move(request),
        [inbox = inbox_, number](http::OutboundResponse answer) {
            const std::lock_guard lock(inbox->mutex);
            if (!inbox->wake) return;
            inbox->answers.emplace_back(number, std::move(answer));
            inbox->wake();
        }
    );
}

}  // namespace ferry::pipeline
