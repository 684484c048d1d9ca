#include "config/field_table.h"

#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ferry::config {

FieldTable::FieldTable(std::string what, std::vector<Field> fields)
    : what_(std::move(what)), fields_(std::move(fields)) {
    for (std::size_t at = 0; at < fields_.size(); ++at)
        index_.emplace(fields_[at].key, at);
}

const Field* FieldTable::find(std::string_view key) const noexcept {
    // Few fields: comparing is as fast as hashing and needs no copy of the key.
    constexpr std::size_t kLinearMax = 8;
    if (fields_.size() <= kLinearMax) {
        const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) {
            return field.key == key;
        });
        return found == fields_.end() ? nullptr : &*found;
    }
    const auto found = index_.find(std::string(key));
    return found == index_.end() ? nullptr : &fields_[found->second];
}

const Field* FieldTable::nearestTo(std::string_view key) const {
    std::vector<std::string_view> names;
    names.reserve(fields_.size());
    for (const Field& field : fields_)
        names.emplace_back(field.key);
    return find(nearest(key, names));
}

std::string FieldTable::suggestionFor(std::string_view key) const {
    const Field* field = nearestTo(key);
    return field == nullptr ? std::string() : fmt::format("did you mean '{}'?", field->key);
}

namespace {

class MappingValidator {
  public:
    MappingValidator(const YamlNode& mapping, const FieldTable& table, Reporter& reporter)
        : mapping_(mapping), table_(table), reporter_(reporter) {}

    void validate() {
        for (std::size_t entry = 0; entry < mapping_.entryCount(); ++entry) {
            const YamlNode& key = mapping_.key(entry);
            const Field* field = table_.find(key.text);
            if (field == nullptr) {
                reporter_.atKey(
                    key,
                    fmt::format("unknown key '{}' in {}", key.text.substr(0, 128), table_.what()),
                    table_.suggestionFor(key.text)
                );
            } else {
                validateField(*field, key, mapping_.value(entry));
            }
        }
        for (const Field& field : table_.fields()) {
            if (!field.is_required || mapping_.findKey(field.key) != nullptr) continue;
            if (mapping_.isGap()) continue;  // it may be in what is not known
            reporter_.atKey(
                mapping_, fmt::format("the key '{}' is missing in {}", field.key, table_.what())
            );
        }
    }

  private:
    void validateField(const Field& field, const YamlNode& key, const YamlNode& value) {
        if (value.isGap() && !value.isMapping()) return;
        if (value.isNull()) {
            if (field.is_required) {
                reporter_.atKey(key, fmt::format("'{}' has no value", field.key));
            }
            return;
        }
        switch (field.type) {
            case ValueType::Object:
                if (expectKind(field, value, YamlKind::Mapping)) {
                    validateMapping(value, *field.table, reporter_);
                }
                break;
            case ValueType::ObjectList:
                validateObjects(field, value);
                break;
            case ValueType::ObjectMap:
            case ValueType::StringMap:
                validateNames(field, value);
                break;
            case ValueType::Any:
                break;
            case ValueType::List: {
                const std::optional<std::string> joined = joinList(value, field, reporter_);
                if (joined) validateText(field, value, *joined);
                break;
            }
            default:
                if (expectKind(field, value, YamlKind::Scalar)) {
                    validateText(field, value, value.text);
                }
        }
    }

    void validateText(const Field& field, const YamlNode& value, std::string_view text) {
        if (value.is_unresolved) return;
        if (text.empty() && value.isScalar()) {
            if (field.is_required) {
                reporter_.atValue(
                    value, Visibility::Shown, fmt::format("the value of '{}' is empty", field.key)
                );
            }
            return;
        }
        std::string normal;
        if (auto problem = checkValue(field, text, normal)) {
            reporter_.atValue(
                value,
                field.is_secret ? Visibility::Hidden : Visibility::Shown,
                fmt::format("the value of '{}' {}", field.key, problem->message),
                std::move(problem->suggestion)
            );
        }
    }

