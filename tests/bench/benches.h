#pragma once
// The benchmarks of this program, one file each. Each prints its figures into the report.

#include "bench/report.h"

namespace ferry::bench {

/// Durable webhook intake, beside nginx.
void benchIntake(Report& report);
/// Fetching and deriving changes, against the fake over HTTP.
void benchChanges(Report& report);
/// Webhook to callback, open loop.
void benchFlow(Report& report);
/// Callbacks to one fast receiver, beside a bare libcurl loop.
void benchDelivery(Report& report);
/// Draining a long queue of deliveries, beside a short one.
void benchBacklog(Report& report);
/// Callbacks that hang beside those that do not.
void benchIsolation(Report& report);
/// Webhooks beside a replay.
void benchReplay(Report& report);
/// Calls of the REST API with many instances.
void benchApi(Report& report);
/// Calls into plugins, operations that go on, events of normalize.
void benchPlugin(Report& report);
/// The same in a process of the plugin's own; a part of benchPlugin.
void benchIsolatedPlugin(Report& report);
/// Loading many plugins and connectors.
void benchCatalog(Report& report);
/// Memory, start-up, lint and apply.
void benchScale(Report& report);

}  // namespace ferry::bench
