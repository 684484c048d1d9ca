#include "config/node_reader.h"

#include <algorithm>

namespace ferry::config {

std::string textOf(const YamlNode& mapping, std::string_view key) {
    const YamlNode* value = mapping.find(key);
    return value != nullptr && value->isScalar() ? value->text : std::string();
}

std::vector<std::string> splitList(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view item = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        while (!item.empty() && item.front() == ' ')
            item.remove_prefix(1);
        while (!item.empty() && item.back() == ' ')
            item.remove_suffix(1);
        if (!item.empty()) items.emplace_back(item);
    }
    return items;
}

std::vector<ListItem> itemsOf(const YamlNode& mapping, std::string_view key) {
    const YamlNode* value = mapping.find(key);
    if (value == nullptr || value->is_unresolved) return {};
    std::vector<ListItem> items;
    if (value->isScalar()) {
        for (std::string& text : splitList(value->text))
            items.push_back({value, std::move(text)});
    }
    for (const YamlNode& item : value->children) {
        if (value->isSequence() && item.isScalar() && !item.is_unresolved) {
            items.push_back({&item, item.text});
        }
    }
    return items;
}

void copyText(
    JsonWriter& json, const YamlNode& mapping, std::string_view key, std::string_view otherwise
) {
    const std::string text = textOf(mapping, key);
    json.field(key, text.empty() ? otherwise : std::string_view(text));
}

const YamlNode* given(const YamlNode& mapping, std::string_view key) {
    const YamlNode* value = mapping.find(key);
    const bool is_given = value != nullptr && !value->isNull() && !value->is_unresolved &&
                          (!value->isScalar() || !value->text.empty());
    return is_given ? value : nullptr;
}

bool isUnknown(const YamlNode& mapping, std::string_view key) {
    const YamlNode* value = mapping.find(key);
    return value != nullptr && value->isGap();
}

std::vector<std::string> listOf(const YamlNode& mapping, std::string_view key) {
    const YamlNode* value = mapping.find(key);
    if (value == nullptr) return {};
    if (value->isScalar()) return splitList(value->text);
    std::vector<std::string> items;
    for (const YamlNode& item : value->children) {
        if (item.isScalar()) items.push_back(item.text);
    }
    return items;
}

}  // namespace ferry::config
