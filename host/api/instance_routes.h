#pragma once
// The area of instances, which is larger than one file.

#include "api/areas.h"
#include "api/route_table.h"

#include <string>
#include <vector>

namespace ferry::api {

void defineInstanceSchemas(RouteTable& table);
void addInstanceReads(RouteTable& table, const ApiParts& parts);
void addInstanceWrites(RouteTable& table, const ApiParts& parts, const ChangesPtr& changes);

/// {configId} of a parameter.
Parameter configurationEntryId();

/// Where an instance is found: `/instances/{id}`, `/instances`, where the Element token names it,
/// and the same two below `/elements/{keyOrId}`.
enum class InstancePath : std::uint8_t { ById, ByToken, OfElement, OfElementByToken };
std::vector<InstancePath> everyInstancePath();

/// Adds a row for each of `paths`, with `rest` behind them. `route` has everything but path, area,
/// subject and the parameters of those paths; its operation id gets an ending for each but the
/// first.
void addInstanceForms(
    RouteTable& table,
    const Route& route,
    const std::string& rest,
    const std::vector<InstancePath>& paths
);

}  // namespace ferry::api
