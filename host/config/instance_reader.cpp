#include "config/instance_reader.h"

#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {

void InstanceReader::read(const YamlNode& node) {
    if (node.isScalar() && node.isGap()) {
        load_.rejected.push_back({"", reporter_.source().name(), node.line});
        return;
    }
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
    instance.name_place = {source_, node.line, node.column};
    entries_.clear();
    readIdentity(node, instance);
    connector_ = findConnector(node, instance.key);
    collect(node);
    if (connector_ != nullptr) validate(node, *connector_, instance);
    if (reporter_.errorCount() == errors_before && !node.is_faulty) {
        load_.instances.push_back(std::move(instance));
    } else {
        load_.rejected.push_back(
            {instance.name,
             instance.file,
             instance.line,
             instance.name_place,
             connector_ == nullptr ? "" : instance.key,
             connector_ == nullptr ? instance.key : ""}
        );
    }
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
                collectEntry({&key, &value, true, false, {}});
            } else {
                reporter_.atKey(
                    key,
                    fmt::format("unknown key '{}' in an instance", key.text.substr(0, 128)),
                    didYouMean(key.text, {"name", "key", "tags", "code", "configuration"})
                );
            }
        } else if (value.isMapping()) {
            for (std::size_t at = 0; at < value.entryCount(); ++at) {
                collectEntry({&value.key(at), &value.value(at), false, false, {}});
            }
        } else if (!value.isNull() && !value.isGap()) {
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

void InstanceReader::collectEntry(Entry entry) {
    const bool is_parameter =
        connector_ != nullptr && connector_->parameters.find(entry.key->text) != nullptr;
    if (entry.value->isMapping() && !is_parameter) {
        reporter_.atKey(
            *entry.key,
            fmt::format("'{}' takes a single value, not a mapping", entry.key->text.substr(0, 128)),
            fmt::format("write the whole key on one line: '{}'", wholeKey(entry))
        );
        return;
    }
    checkShape(entry);
    entries_.push_back(std::move(entry));
}

/// The key that nested mappings spell piece by piece, as far as the first entry of each tells.
std::string InstanceReader::wholeKey(const Entry& entry) {
    std::string key = entry.key->text.substr(0, 64);
    const YamlNode* value = entry.value;
    for (; value->entryCount() > 0; value = &value->value(0))
        key += '.' + value->key(0).text.substr(0, 64);
    return value->isMapping() ? key + "..." : key;
}

void InstanceReader::checkShape(Entry& entry) {
    const YamlNode& value = *entry.value;
    if (value.isScalar() || value.isNull()) return;
    const Field* field =
        connector_ == nullptr ? nullptr : connector_->parameters.find(entry.key->text);
    if (value.isSequence() && (field == nullptr || field->type == ValueType::List)) {
        Field list;
        list.key = entry.key->text;
        list.is_secret = true;
        const std::optional<std::string> joined = joinList(value, list, reporter_);
        entry.is_bad = !joined;
        entry.joined = joined.value_or("");
        return;
    }
    entry.is_bad = true;
    reporter_.atValue(
        value,
        Visibility::Hidden,
        fmt::format(
            "'{}' takes a single value, not {}",
            entry.key->text.substr(0, 128),
            yamlKindName(value.kind)
        ),
        value.isSequence() ? "write one text; where several go together, with commas between them"
                           : ""
    );
}

void InstanceReader::checkRepeats() {
    constexpr std::size_t kEntriesMax = 256;
    for (const Entry& flat : entries_) {
        if (!flat.is_flat || entries_.size() > kEntriesMax) continue;
        for (const Entry& entry : entries_) {
            if (entry.is_flat || entry.key->text != flat.key->text) continue;
            reporter_.atKey(
                *entry.key,
                fmt::format("the parameter '{}' stands here twice", entry.key->text),
                fmt::format("remove one; the other is in line {}", flat.key->line)
            );
        }
    }
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
             entry.value->is_unresolved || entry.is_bad}
        );
    }
    ParameterReport report = validateParameters(connector, values);
    for (ParameterProblem& problem : report.problems)
        this->report(node, problem);
    checkRepeats();
    instance.configuration = std::move(report.values);
    if (!report.profile.empty()) {
        instance.configuration.emplace(kAuthenticationParameter, std::move(report.profile));
    }
}

void InstanceReader::report(const YamlNode& node, ParameterProblem& problem) {
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& candidate) {
        return candidate.key->text.substr(0, 128) == problem.key;
    });
    const YamlNode* configuration = node.find("configuration");
    // A configuration of another shape is a finding of its own.
    const bool is_all_known =
        !node.isGap() && (configuration == nullptr || configuration->isNull() ||
                          (configuration->isMapping() && !configuration->isGap()));
    if (problem.place == ProblemPlace::Missing && !is_all_known) return;
    if (problem.place == ProblemPlace::Missing || entry == entries_.end()) {
        const YamlNode* key = node.findKey("configuration");
        reporter_.atKey(
            key != nullptr ? *key : node, std::move(problem.message), std::move(problem.suggestion)
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
