// The end: everything is healed, the hub comes to rest, and what must hold is looked at.

#include "simulation/simulation.h"
#include "support/event_replay.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

constexpr Milliseconds kMinute{60'000};
/// The longest wait after a failed drain is an hour, a provider may ask for another one, and the
/// wall clock may have been set back by three before a restart; then comes a poll.
constexpr Milliseconds kSyncDeadline{6 * 60 * kMinute};
/// The retry schedule of deliveries ends after 75 hours; the clock may have been set back.
constexpr Milliseconds kDeliveryDeadline{80 * 60 * kMinute};

void append(std::vector<std::string>& to, std::vector<std::string> from) {
    for (std::string& text : from)
        to.push_back(std::move(text));
}

}  // namespace

void Simulation::heal() {
    if (!problems_.empty()) return;
    trace("everything is healed");
    is_healed_ = true;
    network_->weather = {};
    provider_back_at_ = receiver_back_at_ = store_good_at_ = TimePoint();
    store_faults_ = 0;
    notice_faults_ = 0;
    notices_back_at_ = TimePoint();
    provider_->setNoticesOn(true);
    provider_->faults().clear();
    if (!waitUntilQuiet()) return;

    // At rest it stays at rest: polls find nothing new.
    const std::size_t events = receiver_.eventCount();
    runUntil(clock_.now() + 60 * kMinute);
    // The one crash that was asked for may have come only now.
    if (!hub_) runUntil(clock_.now() + 30 * kMinute);
    // The hour may have ended in the middle of a poll. One that hangs is found all the same.
    for (int i = 0; i < 600 && hub_ && hub_->drainsInFlight() > 0; ++i)
        runUntil(clock_.now() + Milliseconds(1'000));
    if (receiver_.eventCount() != events) {
        problems_.emplace_back("events came although nothing happened any more");
    }
    append(problems_, invariants());
}

bool Simulation::waitUntilQuiet() {
    const TimePoint begin = clock_.now();
    std::vector<std::string> reasons{"nothing was looked at"};
    while (problems_.empty() && clock_.now() < begin + kDeliveryDeadline) {
        runUntil(clock_.now() + 5 * kMinute);
        if (!hub_) continue;
        reasons = unrest();
        if (reasons.empty()) return true;
        const bool waits_for_delivery =
            reasons.size() == 1 && reasons.front().starts_with("deliveries");
        if (!waits_for_delivery && clock_.now() > begin + kSyncDeadline) break;
    }
    problems_.emplace_back("the hub did not come to rest");
    append(problems_, std::move(reasons));
    append(problems_, invariants());
    return false;
}

/// Why the hub is not done; cheap things only.
std::vector<std::string> Simulation::unrest() {
    std::vector<std::string> reasons;
    store::Store& store = hub_->store();
    const auto deliveries = store.deliveries().countByState();
    if (!deliveries || (deliveries->contains(DeliveryState::Waiting) &&
                        deliveries->at(DeliveryState::Waiting) > 0)) {
        reasons.emplace_back("deliveries wait");
    }
    for (const Customer& customer : customers_) {
        if (customer.is_revoked) continue;
        if (!customer.baseline) {
            reasons.push_back(customer.name + ": its baseline is not over");
            continue;
        }
        const auto lost = store.sync().lost(customer.id, 1);
        const auto objects = indexedObjects(store, customer.id);
        if (!lost || !lost->empty()) reasons.push_back(customer.name + ": objects are lost");
        if (!objects || objects->size() != provider_->entries(customer.account).size()) {
            reasons.push_back(customer.name + ": the index has not as many objects as the account");
            continue;
        }
        std::map<std::string, std::string> revisions;
        for (const IndexedObject& object : *objects)
            revisions[object.object_id] = object.path_key + object.content_hash + object.revision;
        for (const demo::EntryPtr& entry : provider_->entries(customer.account)) {
            // A new revision may have the same content, and is told all the same.
            if (revisions[entry->id] != entry->path_lower + entry->content_hash + entry->rev) {
                reasons.push_back(customer.name + ": the index is behind at " + entry->path_lower);
                break;
            }
        }
    }
    return reasons;
}

std::vector<std::string> Simulation::invariants() {
    if (!hub_) return {"the hub is down"};
    std::vector<std::string> found = receiver_.problems();
    for (const Customer& customer : customers_)
        append(found, checkCustomer(customer));

    store::Store& store = hub_->store();
    const auto deliveries = store.deliveries().countByState();
    for (const auto& [state, count] :
         deliveries.value_or(std::map<DeliveryState, std::int64_t>{})) {
        if (state != DeliveryState::Delivered && count > 0) {
            found.push_back(fmt::format("{} deliveries are {}", count, deliveryStateName(state)));
        }
    }
    if (hub_->drainsInFlight() > 0) found.emplace_back("a drain is still in flight");
    if (network_->callbacksInFlightMax() > SimHub::kPerCallback) {
        found.emplace_back("more callbacks were in flight at once than are allowed");
    }
    // A lease that is left keeps its notice from being handed out, whatever the time.
    std::size_t running = 0;
    for (const Customer& customer : customers_)
        running += customer.is_revoked ? 0 : 1;
    const auto leased = store.notices().lease(clock_.now() + Milliseconds(365LL * 86'400'000), 100);
    if (!leased || leased->size() < running) {
        found.push_back(fmt::format(
            "{} notices can be leased, {} instances run", leased ? leased->size() : 0, running
        ));
    }
    return found;
}

std::vector<std::string> Simulation::checkCustomer(const Customer& customer) {
    store::Store& store = hub_->store();
    const auto instance = store.instances().find(customer.id);
    if (!instance || !*instance) return {customer.name + ": its instance is gone"};
    std::vector<std::string> found;
    const InstanceState state = (*instance)->state;
    if (state != InstanceState::Running && !customer.is_revoked) {
        found.push_back(fmt::format(
            "{}: is {}: {}", customer.name, instanceStateName(state), (*instance)->state_reason
        ));
    }
    const auto events = eventsOf(store, customer.id);
    if (!events) return {customer.name + ": " + events.error().message};
    append(found, receiver_.missing(*events));
    if (customer.ordering != "none")
        append(found, receiver_.outOfOrder(*events, customer.ordering == "object"));
    if (!customer.baseline) {
        if (!customer.is_revoked) found.push_back(customer.name + ": has no baseline");
        return found;
    }
    EventReplay replay(customer.name);
    replay.setBaseline(*customer.baseline);
    for (const RecordedEvent& event : *events) {
        trace(fmt::format("{} logged {}: {}", customer.name, event.number.value, event.body));
        replay.apply(event);
    }
    if (!customer.is_revoked) replay.compareWith(provider_->entries(customer.account));
    append(found, replay.problems());
    return found;
}

}  // namespace ferry::test
