#include "config/yaml_node.h"

namespace ferry::config {

std::string_view yamlKindName(YamlKind kind) noexcept {
    switch (kind) {
        case YamlKind::Null:
            return "nothing";
        case YamlKind::Scalar:
            return "a single value";
        case YamlKind::Sequence:
            return "a list";
        case YamlKind::Mapping:
            return "a mapping";
    }
    return "nothing";
}

const YamlNode* YamlNode::findKey(std::string_view name) const noexcept {
    for (std::size_t entry = 0; entry < entryCount(); ++entry) {
        if (key(entry).text == name) return &key(entry);
    }
    return nullptr;
}

const YamlNode* YamlNode::find(std::string_view name) const noexcept {
    const YamlNode* found = findKey(name);
    return found == nullptr ? nullptr : found + 1;
}

std::size_t YamlNode::nodeCount() const noexcept {
    std::size_t count = 1;
    for (const YamlNode& child : children)
        count += child.nodeCount();
    return count;
}

}  // namespace ferry::config
