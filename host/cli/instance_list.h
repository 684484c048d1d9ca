#pragma once
// What `ferry instances` knows about all instances together, read from the store.

#include "app/rejected_instances.h"
#include "base/crypto.h"
#include "config/hub_config.h"
#include "model/instance.h"
#include "pipeline/callback_permissions.h"
#include "store/store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace ferry::cli {

/// What the list is made with.
struct ListContext {
    std::string public_url;
    std::optional<SealingKey> key;  ///< none if it can't be read by who asks
    std::map<InstanceId, store::FailingDeliveries> failing;
    std::map<CallbackId, TimePoint> failing_since;  ///< as operators are told
    std::map<CallbackId, pipeline::WaitingPermission> unpermitted;
    std::map<InstanceId, store::DeadDeliveries> dead;
    std::map<CallbackId, store::CallbackSwitchedOff> off;
    /// Those that are declared with an error, by name: an instance of that name has its previous
    /// version, or another instance took the name twice.
    std::multimap<std::string, app::RejectedEntry> rejected;

    const store::FailingDeliveries* failingOf(const Instance& instance) const {
        const auto found = failing.find(instance.id);
        return found == failing.end() ? nullptr : &found->second;
    }
    /// Since when the callback of `found`, which is of the instance, takes nothing.
    TimePoint sinceOf(const Instance& instance, const store::FailingDeliveries& found) const {
        const auto known = failing_since.find(instance.callback);
        return known == failing_since.end() ? found.since : std::min(known->second, found.since);
    }
    const store::DeadDeliveries* deadOf(const Instance& instance) const {
        const auto found = dead.find(instance.id);
        return found == dead.end() ? nullptr : &found->second;
    }
    const store::CallbackSwitchedOff* offOf(const Instance& instance) const {
        const auto found = off.find(instance.callback);
        return found == off.end() ? nullptr : &found->second;
    }
    const pipeline::WaitingPermission* unpermittedOf(const Instance& instance) const {
        const auto found = unpermitted.find(instance.callback);
        return found == unpermitted.end() ? nullptr : &found->second;
    }
};

/// Errors: as the store.
Result<ListContext> listContext(const config::HubConfig& config, store::Store& store);

}  // namespace ferry::cli
