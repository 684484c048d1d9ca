// A mapping against the table of its fields.
#include "config/field_table.h"
#include "config/sound_shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ferry::config {

namespace {

/// True if a value of this kind may be meant for the field.
bool mayHold(const Field& field, const YamlNode& value) {
    if (value.isNull() || field.type == ValueType::Any) return true;
    switch (field.type) {
        case ValueType::Object:
        case ValueType::ObjectMap:
        case ValueType::StringMap:
            return value.isMapping();
        case ValueType::ObjectList:
            return value.isSequence();
        case ValueType::List:
            return !value.isMapping();
        default:
            return value.isScalar();
    }
}

class MappingValidator {
  public:
    MappingValidator(
        const YamlNode& mapping, const FieldTable& table, Reporter& reporter, BadValues* bad
    )
        : mapping_(mapping), table_(table), reporter_(reporter), bad_(bad) {}

    void validate() {
        for (std::size_t entry = 0; entry < mapping_.entryCount(); ++entry) {
            const YamlNode& key = mapping_.key(entry);
            const Field* field = table_.find(key.text);
            if (field == nullptr) {
                reporter_.atKey(
                    key,
                    fmt::format("unknown key '{}' in {}", key.text.substr(0, 128), table_.what()),
                    suggestionFor(key.text, mapping_.value(entry))
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
    /// Of what stands below `outer`'s key `key`.
    MappingValidator(
        const YamlNode& mapping,
        const FieldTable& table,
        const MappingValidator& outer,
        std::string_view key
    )
        : mapping_(mapping),
          table_(table),
          reporter_(outer.reporter_),
          bad_(outer.bad_),
          outer_(&outer),
          outer_key_(key) {}

    void validateBelow(const Field& field, const YamlNode& value) {
        MappingValidator(value, *field.table, *this, field.key).validate();
    }

    void validateField(const Field& field, const YamlNode& key, const YamlNode& value) {
        const std::size_t before = reporter_.errorCount();
        validateKind(field, key, value);
        // Of what is made of other fields, they are told apart.
        const bool is_outer = field.type == ValueType::StringMap || field.table != nullptr;
        const bool is_sound =
            is_outer && (value.isMapping() || value.isSequence()) && mayHold(field, value);
        if (reporter_.errorCount() != before && !is_sound) markBad(value);
    }

    void markBad(const YamlNode& value) {
        if (bad_ != nullptr) bad_->insert(&value);
    }

    /// A key that is spelt right, with a value that it may have, stands in the wrong place: one
    /// section too high, or a section too low.
    std::string suggestionFor(std::string_view key, const YamlNode& value) const {
        std::vector<std::string> sections;
        for (const Field& field : table_.fields()) {
            const bool is_section = field.type == ValueType::Object && field.table != nullptr;
            const Field* inner = is_section ? field.table->find(key) : nullptr;
            if (inner != nullptr && mayHold(*inner, value))
                sections.push_back(fmt::format("'{}'", field.key));
        }
        if (!sections.empty())
            return fmt::format("it belongs below {}", fmt::join(sections, " or "));
        for (const MappingValidator* at = this; at->outer_ != nullptr; at = at->outer_) {
            const Field* section = at->outer_->table_.find(key);
            if (section != nullptr && section->table != nullptr && mayHold(*section, value))
                return fmt::format("it belongs beside '{}', not below", at->outer_key_);
        }
        return table_.suggestionFor(key);
    }

    void validateKind(const Field& field, const YamlNode& key, const YamlNode& value) {
        if (value.isGap() && !value.isMapping()) return;
        if (value.isNull()) {
            if (field.is_required) {
                reporter_.atKey(key, fmt::format("'{}' has no value", field.key));
            }
            return;
        }
        switch (field.type) {
            case ValueType::Object:
                if (expectKind(field, value, YamlKind::Mapping)) validateBelow(field, value);
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
                validateBelow(field, item);
                continue;
            }
            markBad(item);
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
                    validateBelow(field, item);
                }
                continue;
            }
            const std::size_t before = reporter_.errorCount();
            if (expectKind(field, item, YamlKind::Scalar)) {
                Field text_field;
                text_field.key = value.key(entry).text;
                text_field.is_secret = field.is_secret;
                validateText(text_field, item, item.text);
            }
            if (reporter_.errorCount() != before) markBad(item);
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
    BadValues* const bad_;  ///< nullptr: nobody asks
    const MappingValidator* const outer_ = nullptr;
    const std::string_view outer_key_;
};

}  // namespace

void validateMapping(const YamlNode& mapping, const FieldTable& table, Reporter& reporter) {
    MappingValidator(mapping, table, reporter, nullptr).validate();
}

void validateMapping(
    const YamlNode& mapping, const FieldTable& table, Reporter& reporter, BadValues& bad
) {
    MappingValidator(mapping, table, reporter, &bad).validate();
}

}  // namespace ferry::config
