#include "config/field_table.h"

#include "config/suggest.h"

#include <fmt/format.h>

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

}  // namespace ferry::config
