#include "config/field_table.h"

#include "config/suggest.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::config {

FieldTable::FieldTable(std::string what, std::vector<Field> fields) {
    auto content = std::make_shared<Content>(Content{std::move(what), std::move(fields), {}});
    content->index.reserve(content->fields.size());
    for (std::size_t at = 0; at < content->fields.size(); ++at)
        content->index.emplace(content->fields[at].key, at);
    content_ = std::move(content);
}

const Field* FieldTable::find(std::string_view key) const noexcept {
    const auto found = content_->index.find(key);
    return found == content_->index.end() ? nullptr : &fields()[found->second];
}

const Field* FieldTable::nearestTo(std::string_view key) const {
    std::vector<std::string_view> names;
    names.reserve(fields().size());
    for (const Field& field : fields())
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
