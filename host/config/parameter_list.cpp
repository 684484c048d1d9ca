#include "config/parameter_list.h"

#include "config/hub_parameters.h"
#include "config/manifest_checks.h"
#include "config/manifest_parameter.h"
#include "config/node_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace ferry::config {

namespace {

class ParameterList {
  public:
    ParameterList(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest)
        : root_(root), reporter_(reporter), manifest_(manifest) {
        static const YamlNode kNone;
        const YamlNode* declared = given(root, "parameters");
        declared_ = declared == nullptr ? &kNone : declared;
    }

    void read() {
        bool are_keys_known = !isUnknown(root_, "parameters");
        fields_.reserve(
            declared_->children.size() + hubParameters().size() + pollingParameters().size()
        );
        for (const YamlNode& node : declared_->children) {
            fields_.push_back(readParameter(node, reporter_));
            const bool is_key_known = !isUnknown(node, "key");
            are_keys_known = are_keys_known && is_key_known;
            if (!keys_.insert(fields_.back().key).second && is_key_known) {
                reporter_.atValue(
                    *node.find("key"),
                    Visibility::Shown,
                    fmt::format("the parameter '{}' stands here twice", fields_.back().key)
                );
            }
        }
        addHubParameters(hubParameters());
        if (root_.findKey("polling") != nullptr) addHubParameters(pollingParameters());
        for (std::size_t at = 0; at < declared_->children.size(); ++at) {
            checkProfiles(fields_[at], declared_->children[at]);
            if (are_keys_known) checkDependency(fields_[at], declared_->children[at]);
        }
        if (are_keys_known) checkChoice();
        manifest_.parameters =
            FieldTable(fmt::format("connector '{}'", manifest_.key), std::move(fields_));
    }

  private:
    /// Those that the connector declares stay where it has them.
    void addHubParameters(const std::vector<Field>& added) {
        for (const Field& field : added) {
            if (keys_.insert(field.key).second) {
                fields_.push_back(field);
                if (field.key == kObjectTypesFilter)
                    limitObjectTypes(fields_.back(), manifest_.object_types);
                continue;
            }
            for (std::size_t at = 0; at < declared_->children.size(); ++at) {
                if (fields_[at].key != field.key) continue;
                checkSameType(fields_[at], field, declared_->children[at]);
                fields_[at].check = field.check;
                fields_[at].bytes_max = field.bytes_max;
            }
        }
    }

    void checkSameType(const Field& declared, const Field& field, const YamlNode& node) {
        const bool is_same = declared.type == field.type && declared.is_secret == field.is_secret &&
                             declared.values == field.values;
        if (is_same) return;
        if (isUnknown(node, "type") || isUnknown(node, "secret") || isUnknown(node, "values"))
            return;
        reporter_.atValue(
            *node.find("type"),
            Visibility::Shown,
            fmt::format(
                "the hub reads '{}' itself, as {}{}",
                field.key,
                valueTypeName(field.type),
                field.is_secret ? ", secret" : ""
            ),
            "remove the parameter: every connector has it"
        );
    }

    void checkProfiles(const Field& field, const YamlNode& node) {
        if (!areProfilesKnown(root_)) return;
        for (const std::string& profile : field.profiles) {
            const bool is_known = std::any_of(
                manifest_.profiles.begin(),
                manifest_.profiles.end(),
                [&](const AuthenticationProfile& known) { return known.key == profile; }
            );
            if (is_known || isUnknown(node, "profile")) continue;
            reporter_.atValue(
                *node.find("profile"),
                Visibility::Shown,
                fmt::format("there is no authentication profile '{}'", profile)
            );
        }
    }

    void checkDependency(const Field& field, const YamlNode& node) {
        if (!field.depends_on || keys_.count(field.depends_on->key) != 0) return;
        const YamlNode& on = *node.find("depends_on");
        if (isUnknown(on, "key")) return;
        reporter_.atValue(
            *on.find("key"),
            Visibility::Shown,
            fmt::format("there is no parameter '{}'", field.depends_on->key)
        );
    }

    void checkChoice() {
        const YamlNode* authentication = given(root_, "authentication");
        if (authentication == nullptr || isUnknown(*authentication, "parameter")) return;
        if (manifest_.profiles.size() < 2 || keys_.count(manifest_.authentication_parameter) != 0)
            return;
        reporter_.atKey(
            *authentication->findKey("profiles"),
            fmt::format(
                "there are several authentication profiles and no parameter '{}' to choose one",
                manifest_.authentication_parameter
            ),
            "add it to 'parameters', an enum of their keys"
        );
    }

    const YamlNode& root_;
    Reporter& reporter_;
    ConnectorManifest& manifest_;
    const YamlNode* declared_ = nullptr;
    std::vector<Field> fields_;
    std::set<std::string> keys_;
};

}  // namespace

void readParameters(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest) {
    ParameterList(root, reporter, manifest).read();
}

}  // namespace ferry::config
