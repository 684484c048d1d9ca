#pragma once
// The one description of what may be configured. A table of fields drives the check of every
// document (ferry.yaml, connector.yaml, instance files) and of every connector's parameters, and
// is what reference pages and a JSON Schema are made from.

#include "config/reporter.h"
#include "config/value_type.h"
#include "config/yaml_node.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::config {

class FieldTable;

/// A longer value is a file in the wrong place.
inline constexpr std::size_t kValueBytesMax = 8192;

/// A field counts only if another field has a certain value.
struct Dependency {
    std::string key;
    std::string value;  ///< empty: any
};

/// What is wrong with a value, without the value.
struct ValueProblem {
    std::string message;  ///< to follow "the value of 'key' ": "is not a duration"
    std::string suggestion;
};

/// What stands in a field of type Any, for those who can't ask its reader.
enum class AnyForm : std::uint8_t {
    Free,
    Rules,  ///< a list of mappings of `Field::table`, at least one
    Condition,
    Expression,     ///< its literals are of `Field::values`, if there are any
    Expressions,    ///< a list, at least one
    ExpressionMap,  ///< by free names
    Body,           ///< a template, or a mapping of anything that has templates
};

/// One field of a document, or one parameter of a connector.
struct Field {
    std::string key;
    ValueType type = ValueType::String;
    bool is_required = false;    ///< within its profiles, and if its dependency holds
    bool is_secret = false;      ///< never shown, sealed when stored
    bool is_for_people = false;  ///< of a Url: the hub asks for nothing there, a fragment may be
    std::string title;           ///< short name for people
    std::string description;
    std::optional<std::string> default_value;
    std::vector<std::string> values;    ///< of an Enum
    std::vector<std::string> profiles;  ///< authentication profiles it belongs to; none = all
    std::optional<Dependency> depends_on;
    std::string example;
    Pattern pattern;
    std::string pattern_message;  ///< what the pattern wants, in words
    /// A rule that no pattern can hold; nullptr: none.
    std::optional<ValueProblem> (*check)(std::string_view text) = nullptr;
    std::optional<std::int64_t> min;  ///< of Integer; of Duration in ms; of Bytes in bytes
    std::optional<std::int64_t> max;
    std::size_t bytes_max = kValueBytesMax;
    const FieldTable* table = nullptr;  ///< of Object, ObjectList, ObjectMap; outlives the field
    AnyForm form = AnyForm::Free;       ///< of Any
};

/// Fields by key, in the order of their documentation. Immutable; copies share them: each connector
/// has all that the hub itself declares.
class FieldTable {
  public:
    FieldTable() : FieldTable("", {}) {}
    /// `what` names the place in messages ("in 'delivery'").
    FieldTable(std::string what, std::vector<Field> fields);
    // Not moved: what was moved from would have no content.
    FieldTable(const FieldTable&) = default;
    FieldTable& operator=(const FieldTable&) = default;

    const std::string& what() const noexcept { return content_->what; }
    const std::vector<Field>& fields() const noexcept { return content_->fields; }
    const Field* find(std::string_view key) const noexcept;
    /// The field that an unknown key may mean, or nullptr.
    const Field* nearestTo(std::string_view key) const;
    /// "did you mean 'x'?" for an unknown key, or "".
    std::string suggestionFor(std::string_view key) const;

  private:
    struct Content {
        std::string what;
        std::vector<Field> fields;
        std::unordered_map<std::string_view, std::size_t> index;  ///< by the keys of `fields`
    };
    std::shared_ptr<const Content> content_;  // never null
};

inline constexpr std::size_t kListItemsMax = 1000;

/// Checks one flat value and gives its normal form in `normal`: booleans as true or false,
/// durations in ms ("5000ms"), bytes as a number, list items joined by ",". nullopt if good.
std::optional<ValueProblem> checkValue(
    const Field& field, std::string_view text, std::string& normal
);

/// A bound of a field (`min`, `max`) as it is written in a file: "5m", "64KiB", "3".
std::string boundText(const Field& field, std::int64_t bound);

/// Checks `mapping` against `table`: unknown keys, missing ones, types, and the fields within.
/// Every problem goes to `reporter`. Secrets are not quoted.
void validateMapping(const YamlNode& mapping, const FieldTable& table, Reporter& reporter);

/// The text of a list node, or of a single value, joined by ",". nullopt (reported) for items
/// that are no single values.
std::optional<std::string> joinList(const YamlNode& node, const Field& field, Reporter& reporter);

}  // namespace ferry::config
