#include "config/instance_reader.h"

#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ferry::config {

void InstanceReader::read(const YamlNode& node) {
    if (!node.isMapping()) {
        const bool is_glued = node.isScalar() && node.text.find(':') != std::string::npos;
        reporter_.atValue(
            node,
            Visibility::Hidden,
            fmt::format("an instance is a mapping, not {}", yamlKindName(node.kind)),
            is_glued ? "put a space after the ':'" : "write '- name: ...' and 'key: ...' below it"
        );
        load_.rejected.push_back({"", reporter_.source().name(), node.line});
        return;
    }
    const std::size_t errors_before = reporter_.errorCount();
    InstanceDefinition instance;
    instance.file = reporter_.source().name();
    instance.line = node.line;
    entries_.clear();
    readIdentity(node, instance);
    connector_ = findConnector(node, instance.key);
    collect(node);
    if (connector_ != nullptr) validate(node, *connector_, instance);
    if (reporter_.errorCount() == errors_before && !node.is_faulty) {
        load_.instances.push_back(std::move(instance));
    } else {
        load_.rejected.push_back({instance.name, instance.file, instance.line});
    }
}

void InstanceReader::readIdentity(const YamlNode& node, InstanceDefinition& instance) {
    readName(node, instance);
    instance.key = readText(node, "key", Visibility::Shown);
    if (node.find("key") == nullptr) {
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
    const bool has_control = std::any_of(instance.name.begin(), instance.name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (instance.name.size() > kInstanceNameBytesMax || has_control) {
        reporter_.atValue(
            *value,
            Visibility::Hidden,
            fmt::format("a name is one line of at most {} bytes", kInstanceNameBytesMax)
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

void InstanceReader::collect(const YamlNode& node) {
    for (std::size_t entry = 0; entry < node.entryCount(); ++entry) {
        const YamlNode& key = node.key(entry);
        const YamlNode& value = node.value(entry);
        if (isInstanceKey(key.text)) continue;
        const bool is_parameter = connector_ != nullptr
                                      ? connector_->parameters.find(key.text) != nullptr
                                      : key.text.find('.') != std::string::npos;
        if (key.text != "configuration") {
            if (is_parameter || key.text.find('.') != std::string::npos) {
                collectEntry(key, value);
            } else {
                reporter_.atKey(
                    key,
                    fmt::format("unknown key '{}' in an instance", key.text.substr(0, 128)),
                    didYouMean(key.text, {"name", "key", "tags", "code", "configuration"})
                );
            }
        } else if (value.isMapping()) {
            for (std::size_t at = 0; at < value.entryCount(); ++at) {
                collectEntry(value.key(at), value.value(at));
            }
        } else if (!value.isNull()) {
            const bool is_glued = value.isScalar() && value.text.find(':') != std::string::npos;
            reporter_.atValue(
                value,
                Visibility::Hidden,
                fmt::format("'configuration' takes a mapping, not {}", yamlKindName(value.kind)),
                value.isSequence() ? "remove the '-'"
                                   : (is_glued ? "put a space after the ':'" : "")
            );
        }
    }
}

void InstanceReader::collectEntry(const YamlNode& key, const YamlNode& value) {
    if (value.isMapping()) {
        const std::string inner = value.entryCount() == 0 ? "..." : value.key(0).text;
        reporter_.atKey(
            key,
            fmt::format("'{}' takes a single value, not a mapping", key.text.substr(0, 128)),
            fmt::format("write the whole key on one line: '{}.{}'", key.text.substr(0, 64), inner)
        );
        return;
    }
    entries_.push_back({&key, &value, {}});
    if (!value.isSequence()) return;
    const Field* field = connector_ ? connector_->parameters.find(key.text) : nullptr;
    Field list;
    list.key = key.text;
    list.is_secret = true;
    if (field != nullptr && field->type != ValueType::List) {
        entries_.pop_back();
        reporter_.atValue(
            value,
            Visibility::Hidden,
            fmt::format("'{}' takes a single value, not a list", key.text.substr(0, 128))
        );
        return;
    }
    entries_.back().joined = joinList(value, list, reporter_).value_or("");
}

void InstanceReader::validate(
    const YamlNode& node, const ConnectorManifest& connector, InstanceDefinition& instance
) {
    std::vector<ParameterValue> values;
    values.reserve(entries_.size());
    for (const Entry& entry : entries_) {
        const bool is_list = entry.value->isSequence();
        values.push_back(
            {entry.key->text,
             is_list ? std::string_view(entry.joined) : std::string_view(entry.value->text),
             entry.value->is_unresolved}
        );
    }
    ParameterReport report = validateParameters(connector, values);
    for (ParameterProblem& problem : report.problems)
        this->report(node, problem);
    for (std::size_t at = 0; at < entries_.size(); ++at) {
        for (std::size_t before = 0; before < at && entries_.size() < 256; ++before) {
            if (entries_[before].key->text != entries_[at].key->text) continue;
            if (entries_[before].key->line == entries_[at].key->line) continue;
            reporter_.atKey(
                *entries_[at].key,
                fmt::format("the parameter '{}' stands here twice", entries_[at].key->text),
                "keep the one in 'configuration' or the one beside it"
            );
        }
    }
    instance.configuration = std::move(report.values);
}

void InstanceReader::report(const YamlNode& node, ParameterProblem& problem) {
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& candidate) {
        return candidate.key->text.substr(0, 128) == problem.key;
    });
    if (problem.place == ProblemPlace::Missing || entry == entries_.end()) {
        const YamlNode* configuration = node.findKey("configuration");
        reporter_.atKey(
            configuration != nullptr ? *configuration : node,
            std::move(problem.message),
            std::move(problem.suggestion)
        );
    } else if (problem.severity == Severity::Warning) {
        reporter_.warnAtKey(*entry->key, std::move(problem.message), std::move(problem.suggestion));
    } else if (problem.place == ProblemPlace::Key) {
        reporter_.atKey(*entry->key, std::move(problem.message), std::move(problem.suggestion));
    } else {
        reporter_.atValue(
            *entry->value,
            problem.is_secret ? Visibility::Hidden : Visibility::Shown,
            std::move(problem.message),
            std::move(problem.suggestion)
        );
    }
}

}  // namespace ferry::config
