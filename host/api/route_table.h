#pragma once
// The whole API as one table. Each area of it adds its rows (areas.h); api.cpp makes routes of
// them, and openapi.cpp the document.

#include "api/route.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::api {

/// Threads: filled by one; read from any afterwards.
class RouteTable {
  public:
    /// Adds a row. A row that contradicts itself is a programmer error (checked): a parameter of
    /// the path that is not described or the other way round, no answer, no handler, an operation
    /// id that another has, a subject without a role, a change or an instance that needs no header.
    void add(Route route);

    /// Defines a schema for schemaOf() of this name. `json` is JSON text. Once for each name
    /// (checked).
    void define(std::string_view name, std::string_view json);

    const std::vector<Route>& routes() const noexcept { return routes_; }
    /// Name and JSON text, in the order of their definition.
    const std::vector<std::pair<std::string, std::string>>& schemas() const noexcept {
        return schemas_;
    }

  private:
    std::vector<Route> routes_;
    std::vector<std::pair<std::string, std::string>> schemas_;
};

/// The names of the parameters in a pattern, in order.
std::vector<std::string> parametersOfPath(std::string_view path);

// Parameters that many routes have.
Parameter instanceId();  ///< {id}
Parameter keyOrId();     ///< {keyOrId} of a connector
/// `nextPage`, `pageSize` and `page`, as api/paging reads them.
std::vector<Parameter> pagingParameters();

}  // namespace ferry::api
