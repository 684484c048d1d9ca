#pragma once
// Fills the event log of a seeded hub with events and deliveries, as drains would have committed
// them.

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace ferry::bench {

struct Backlog {
    std::filesystem::path folder;  ///< the hub's, after seedInstances
    std::size_t instances = 1;     ///< the events go round these, the first ones
    std::size_t events = 0;
    std::int64_t events_per_delivery = 20;
    bool is_logged_only = false;  ///< events without deliveries
};

/// Errors: those of the store.
Status seedBacklog(const Backlog& backlog);

}  // namespace ferry::bench
