#pragma once
// Checks one instance's configuration against its connector. Serves instance files and the REST
// API alike: it knows keys and texts, not YAML.

#include "config/connector_manifest.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// One entry of a flat configuration; views of the caller's texts.
struct ParameterValue {
    std::string_view key;
    std::string_view text;
    bool is_unknown = false;  ///< there is a value, but it can't be looked at (a linted reference)
};

enum class ProblemPlace : std::uint8_t {
    Key,      ///< at the key, which is there
    Value,    ///< at the value, which is there
    Missing,  ///< nothing of it is there
};

/// A finding about one parameter. The message never holds the value.
struct ParameterProblem {
    Severity severity = Severity::Error;
    ProblemPlace place = ProblemPlace::Key;
    std::string key;
    bool is_secret = false;  ///< the value must not be shown along with it
    std::string message;
    std::string suggestion;
};

struct ParameterReport {
    /// Every parameter with a value, given or default, in normal form (see `checkValue`).
    std::map<std::string, std::string> values;
    /// Key of the authentication profile; a connector with one needs no parameter to choose it.
    std::string profile;
    /// In the order given, then the missing ones in the connector's order.
    std::vector<ParameterProblem> problems;

    bool hasErrors() const noexcept;
};

/// What stands beside the configuration of an instance.
const FieldTable& instanceFields();

/// True for the parameters that stand beside the configuration: key, name, tags, code.
bool isInstanceKey(std::string_view key) noexcept;

/// Checks unknown keys, types, patterns, ranges, what is required in the chosen authentication
/// profile and by `depends_on`, and what of the hub's own parameters does not go together; all
/// problems at once. Empty texts count as not given. Secrets
/// are never quoted. `values` is complete only without errors.
/// Threads: any; the connector is only read.
ParameterReport validateParameters(
    const ConnectorManifest& connector, std::span<const ParameterValue> values
);

}  // namespace ferry::config
