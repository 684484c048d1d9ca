#pragma once
// Which deliveries a command means.

#include "base/clock.h"
#include "store/delivery_search.h"
#include "store/store.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>

namespace ferry::cli {

/// As given on the command line.
struct DeliveryFilter {
    std::string instance;
    std::string state;  ///< waiting, dead, delivered; empty: any
    bool is_failing = false;
    std::string since;
    std::string until;
    std::optional<int> status;  ///< HTTP status of the last attempt
};

/// --failing, --status, --since and --until.
void addFilterOptions(CLI::App& command, DeliveryFilter& filter);

/// Errors: NotFound for an instance, InvalidArgument for a time or what goes together with nothing.
Result<store::DeliveryQuery> queryOf(
    store::Store& store, const DeliveryFilter& filter, TimePoint now
);

/// Gives deliveries of the query to `take`, newest first, until it gives false.
Status forEach(
    store::Store& store,
    store::DeliveryQuery query,
    const std::function<bool(const Delivery&)>& take
);

}  // namespace ferry::cli
