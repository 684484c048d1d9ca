#pragma once
// What follows when a reload has put other plugins behind connectors.

#include "app/catalog.h"
#include "base/clock.h"
#include "base/result.h"
#include "observe/log.h"
#include "store/store.h"

namespace ferry::app {

/// For each connector of `after` whose plugin is not the one of `before`: its instances that run
/// are drained now, as what they waited for may be what was mended; and if it comes from another
/// folder, the log says so with the number of instances that this affects. Errors: those of the
/// store; drains may be due then for some of them.
Status followConnectors(
    const CatalogSnapshot& before,
    const CatalogSnapshot& after,
    store::Store& store,
    TimePoint now,
    observe::Log& log
);

}  // namespace ferry::app
