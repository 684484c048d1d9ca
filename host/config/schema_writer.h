#pragma once
// How the tables of documents are written as JSON Schema.

#include "base/json_writer.h"
#include "config/field_table.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// Whether a file's values may be in the environment or in files of their own.
enum class References : std::uint8_t { None, Allowed };

/// Writes one schema, in the order of the calls. One thread.
class SchemaWriter {
  public:
    explicit SchemaWriter(References references) : references_(references) {}

    void begin(std::string_view title);
    std::string end() { return json_.endObject().take(); }
    JsonWriter& json() { return json_; }

    void types(std::initializer_list<const char*> names);
    /// The members of a mapping; nothing else may stand in it.
    void mapping(const FieldTable& table, bool may_be_null = false);
    void members(const std::vector<Field>& fields);
    /// Definitions that expressions of connectors without code refer to.
    void expressionDefinitions();

  private:
    void scalar();
    void required(const std::vector<Field>& fields);
    void describe(const Field& field);
    /// A value as a YAML reader has it.
    void typed(const Field& field, const std::string& text);
    bool hasReferences() const;
    void pattern(std::string expression);
    /// An optional key may stand there without a value.
    void typesOf(const Field& field, std::initializer_list<const char*> names);
    void value(const Field& field);
    /// POSIX classes, [[:alpha:]], are unknown to JSON Schema.
    static bool isPortable(const Field& field);
    void choices(const Field& field);
    void enumeration(const Field& field);
    void list(const Field& field);
    void nested(const Field& field);
    void items(const FieldTable& table);
    /// What a reader of its own checks.
    void form(const Field& field);

    JsonWriter json_;
    References references_;
};

}  // namespace ferry::config
