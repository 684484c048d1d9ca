#pragma once
// Makes the store hold what the instance files declare: the difference is applied in one go, and
// what is unchanged is not touched. An instance whose new version has an error keeps its old one.

#include "app/connector_places.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "base/result.h"
#include "config/instance_file.h"
#include "model/ids.h"
#include "pipeline/stages.h"
#include "store/store.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace ferry::app {

struct ApplyReport {
    std::size_t created = 0;
    std::size_t changed = 0;
    std::size_t unchanged = 0;
    std::vector<std::string> removed_names{};  ///< no file declares them any more
    /// Declared, and not applied: an instance that was made over REST has the name.
    std::vector<std::string> taken_names{};
    std::size_t kept = 0;  ///< running on as they were, see app/kept_instances
    /// Of these, how many no file declares now, by the reason for which they stay.
    std::map<std::string, std::size_t> kept_undeclared{};
    /// Instances to hand to the authorizer: new ones, and ones whose credentials changed.
    std::vector<InstanceId> to_authorize;
    /// Instances whose settings were opened somewhere and are out of date now.
    std::vector<InstanceId> touched;
};

struct ApplyParts {
    store::Store& store;
    const SealingKey& key;
    Random& random;
    const Clock& clock;
    ConnectorPlaces connector_places = {};  ///< of those that were ever loaded
};

/// Applies `load`. Instances that were made over REST are left alone, and so is a declared one
/// whose name one of them has. Nothing is removed that may stand in what could not be read. A
/// change of events, callback, tags or other settings keeps the authorization; a change of
/// connector, account credentials or app asks for a new one.
/// Threads: one at a time.
Result<ApplyReport> applyInstances(const config::InstanceLoad& load, const ApplyParts& parts);

}  // namespace ferry::app
