// How an attempt begins: what has to be there before a leased delivery is sent.
#include "pipeline/delivery_worker.h"
#include "pipeline/event_recorder.h"

namespace ferry::pipeline {
namespace {

constexpr std::string_view kComponent = "delivery";

/// Requests that one call of the outbound thread starts: fewer calls, and none waits long.
constexpr std::size_t kStartedTogether = 8;

/// Events of one read: enough for full pages of common events, and no more than what is sent holds
/// in memory anyway.
constexpr std::size_t kReadBytesMax = std::size_t{1} << 20U;
/// Of a page whose memory is used again.
constexpr std::size_t kKeptPageBytes = std::size_t{64} << 10U;

}  // namespace

/// Of an instance with many deliveries in a step they are looked up once.
Result<std::shared_ptr<const InstanceSettings>> DeliveryWorker::settingsOf(InstanceId id) {
    const auto known = settings_of_step_.find(id);
    if (known != settings_of_step_.end()) return known->second;
    FERRY_TRY_ASSIGN(auto settings, services_.settings.get(id));
    settings_of_step_.emplace(id, settings);
    return settings;
}

/// Brings it among those that are ready, or to what it has to wait for. Fails only if the store
/// does, for a while; then the delivery is still leased and not begun.
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
    advance(std::move(attempt));
    return {};
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

/// Goes as far as it can: to the token, the permission, and among those that sendReady sends. What
/// it has to wait for makes it go on in a later step.
void DeliveryWorker::advance(InFlight attempt) {
    const auto& credentials = attempt.settings->delivery.credentials;
    if (credentials && !attempt.token) attempt.token = tokens_.find(*credentials);
    if (credentials && !attempt.token) {
        awaitToken(std::move(attempt));
    } else if (!attempt.is_permitted) {
        awaitPermission(std::move(attempt));
    } else {
        ready_.push_back(std::move(attempt));
    }
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
    advance(std::move(attempt));
    if (const Status status = sendReady(); !status) {
        noteStoreFailure("load delivery", status.error());
    }
}

/// What happened says nothing about the callback, so it is no attempt.
void DeliveryWorker::giveBack(const InFlight& attempt) {
    pacer_.gaveUp(attempt.delivery.callback);
    services_.deliveries.release({&attempt.delivery, 1});
    paused_until_ = services_.clock.now() + kStorePause.ceiling;
}

/// Sends what is ready, whose events are read together. Fails only if the store does, for a while;
/// then what was not sent is given back.
Status DeliveryWorker::sendReady() {
    std::vector<InFlight> ready = std::exchange(ready_, {});
    std::vector<store::EventRange> ranges;
    ranges.reserve(ready.size());
    for (const InFlight& attempt : ready) {
        const Delivery& delivery = attempt.delivery;
        ranges.push_back({delivery.instance, delivery.first_event, delivery.last_event});
    }
    Status status;
    std::size_t sent = 0;
    while (status && sent < ready.size()) {
        status = sendSome(std::span(ready).subspan(sent), std::span(ranges).subspan(sent), sent);
    }
    for (const InFlight& attempt : std::span(ready).subspan(sent)) {
        pacer_.gaveUp(attempt.delivery.callback);
        services_.deliveries.release({&attempt.delivery, 1});
    }
    return status;
}

/// Those whose events come in one read; `sent` grows by each.
Status DeliveryWorker::sendSome(
    std::span<InFlight> ready, std::span<const store::EventRange> ranges, std::size_t& sent
) {
    const auto count =
        services_.events.ranges(ranges, kEventsPerDeliveryMax, kReadBytesMax, pages_);
    if (!count && isTransient(count.error().code)) return fail(count.error());
    if (!count) {
        // What is wrong with one for good must not stop the others.
        const auto& [instance, first, last] = ranges.front();
        const auto alone = services_.events.range(instance, first, last, kEventsPerDeliveryMax);
        FERRY_TRY(
            alone ? sendOne(ready.front(), *alone) : cantBeRead(ready.front(), alone.error())
        );
        ++sent;
        return {};
    }
    bool is_long = false;
    for (std::size_t i = 0; i < *count; ++i) {
        is_long = is_long || store::bytesOf(pages_[i]) > kKeptPageBytes;
        FERRY_TRY(sendOne(ready[i], pages_[i]));
        ++sent;
    }
    // Long events are no reason to hold on to their memory.
    if (is_long) pages_.clear();
    return {};
}

/// Takes `attempt` unless it fails, which is for a while.
Status DeliveryWorker::sendOne(InFlight& attempt, const std::vector<RecordedEvent>& events) {
    const Delivery& delivery = attempt.delivery;
    const auto events_max =
        static_cast<std::size_t>(callbackFormat(attempt.settings->format).events_max);
    if (events.size() > events_max) return split(delivery, events);
    if (events.empty()) {
        pacer_.gaveUp(delivery.callback);
        drop(delivery, "its events are no longer in the log");
        return {};
    }
    FERRY_TRY_ASSIGN(const auto records, repeatedRecords(attempt));
    send(std::move(attempt), events, records);
    return {};
}

Status DeliveryWorker::cantBeRead(const InFlight& attempt, const Error& error) {
    if (isTransient(error.code)) return fail(error);
    pacer_.gaveUp(attempt.delivery.callback);
    return setAside(attempt.delivery, error);
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
