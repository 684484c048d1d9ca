#include "config/parameter_validator.h"

#include "config/hub_parameter_checks.h"
#include "config/poll_interval_check.h"
#include "config/table_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ferry::config {

bool ParameterReport::hasErrors() const noexcept {
    return std::any_of(problems.begin(), problems.end(), [](const ParameterProblem& problem) {
        return problem.severity == Severity::Error;
    });
}

const FieldTable& instanceFields() {
    static const FieldTable table(
        "an instance",
        {
            field("name", ValueType::String, "its name, which no other instance has"),
            field("key", ValueType::String, "key of its connector"),
            field("tags", ValueType::List, "words to find it by"),
            field("code", ValueType::String, "the authorization code, if it is not authorized yet"),
        }
    );
    return table;
}

bool isInstanceKey(std::string_view key) noexcept {
    return instanceFields().find(key) != nullptr;
}

namespace {

/// Open Connectors had the requests of polls with each instance.
bool describesPolls(std::string_view key) noexcept {
    return key == "event.poller.configuration" || key == "event.poller.urls";
}

class ParameterCheck {
  public:
    explicit ParameterCheck(const ConnectorManifest& connector) : connector_(connector) {}

    ParameterReport run(std::span<const ParameterValue> values) {
        for (const ParameterValue& value : values)
            take(value);
        addDefaults();
        chooseProfile();
        for (const ParameterValue& value : values)
            warnIfUnused(value);
        for (const Field& field : connector_.parameters.fields())
            requireIfNeeded(field);
        for (ParameterProblem& problem : together())
            report_.problems.push_back(std::move(problem));
        for (ParameterProblem& problem : checkPollIntervals(connector_, report_.values))
            report_.problems.push_back(std::move(problem));
        return std::move(report_);
    }

  private:
    void say(ProblemPlace place, std::string_view key, bool is_secret, ValueProblem problem) {
        report_.problems.push_back(
            {Severity::Error,
             place,
             std::string(key.substr(0, 128)),
             is_secret,
             std::move(problem.message),
             std::move(problem.suggestion)}
        );
    }

    void take(const ParameterValue& value) {
        const Field* field = connector_.parameters.find(value.key);
        if (isInstanceKey(value.key)) {
            say(ProblemPlace::Key,
                value.key,
                true,
                {fmt::format("'{}' belongs beside 'configuration', not into it", value.key), ""});
            return;
        }
        if (field == nullptr && value.key == connector_.authentication_parameter &&
            !connector_.profiles.empty())
            return takeOnlyProfile(value);
        if (field == nullptr) {
            say(ProblemPlace::Key,
                value.key,
                true,
                {fmt::format(
                     "unknown parameter '{}' for connector '{}'",
                     value.key.substr(0, 128),
                     connector_.key
                 ),
                 describesPolls(value.key)
                     ? "leave it out: what the provider is asked for stands in the connector, "
                       "under 'polling'"
                     : connector_.parameters.suggestionFor(value.key)});
            // Its correction may well be what is missing: one finding for one mistake.
            if (const Field* meant = connector_.parameters.nearestTo(value.key)) {
                unknown_.insert(meant);
            }
            return;
        }
        if (value.is_unknown) {
            unknown_.insert(field);
            return;
        }
        if (value.text.empty()) {
            empty_.insert(field);
            return;
        }
        std::string normal;
        if (auto problem = checkValue(*field, value.text, normal)) {
            unknown_.insert(field);
            say(ProblemPlace::Value,
                value.key,
                field->is_secret,
                {fmt::format("the value of '{}' {}", value.key, problem->message),
                 std::move(problem->suggestion)});
            return;
        }
        report_.values.insert_or_assign(field->key, std::move(normal));
    }

    /// Of a connector whose parameters leave no choice: what there is may be said all the same.
    void takeOnlyProfile(const ParameterValue& value) {
        const bool is_there = std::ranges::any_of(connector_.profiles, [&](const auto& profile) {
            return profile.key == value.text || profile.contractName() == value.text;
        });
        if (is_there || value.is_unknown || value.text.empty()) return;
        say(ProblemPlace::Value,
            value.key,
            false,
            {fmt::format(
                 "the value of '{}' is no way of authorizing that connector '{}' has",
                 value.key,
                 connector_.key
             ),
             fmt::format("leave it out: it can only be '{}'", connector_.profiles[0].key)});
    }

