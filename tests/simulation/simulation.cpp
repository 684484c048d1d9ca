#include "simulation/simulation.h"

#include "support/event_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace ferry::test {
namespace {

/// Steps at one moment of simulated time; more of them is a hub that runs in circles.
constexpr int kStepsAtOnceMax = 20'000;
constexpr Milliseconds kBootRetry{1'000};

bool isWrite(std::string_view call) {
    constexpr std::string_view kWrites[] = {
        "instances.put",
        "instances.reconfigure",
        "instances.setState",
        "instances.setReason",
        "instances.internWebhookSecret",
        "instances.internCallback",
        "tokens.put",
        "tokens.completeAuthorization",
        "notices.mark",
        "notices.markAll",
        "notices.release",
        "sync.commit",
        "deliveries.record",
        "meta.put"};
    return std::find(std::begin(kWrites), std::end(kWrites), call) != std::end(kWrites);
}

}  // namespace

std::vector<std::string> Simulation::run() {
    for (unsigned i = 0; i < options_.actions && problems_.empty(); ++i) {
        const std::uint64_t kind = random_.below(10);
        const std::uint64_t pause = kind == 0  ? random_.below(3'600'000)
                                    : kind < 6 ? random_.below(500)
                                               : random_.below(20'000);
        runUntil(clock_.now() + Milliseconds(pause));
        act();
    }
    heal();
    counts_.events = receiver_.eventCount();
    counts_.callbacks = receiver_.callbackCount();
    counts_.duplicates = receiver_.duplicateCount();
    counts_.notices_sent = provider_->noticeCounts().sent;
    counts_.requests = network_->requests();
    return problems_;
}

void Simulation::runUntil(TimePoint end) {
    while (problems_.empty()) {
        runNow();
        const TimePoint next = nextEvent();
        if (next > end) break;
        clock_.advanceTo(next);
    }
    clock_.advanceTo(end);
}

void Simulation::runNow() {
    for (int steps = 0; steps < kStepsAtOnceMax; ++steps) {
        endMisfortunes();
        bootIfDue();
        bool has_progress = network_->pump();
        sendNotices();
        if (hub_ && hub_->step()) has_progress = true;
        if (hub_) noteBaselines();
        if (is_crashed_) crash();
        if (!has_progress) return;
    }
    problems_.emplace_back("the hub runs in circles: it never comes to rest at one moment");
}

void Simulation::bootIfDue() {
    if (hub_ || clock_.now() < boot_at_) return;
    is_crashed_ = false;
    auto booted = SimHub::boot(*machine_);
    if (!booted) {
        trace("boot failed: " + booted.error().message);
        if (is_crashed_) crash_in_.reset();
        is_crashed_ = false;
        boot_at_ = clock_.now() + kBootRetry;
        return;
    }
    hub_ = std::move(*booted);
    ++counts_.lives;
    trace(fmt::format("life {} begins", counts_.lives));
}

void Simulation::crash() {
    trace("crash");
    is_crashed_ = true;
    hub_.reset();
    network_->forgetSenders();
    is_crashed_ = false;
    crash_in_.reset();
    // Sometimes it is back at once, sometimes only when somebody comes.
    boot_at_ = clock_.now() + Milliseconds(random_.below(random_.below(4) == 0 ? 600'000 : 3'000));
}

void Simulation::noteBaselines() {
    for (Customer& customer : customers_) {
        if (customer.id.value == 0) {
            const auto instance = hub_->store().instances().findByName(customer.name);
            if (!instance || !*instance) continue;
            customer.id = (*instance)->id;
        }
        if (customer.baseline) continue;
        const auto position = hub_->store().sync().position(customer.id);
        if (!position || position->phase != SyncPhase::Live) continue;
        const auto objects = indexedObjects(hub_->store(), customer.id);
        if (objects) customer.baseline = *objects;
        trace(fmt::format("{}: baseline is done", customer.name));
    }
}

void Simulation::sendNotices() {
    std::erase_if(late_, [this](const LateNotice& late) {
        if (late.at > clock_.now()) return false;
        sendNotice(late.notice, late.is_answered);
        return true;
    });
    for (const demo::Notice& notice : provider_->takeNotices()) {
        if (random_.unit() >= notice_faults_) {
            sendNotice(notice, true);
            continue;
        }
        const TimePoint later = clock_.now() + Milliseconds(random_.below(600'000));
        switch (random_.below(4)) {
            case 0:  // lost, though the provider believes that it arrived
                provider_->noticeAnswered(notice, 200);
                break;
            case 1:
                sendNotice(notice, true);
                late_.push_back({later, notice, false});
                break;
            case 2:
                late_.push_back({later, notice, true});
                break;
            default:  // it arrives, and its answer does not
                sendNotice(notice, false);
                provider_->noticeAnswered(notice, 500);
                break;
        }
    }
}

void Simulation::sendNotice(const demo::Notice& notice, bool is_answered) {
    const int status = hub_ ? hub_->receive(notice) : 0;
    if (is_crashed_) crash();
    if (is_answered) provider_->noticeAnswered(notice, status);
}

TimePoint Simulation::nextEvent() const {
    TimePoint next = network_->nextDue();
    next = std::min(next, hub_ ? hub_->nextDue() : boot_at_);
    for (const LateNotice& late : late_)
        next = std::min(next, late.at);
    // The provider's own retries are looked at once a second.
    return std::min(next, clock_.now() + Milliseconds(1'000));
}

Fault Simulation::storeFault(std::uint64_t, std::string_view name) {
    if (is_crashed_) return Fault::Before;
    ++counts_.store_calls;
    const bool is_write = isWrite(name);
    if (options_.crash_at_call == counts_.store_calls) crash_in_ = 0;
    if (crash_in_) {
        if (*crash_in_ > 0) {
            --*crash_in_;
        } else {
            is_crashed_ = true;
            counts_.has_faulted = true;
            const bool after =
                options_.crash_at_call ? options_.fails_after_effect : crashes_after_effect_;
            return after ? Fault::After : Fault::Before;
        }
    }
    if (options_.failing_call == counts_.store_calls) {
        counts_.has_faulted = true;
        return options_.fails_after_effect && is_write ? Fault::After : Fault::Before;
    }
    if (store_faults_ == 0 || random_.unit() >= store_faults_) return Fault::None;
    // A lease whose answer is lost ends with the process alone, so no read fails after its effect.
    return is_write && random_.below(2) == 0 ? Fault::After : Fault::Before;
}

bool Simulation::failsCommit() {
    if (is_crashed_) return true;
    ++counts_.commits;
    if (options_.failing_commit == counts_.commits) {
        counts_.has_faulted = true;
        return true;
    }
    return store_faults_ > 0 && random_.unit() < store_faults_;
}

void Simulation::trace(const std::string& text) const {
    if (!options_.is_traced) return;
    std::cerr << formatRfc3339(clock_.now()) << " " << text << (text.ends_with('\n') ? "" : "\n");
}

}  // namespace ferry::test
