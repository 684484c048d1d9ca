#pragma once
// What callers send to make or change an instance, read from the JSON of the Open Connectors API.

#include "base/result.h"
#include "base/secret.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::api {

struct InstanceBody {
    std::optional<std::string> element;            ///< key or number of the connector
    std::optional<std::string> name;               ///< without markup; not empty
    std::optional<std::vector<std::string>> tags;  ///< without markup; none empty, none twice
    bool has_configuration = false;
    /// As sent, numbers and booleans as texts; nullopt for null: to be taken away.
    std::map<std::string, std::optional<std::string>, std::less<>> configuration;
    Secret code;                 ///< providerData.code; empty: none
    bool is_external = false;    ///< externalAuthentication is "initial"
    bool wants_objects = false;  ///< retrieveObjectsAfterInstantiation
};

/// Reads the body of a POST, PUT or PATCH.
/// Errors: InvalidArgument naming everything that is wrong with its form at once.
Result<InstanceBody> readInstanceBody(std::string_view body);

/// Reads {"propertyValue": ...}; null is nullopt.
Result<std::optional<std::string>> readPropertyValue(std::string_view body);

/// True for configuration keys that the original reserves and that are about what this hub does by
/// itself, or has no use for. Callers send them along, whatever the connector; of one that does not
/// declare them they are dropped. Those that would change what a caller gets are not among them
/// (`username`, say): they are refused as unknown.
bool isInert(std::string_view key);

/// What is wrong with the value of such a key: some have values that would change what a caller
/// gets. Empty: nothing.
std::string inertProblem(std::string_view key, std::string_view value);

}  // namespace ferry::api