    void addDefaults() {
        for (const Field& field : connector_.parameters.fields()) {
            if (!field.default_value || isInstanceKey(field.key) || unknown_.count(&field) != 0 ||
                report_.values.count(field.key) != 0) {
                continue;
            }
            std::string normal;
            if (!checkValue(field, *field.default_value, normal)) {
                report_.values.emplace(field.key, std::move(normal));
            }
        }
    }

    void chooseProfile() {
        const auto chosen = report_.values.find(connector_.authentication_parameter);
        if (chosen != report_.values.end()) {
            profile_ = chosen->second;
        } else if (connector_.profiles.size() == 1) {
            profile_ = connector_.profiles.front().key;
            // The hub goes by it. Of the others it is left out, as it always was: what an instance
            // was authorised with must not look like something new.
            if (profile_ == "none")
                report_.values.emplace(connector_.authentication_parameter, profile_);
        }
        report_.profile = profile_;
    }

    bool isInProfile(const Field& field) const {
        return field.profiles.empty() ||
               std::find(field.profiles.begin(), field.profiles.end(), profile_) !=
                   field.profiles.end();
    }

    void warnIfUnused(const ParameterValue& value) {
        const Field* field = connector_.parameters.find(value.key);
        if (field == nullptr || profile_.empty() || isInProfile(*field)) return;
        if (value.text.empty() || isInstanceKey(value.key)) return;
        report_.problems.push_back(
            {Severity::Warning,
             ProblemPlace::Key,
             field->key,
             field->is_secret,
             fmt::format(
                 "'{}' is not used when '{}' is '{}'",
                 field->key,
                 connector_.authentication_parameter,
                 profile_
             ),
             "remove it"}
        );
    }

    bool dependencyHolds(const Field& field) const {
        if (!field.depends_on) return true;
        const Field* other = connector_.parameters.find(field.depends_on->key);
        const auto value = report_.values.find(field.depends_on->key);
        const bool is_given = field.depends_on->value.empty() && unknown_.count(other) != 0;
        if (is_given) return true;
        if (other == nullptr || value == report_.values.end()) return false;
        if (field.depends_on->value.empty()) return true;
        std::string wanted;
        return !checkValue(*other, field.depends_on->value, wanted) && wanted == value->second;
    }

    void requireIfNeeded(const Field& field) {
        if (!field.is_required || isInstanceKey(field.key) || unknown_.count(&field) != 0 ||
            report_.values.count(field.key) != 0 || !isInProfile(field) ||
            !dependencyHolds(field)) {
            return;
        }
        std::string reason;
        if (field.depends_on) {
            const std::string& value = field.depends_on->value;
            reason = fmt::format(
                ", as '{}' is {}", field.depends_on->key, value.empty() ? "given" : value
            );
        } else if (!field.profiles.empty()) {
            reason = fmt::format(", as '{}' is {}", connector_.authentication_parameter, profile_);
        }
        const bool is_empty = empty_.count(&field) != 0;
        say(is_empty ? ProblemPlace::Key : ProblemPlace::Missing,
            field.key,
            field.is_secret,
            {fmt::format(
                 "the parameter '{}' is required{}{}",
                 field.key,
                 reason,
                 is_empty ? ", and has no value here" : ""
             ),
             fmt::format("{} '{}: {}'", is_empty ? "write" : "add", field.key, exampleOf(field))});
    }

    std::vector<ParameterProblem> together() const {
        return checkHubParametersTogether(report_.values, [this](std::string_view key) {
            return unknown_.count(connector_.parameters.find(key)) != 0;
        });
    }

    static std::string exampleOf(const Field& field) {
        if (field.is_secret) return "${env:NAME}";
        if (!field.example.empty()) return field.example;
        return field.values.empty() ? "..." : field.values.front();
    }

    const ConnectorManifest& connector_;
    ParameterReport report_;
    std::set<const Field*> unknown_;
    std::set<const Field*> empty_;  ///< given without a value
    std::string profile_;
};

}  // namespace

ParameterReport validateParameters(
    const ConnectorManifest& connector, std::span<const ParameterValue> values
) {
    return ParameterCheck(connector).run(values);
}

}  // namespace ferry::config
