// What is read when the hub is asked for its metrics. Nothing here may cost more the more
// deliveries there are.

#include "app/hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace ferry::app {

namespace {

using LabelledValues = observe::Metrics::LabelledValues;

/// Replays that are told of one by one; more do not run at a time.
constexpr std::size_t kReplaysMax = 16;
/// For what can't be read now.
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double seconds(Milliseconds time) {
    return std::max(std::chrono::duration<double>(time).count(), 0.0);
}

std::string stateLabel(std::string_view name) {
    return fmt::format("state=\"{}\"", name);
}

}  // namespace

void Hub::addGauges() {
    metrics_.gauge("ferry_http_in_flight", "Requests being answered now", [this] {
        return static_cast<double>(in_flight_->inFlight());
    });
    metrics_.gauge(
        "ferry_webhooks_in_flight",
        "Webhooks that are answered once they are on disk",
        [this] { return static_cast<double>(server_->stats().deferred_in_flight); }
    );
    metrics_.counterFrom(
        "ferry_http_connections_refused_total",
        "Connections closed without an answer",
        [this] { return static_cast<double>(server_->stats().connections_refused); }
    );
    metrics_.gauge(
        "ferry_http_connections_waiting",
        "Connections whose client has not sent a whole request, without a thread",
        [this] { return static_cast<double>(server_->stats().connections_waiting); }
    );
    metrics_.counterFrom(
        "ferry_http_connections_dropped_total",
        "Connections closed while their client was waited for, to make room",
        [this] { return static_cast<double>(server_->stats().connections_dropped); }
    );
    metrics_.gauge(
        "ferry_outbound_in_flight",
        "Requests to providers and callbacks under way",
        [this] { return static_cast<double>(outbound_->stats().in_flight); }
    );
    metrics_.gauge(
        "ferry_callbacks_without_permission",
        "Callbacks whose receiver was asked for its permission and has not given it",
        [this] { return static_cast<double>(permissions_->waitingCount()); }
    );
    metrics_.gauge("ferry_store_writable", "0 while the store can't be written, else 1", [this] {
        return store_->meta().writeFailure() ? 0.0 : 1.0;
    });
    metrics_.gauges("ferry_instances", "Instances by state", [this] {
        LabelledValues values;
        auto counts = store_->instances().countByState();
        for (const InstanceState state :
             {InstanceState::Running,
              InstanceState::AwaitingAuthorization,
              InstanceState::NeedsReauthorization,
              InstanceState::Disabled}) {
            const double count = counts ? static_cast<double>((*counts)[state]) : kUnknown;
            values.emplace_back(stateLabel(instanceStateName(state)), count);
        }
        return values;
    });
    addPluginGauges();
    addDeliveryGauges();
    addNoticeGauges();
    addReplayGauges();
}

void Hub::addPluginGauges() {
    metrics_.gauges("ferry_connectors", "Connectors by what becomes of their calls", [this] {
        const PluginStates states = catalog_.states();
        double quarantined = 0;
        for (const ServedConnector& served : states.served)
            quarantined += served.is_quarantined ? 1 : 0;
        const auto all = static_cast<double>(states.served.size());
        return LabelledValues{
            {stateLabel("served"), all - quarantined}, {stateLabel("quarantined"), quarantined}};
    });
    metrics_.gauges(
        "ferry_plugins_refused",
        "Plugin folders and connector files that are not used as they are",
        [this] {
            std::map<std::string, double> counts;
            const auto snapshot = catalog_.snapshot();
            for (const RefusedConnector& refused : snapshot->refused)
                counts[fmt::format("rule=\"{}\"", refused.rule)] += 1;
            return LabelledValues(counts.begin(), counts.end());
        }
    );
    metrics_.gauge(
        "ferry_plugins_ending",
        "Versions of plugins that were replaced, while what began with them goes on",
        [this] { return static_cast<double>(catalog_.states().ending.size()); }
    );
}

void Hub::addDeliveryGauges() {
    constexpr std::array kStates{
        DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Dead};
    metrics_.gauges("ferry_deliveries", "Deliveries in the store by state", [this, kStates] {
        LabelledValues values;
        auto counts = store_->deliveries().countByState();
        for (const DeliveryState state : kStates) {
            const double count = counts ? static_cast<double>((*counts)[state]) : kUnknown;
            values.emplace_back(stateLabel(deliveryStateName(state)), count);
        }
        return values;
    });
    metrics_.gauges(
        "ferry_deliveries_oldest_seconds",
        "Age of the oldest delivery by state: since its events were recorded while it waits "
        "(without those that were asked for again), else since it ended; 0 if there is none",
        [this, kStates] {
            LabelledValues values;
            const auto oldest = store_->deliveries().oldestByState();
            for (const DeliveryState state : kStates) {
                double age = oldest ? 0 : kUnknown;
                if (oldest && oldest->contains(state)) {
                    age = seconds(clock_.now() - oldest->at(state));
                }
                values.emplace_back(stateLabel(deliveryStateName(state)), age);
            }
            return values;
        }
    );
}

void Hub::addNoticeGauges() {
    const auto backlog = [this] { return store_->notices().backlog(clock_.now()); };
    metrics_.gauges(
        "ferry_notices",
        "Instances that are due to be drained, and that are being drained",
        [=] {
            const auto now = backlog();
            return LabelledValues{
                {stateLabel("waiting"), now ? static_cast<double>(now->waiting) : kUnknown},
                {stateLabel("draining"), now ? static_cast<double>(now->leased) : kUnknown},
            };
        }
    );
    metrics_.gauge(
        "ferry_notices_oldest_seconds",
        "Time since the instance that waits longest was due to be drained; 0 if none waits",
        [this, backlog] {
            const auto now = backlog();
            if (!now) return kUnknown;
            return now->oldest_due_at ? seconds(clock_.now() - *now->oldest_due_at) : 0.0;
        }
    );
}

void Hub::addReplayGauges() {
    metrics_.gauge("ferry_replays_running", "Replays that run, or wait to", [this] {
        const auto running = store_->replays().running(kReplaysMax);
        return running ? static_cast<double>(running->size()) : kUnknown;
    });
    metrics_.gauges(
        "ferry_replay_events",
        "Events that the replays that run have looked at, and that they have made deliveries of",
        [this] {
            LabelledValues values;
            const auto running = store_->replays().running(kReplaysMax);
            if (!running) return values;
            for (const Replay& replay : *running) {
                const std::string label = fmt::format("replay=\"{}\"", replay.id.value);
                values.emplace_back(
                    label + ",step=\"examined\"", static_cast<double>(replay.counts.examined)
                );
                values.emplace_back(
                    label + ",step=\"matched\"", static_cast<double>(replay.counts.matched)
                );
            }
            return values;
        }
    );
}

}  // namespace ferry::app