    void validateObjects(const Field& field, const YamlNode& value) {
        if (!value.isSequence()) {
            reporter_.atValue(
                value,
                Visibility::Hidden,
                fmt::format("'{}' takes a list, not {}", field.key, yamlKindName(value.kind)),
                itemForm(*field.table)
            );
            return;
        }
        for (const YamlNode& item : value.children) {
            if (item.isScalar() && item.isGap()) continue;
            if (item.isMapping()) {
                validateMapping(item, *field.table, reporter_);
                continue;
            }
            reporter_.atValue(
                item,
                Visibility::Hidden,
                fmt::format(
                    "an item of '{}' is a mapping, not {}", field.key, yamlKindName(item.kind)
                ),
                itemForm(*field.table)
            );
        }
    }

    /// How an item is written, with the keys that it must have.
    static std::string itemForm(const FieldTable& table) {
        std::string keys;
        for (const Field& field : table.fields()) {
            if (field.is_required) keys += (keys.empty() ? "" : ", ") + field.key + ": ...";
        }
        return fmt::format("write each item as '- {{{}}}'", keys);
    }

    void validateNames(const Field& field, const YamlNode& value) {
        if (!expectKind(field, value, YamlKind::Mapping)) return;
        for (std::size_t entry = 0; entry < value.entryCount(); ++entry) {
            const YamlNode& item = value.value(entry);
            if (field.type == ValueType::ObjectMap) {
                if (!item.isNull() && expectKind(field, item, YamlKind::Mapping)) {
                    validateMapping(item, *field.table, reporter_);
                }
            } else if (expectKind(field, item, YamlKind::Scalar)) {
                Field text_field;
                text_field.key = value.key(entry).text;
                text_field.is_secret = field.is_secret;
                validateText(text_field, item, item.text);
            }
        }
    }

    bool expectKind(const Field& field, const YamlNode& value, YamlKind kind) {
        if (value.kind == kind || value.is_unresolved) return value.kind == kind;
        std::string suggestion;
        if (kind == YamlKind::Mapping && value.isSequence()) suggestion = "remove the '-'";
        if (kind == YamlKind::Mapping && value.isScalar() && value.reference.empty() &&
            value.text.find(':') != std::string::npos) {
            suggestion = "put a space after the ':'";
        }
        if (kind == YamlKind::Scalar && value.isMapping()) {
            suggestion = "put a value with braces or ': ' in quotes";
        }
        reporter_.atValue(
            value,
            Visibility::Hidden,
            fmt::format(
                "'{}' takes {}, not {}", field.key, yamlKindName(kind), yamlKindName(value.kind)
            ),
            std::move(suggestion)
        );
        return false;
    }

    const YamlNode& mapping_;
    const FieldTable& table_;
    Reporter& reporter_;
};

}  // namespace

std::optional<std::string> joinList(const YamlNode& node, const Field& field, Reporter& reporter) {
    if (node.isScalar()) return node.text;
    const Visibility visibility = field.is_secret ? Visibility::Hidden : Visibility::Shown;
    if (!node.isSequence()) {
        reporter.atValue(
            node,
            Visibility::Hidden,
            fmt::format("'{}' takes a list, not {}", field.key, yamlKindName(node.kind)),
            "write [one, two]"
        );
        return std::nullopt;
    }
    std::string joined;
    for (const YamlNode& item : node.children) {
        if (!item.isScalar() || item.text.find(',') != std::string::npos) {
            reporter.atValue(
                item,
                item.isScalar() ? visibility : Visibility::Hidden,
                item.isScalar() ? fmt::format("an item of '{}' holds a comma", field.key)
                                : fmt::format(
                                      "an item of '{}' is {}, not a single value",
                                      field.key,
                                      yamlKindName(item.kind)
                                  )
            );
            return std::nullopt;
        }
        if (!joined.empty()) joined += ',';
        joined += item.text;
    }
    return joined;
}

void validateMapping(const YamlNode& mapping, const FieldTable& table, Reporter& reporter) {
    MappingValidator(mapping, table, reporter).validate();
}

}  // namespace ferry::config
