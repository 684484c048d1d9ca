#pragma once
// Taking values out of a tree that is already validated.

#include "base/json_writer.h"
#include "config/yaml_node.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// The text of a key's single value; "" if there is none.
std::string textOf(const YamlNode& mapping, std::string_view key);

/// Writes that text as a member of the same name, or `otherwise` if there is none.
void copyText(
    JsonWriter& json, const YamlNode& mapping, std::string_view key, std::string_view otherwise = {}
);

/// The node of a key whose value was given and can be looked at; nullptr if there is none.
const YamlNode* given(const YamlNode& mapping, std::string_view key);

/// True if the key has a value, of which a finding told already that nobody can know it.
bool isUnknown(const YamlNode& mapping, std::string_view key);

/// The items of a key's list, or of its single value split at commas; none if there is no value.
std::vector<std::string> listOf(const YamlNode& mapping, std::string_view key);

/// One item, and the node to report it at.
struct ListItem {
    const YamlNode* node;
    std::string text;
};
/// As `listOf`, for checks: without what is unresolved.
std::vector<ListItem> itemsOf(const YamlNode& mapping, std::string_view key);

/// Splits at commas, without the spaces around items; empty items are left out.
std::vector<std::string> splitList(std::string_view text);

}  // namespace ferry::config
