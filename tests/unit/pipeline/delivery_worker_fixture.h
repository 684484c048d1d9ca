#pragma once
// A delivery worker with everything around it in memory: the clock stands, requests are answered by
// the test, the store fails on command.

#include "pipeline/delivery_worker.h"
#include "support/fake_outbound.h"
#include "support/memory_store.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"

#include <gtest/gtest.h>

#include <memory>

namespace ferry::pipeline {

class DeliveryWorkerFixture : public testing::Test {
  protected:
    DeliveryWorkerFixture() { options_.schedule.jitter = 0; }

    DeliveryWorker& worker() {
        if (!worker_) {
            worker_ = std::make_unique<DeliveryWorker>(
                DeliveryServices{
                    deliveries_,
                    events_,
                    settings_,
                    outbound_,
                    clock_,
                    random_,
                    metrics_,
                    log_,
                    permissions_,
                    account_},
                options_,
                [this] { ++wakes_; }
            );
        }
        return *worker_;
    }

    Instance instance(std::int64_t id) {
        Instance out;
        out.id = InstanceId(id);
        out.name = "instance-" + std::to_string(id);
        out.connector_key = "dropbox";
        out.state = InstanceState::Running;
        out.events_enabled = true;
        out.callback = CallbackId(id);
        out.sealed_configuration = sealConfiguration(
            {{"event.notification.callback.url", "https://app.example.com/" + out.name},
             {"event.notification.signature.key", "MySecretEventSignatureKey"}},
            out.name,
            key_,
            random_
        );
        out.updated_at = clock_.now();
        return out;
    }

    /// A delivery of one event of an instance, due now; both are made if they are new.
    DeliveryId addDelivery(std::int64_t instance_id = 1, LaneId lane = {}) {
        if (!instances_.find(InstanceId(instance_id))->has_value()) {
            instances_.set(instance(instance_id));
        }
        const std::int64_t number = ++last_number_;
        RecordedEvent event;
        event.number = EventNumber(number);
        event.instance = InstanceId(instance_id);
        event.id = "event" + std::to_string(number);
        event.body = R"({"id":"event)" + std::to_string(number) + R"("})";
        events_.add(event);

        Delivery delivery;
        delivery.id = DeliveryId(number);
        delivery.instance = event.instance;
        delivery.callback = CallbackId(instance_id);
        delivery.first_event = delivery.last_event = event.number;
        delivery.created_at = delivery.next_attempt_at = clock_.now();
        delivery.lane = lane;
        deliveries_.add(delivery);
        return delivery.id;
    }

    /// Steps as long as the worker wants the next step at once.
    TimePoint settle() {
        for (int steps = 0; steps < 1000; ++steps) {
            const TimePoint next = worker().step();
            if (next > clock_.now()) return next;
        }
        ADD_FAILURE() << "the worker spins";
        return TimePoint::max();
    }

    std::string metric(const std::string& line) const {
        const std::string text = metrics_.prometheusText();
        const auto begin = text.find("\n" + line + " ");
        if (begin == std::string::npos) return "none";
        const auto value = begin + line.size() + 2;
        return text.substr(value, text.find('\n', value) - value);
    }

    test::SimClock clock_;
    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    observe::Metrics metrics_;
    std::string lines_;
    observe::Log log_{
        clock_,
        observe::LogLevel::Warning,
        observe::LogFormat::Text,
        [this](std::string_view line) { lines_ += line; }};
    test::MemoryDeliveryStore deliveries_;
    test::MemoryEventLog events_;
    test::MemoryInstanceStore instances_;
    SettingsCache settings_{instances_, key_};
    test::FakeOutbound outbound_;
    DeliveryOptions options_;
    CallbackPermissions* permissions_ = nullptr;  ///< nobody is asked unless a test wants it
    AccountPolicy* account_ = nullptr;            ///< the default's unless a test has another
    int wakes_ = 0;
    std::int64_t last_number_ = 0;
    std::unique_ptr<DeliveryWorker> worker_;
};

}  // namespace ferry::pipeline
