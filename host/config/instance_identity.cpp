// What stands beside the configuration of an instance: its name, connector, tags and grant code.
#include "base/ascii.h"
#include "config/instance_reader.h"
#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ferry::config {

void InstanceReader::readIdentity(const YamlNode& node, InstanceDefinition& instance) {
    readName(node, instance);
    instance.key = readText(node, "key", Visibility::Shown);
    if (node.find("key") == nullptr && !node.isGap()) {
        reporter_.atKey(node, "the key 'key' is missing in an instance", "write 'key: dropbox'");
    }
    instance.code = Secret(readText(node, "code", Visibility::Hidden));
    readTags(node, instance);
}

std::string InstanceReader::readText(
    const YamlNode& node, std::string_view key, Visibility visibility
) {
    const YamlNode* value = node.find(key);
    if (value == nullptr || value->isNull() || value->is_unresolved) return {};
    if (!value->isScalar()) {
        reporter_.atValue(
            *value,
            Visibility::Hidden,
            fmt::format("'{}' takes a single value, not {}", key, yamlKindName(value->kind))
        );
        return {};
    }
    if (value->text.size() > kValueBytesMax) {
        reporter_.atValue(
            *value,
            visibility,
            fmt::format("the value of '{}' is longer than {} bytes", key, kValueBytesMax)
        );
    }
    return value->text;
}

void InstanceReader::readName(const YamlNode& node, InstanceDefinition& instance) {
    const YamlNode* value = node.find("name");
    instance.name = readText(node, "name", Visibility::Shown);
    if (value != nullptr && (value->is_unresolved || value->isMapping() || value->isSequence())) {
        return;
    }
    if (value == nullptr && node.isGap()) return;
    if (instance.name.empty()) {
        const YamlNode* key = node.findKey("name");
        reporter_.atKey(
            key == nullptr ? node : *key,
            key == nullptr ? "the key 'name' is missing in an instance"
                           : "the name of an instance is empty",
            "give each instance a name of its own"
        );
        return;
    }
    instance.name_place.line = value->line;
    instance.name_place.column = value->column;
    const auto control = std::find_if(instance.name.begin(), instance.name.end(), isControl);
    if (control != instance.name.end()) {
        reporter_.atValue(
            *value,
            Visibility::Shown,
            fmt::format(
                "the name of an instance holds the control character 0x{:02x}",
                static_cast<unsigned char>(*control)
            ),
            "write it as one line of plain text"
        );
    } else if (instance.name.size() > kInstanceNameBytesMax) {
        reporter_.atValue(
            *value,
            Visibility::Shown,
            fmt::format("the name of an instance is longer than {} bytes", kInstanceNameBytesMax)
        );
    }
}

void InstanceReader::readTags(const YamlNode& node, InstanceDefinition& instance) {
    const YamlNode* value = node.find("tags");
    if (value == nullptr || value->isNull() || value->is_unresolved) return;
    Field field;
    field.key = "tags";
    const std::optional<std::string> joined = joinList(*value, field, reporter_);
    if (!joined) return;
    instance.tags = listOf(node, "tags");
    if (instance.tags.size() > kListItemsMax || joined->size() > kValueBytesMax) {
        reporter_.atValue(*value, Visibility::Hidden, "there are too many tags");
    }
}

const ConnectorManifest* InstanceReader::findConnector(
    const YamlNode& node, const std::string& key
) {
    if (key.empty()) return nullptr;
    const auto found = connectors_.find(key);
    if (found != connectors_.end()) return &found->second;
    std::vector<std::string_view> keys;
    for (const auto& entry : connectors_)
        keys.push_back(entry.first);
    std::string suggestion = didYouMean(key, keys);
    if (suggestion.empty()) {
        suggestion = keys.empty() ? "no connector is loaded; check 'plugins' and 'connectors'"
                                  : fmt::format("loaded are: {}", fmt::join(keys, ", "));
    }
    reporter_.atValue(
        *node.find("key"),
        Visibility::Shown,
        fmt::format("there is no connector '{}'", key.substr(0, 128)),
        std::move(suggestion)
    );
    return nullptr;
}

}  // namespace ferry::config
