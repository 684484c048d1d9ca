#include "api/instance_configuration.h"

#include "api/instance_json.h"
#include "config/parameter_validator.h"
#include "pipeline/instance_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::api {
namespace {

using pipeline::Configuration;
using Problems = std::vector<std::string>;

/// The values as the body wants them, unchecked but for those that are dropped. The mask means: as
/// it was.
Configuration merged(
    const config::ConnectorManifest& connector,
    const Configuration& before,
    const InstanceBody& body,
    ConfigurationChange change,
    Problems& problems
) {
    Configuration wanted;
    for (const auto& [key, value] : before) {
        // A newer version of the connector may not know it any more.
        const bool is_known = connector.parameters.find(key) != nullptr;
        const bool stays = change == ConfigurationChange::Merge || pipeline::isAboutAccess(key);
        if (is_known && stays && !config::isInstanceKey(key)) wanted.emplace(key, value);
    }
    for (const auto& [key, value] : body.configuration) {
        if (isInert(key) && connector.parameters.find(key) == nullptr) {
            std::string problem = value ? inertProblem(key, *value) : std::string();
            if (!problem.empty()) problems.push_back(std::move(problem));
            continue;
        }
        if (value && *value != kMask) {
            wanted.insert_or_assign(key, *value);
            continue;
        }
        wanted.erase(key);
        const auto was = before.find(key);
        if (value && was != before.end()) wanted.emplace(key, was->second);
    }
    return wanted;
}

/// The same check as that of files.
config::ParameterReport checked(
    const config::ConnectorManifest& connector, const Configuration& configuration
) {
    std::vector<config::ParameterValue> values;
    for (const auto& [key, value] : configuration)
        values.push_back({key, value, false});
    return config::validateParameters(connector, values);
}

void addProblems(
    Problems& problems, const config::ParameterReport& report, config::Severity severity
) {
    for (const config::ParameterProblem& problem : report.problems) {
        if (problem.severity != severity) continue;
        // What to add to a file is no help for JSON.
        const bool has_hint =
            problem.place != config::ProblemPlace::Missing && !problem.suggestion.empty();
        problems.push_back(
            has_hint ? fmt::format("{} ({})", problem.message, problem.suggestion) : problem.message
        );
    }
}

/// The values as they are to be, checked.
Configuration validated(
    const config::ConnectorManifest& connector, const Configuration& wanted, Problems& problems
) {
    config::ParameterReport report = checked(connector, wanted);
    addProblems(problems, report, config::Severity::Error);
    Configuration configuration(report.values.begin(), report.values.end());
    if (!report.profile.empty()) {
        configuration.emplace(config::kAuthenticationParameter, report.profile);
    }
    return configuration;
}

}  // namespace

Result<Configuration> configurationOf(
    const config::ConnectorManifest& connector,
    const Configuration& before,
    const InstanceBody& body,
    ConfigurationChange change,
    const CallbackReach& reach
) {
    Problems problems;
    Configuration configuration =
        validated(connector, merged(connector, before, body, change, problems), problems);
    for (std::string& problem : refusedCallbacks(reach, before, configuration))
        problems.push_back(std::move(problem));
    if (problems.empty()) return configuration;
    return fail(ErrorCode::InvalidArgument, fmt::format("{}", fmt::join(problems, "; ")));
}

std::vector<std::string> configurationWarnings(
    const config::ConnectorManifest& connector, const Configuration& configuration
) {
    Configuration values = configuration;
    // Of these the checks of a whole instance speak.
    std::erase_if(values, [](const auto& entry) { return config::isInstanceKey(entry.first); });
    Problems warnings;
    addProblems(warnings, checked(connector, values), config::Severity::Warning);
    return warnings;
}

}  // namespace ferry::api
