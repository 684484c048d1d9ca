#pragma once
// How the tables of documents (`*_fields.cpp`) write their rows.

#include "config/field_table.h"

#include <string>
#include <utility>
#include <vector>

namespace ferry::config {

/// A field that needs no more than these; the rest is set where it is needed.
inline Field field(std::string key, ValueType type, std::string description) {
    Field made;
    made.key = std::move(key);
    made.type = type;
    made.description = std::move(description);
    return made;
}

inline Field oneOf(Field made, std::vector<std::string> values) {
    made.values = std::move(values);
    return made;
}

/// A field that a reader of its own checks.
inline Field formed(std::string key, AnyForm form, std::string description) {
    Field made = field(std::move(key), ValueType::Any, std::move(description));
    made.form = form;
    return made;
}

/// What counts if the field is left out; for documentation: whoever reads the document applies it.
inline Field byDefault(Field made, std::string value) {
    made.default_value = std::move(value);
    return made;
}

/// `table` outlives the field.
inline Field within(Field made, const FieldTable& table) {
    made.table = &table;
    return made;
}

}  // namespace ferry::config
