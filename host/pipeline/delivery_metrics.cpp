#include "pipeline/delivery_metrics.h"

#include <fmt/format.h>

#include <string_view>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kFinishedName = "ferry_deliveries_finished_total";
constexpr std::string_view kFinishedHelp = "Deliveries that ended, by how.";
constexpr std::string_view kLatencyName = "ferry_delivery_attempt_seconds";
constexpr std::string_view kLatencyHelp =
    "Time that delivery attempts took, by whether the callback accepted";

// Status classes first, then http::TransportError in its order (from Dns).
constexpr std::array<std::string_view, 14> kClassNames{
    "2xx",
    "3xx",
    "4xx",
    "5xx",
    "other",
    "dns",
    "connect",
    "tls",
    "timeout",
    "reset",
    "too_large",
    "refused",
    "cancelled",
    "no_token",
};
constexpr std::size_t kOtherClass = 4;
constexpr std::size_t kFirstErrorClass = 5;
constexpr std::size_t kNoTokenClass = 13;

std::size_t resultClass(const AttemptResult& result) {
    if (!result.problem.empty()) return kNoTokenClass;
    if (result.error != http::TransportError::None) {
        const auto error = static_cast<std::size_t>(result.error);
        return kFirstErrorClass + error - static_cast<std::size_t>(http::TransportError::Dns);
    }
    const int hundreds = result.status / 100;
    return hundreds >= 2 && hundreds <= 5 ? static_cast<std::size_t>(hundreds - 2) : kOtherClass;
}

}  // namespace

DeliveryMetrics::DeliveryMetrics(observe::Metrics& metrics)
    : attempts_failed_seconds_(metrics.histogram(kLatencyName, kLatencyHelp, "result=\"failed\"")),
      attempts_delivered_seconds_(
          metrics.histogram(kLatencyName, kLatencyHelp, "result=\"delivered\"")
      ),
      delivered_(metrics.counter(kFinishedName, kFinishedHelp, "state=\"delivered\"")),
      delivered_events_(
          metrics.counter("ferry_delivered_events_total", "Events that callbacks accepted")
      ),
      lag_(metrics.histogram(
          "ferry_delivery_lag_seconds",
          "Time from the commit of the events of a delivery to their acceptance",
          {},
          observe::kDelayBounds
      )),
      dead_(metrics.counter(kFinishedName, kFinishedHelp, "state=\"dead\"")),
      switched_off_(metrics.counter(
          "ferry_callbacks_switched_off_total",
          "Times a callback was switched off: it answered 410, or its failure policy is queue"
      )),
      breakers_(std::make_shared<Breakers>()),
      dropped_(metrics.counter(kFinishedName, kFinishedHelp, "state=\"dropped\"")),
      postponed_(metrics.counter(
          "ferry_deliveries_postponed_total",
          "Times a delivery was put off because its instance does not deliver now"
      )),
      brought_forward_(metrics.counter(
          "ferry_deliveries_brought_forward_total",
          "Deliveries tried before their time, because their callback was back after an outage"
      )),
      store_failures_(metrics.counter(
          "ferry_delivery_store_failures_total", "Times the delivery worker found the store failing"
      )) {
    static_assert(kClassNames.size() == kResultClasses);
    metrics.gauge(
        "ferry_callbacks_failing",
        "Callbacks that failed so often in a row that they are left alone for a while",
        [breakers = breakers_] {
            return static_cast<double>(breakers->open) + static_cast<double>(breakers->half_open);
        }
    );
    metrics.gauges(
        "ferry_callback_breakers",
        "Callbacks by the state of their circuit breaker; closed: of those that something is sent "
        "to, or that failed lately; half_open: one delivery is trying whether it is back",
        [breakers = breakers_]() -> observe::Metrics::LabelledValues {
            return {
                {"state=\"closed\"", static_cast<double>(breakers->closed)},
                {"state=\"half_open\"", static_cast<double>(breakers->half_open)},
                {"state=\"open\"", static_cast<double>(breakers->open)},
            };
        }
    );
    for (std::size_t i = 0; i < kClassNames.size(); ++i) {
        attempts_[i] = &metrics.counter(
            "ferry_delivery_attempts_total",
            "Delivery attempts by result: status class, or why no answer came",
            fmt::format("result=\"{}\"", kClassNames[i])
        );
    }
}

void DeliveryMetrics::countAttempt(const AttemptResult& result, Milliseconds latency) {
    attempts_[resultClass(result)]->add();
    const bool is_delivered =
        result.error == http::TransportError::None && result.status / 100 == 2;
    (is_delivered ? attempts_delivered_seconds_ : attempts_failed_seconds_).observe(latency);
}

void DeliveryMetrics::countDelivered(std::int64_t event_count, Milliseconds lag) {
    delivered_.add();
    delivered_events_.add(event_count > 0 ? static_cast<std::uint64_t>(event_count) : 0);
    lag_.observe(lag);
}

void DeliveryMetrics::noteBreakers(const BreakerCounts& counts) {
    breakers_->closed = counts.closed;
    breakers_->open = counts.open;
    breakers_->half_open = counts.half_open;
}

}  // namespace ferry::pipeline
