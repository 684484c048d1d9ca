#include "config/sound_shape.h"

#include <algorithm>
#include <utility>

namespace ferry::config {

namespace {

bool hasGap(const YamlNode& node) {
    return node.isGap() || std::any_of(node.children.begin(), node.children.end(), hasGap);
}

void addGap(YamlNode& mapping, const Field& field);

YamlNode gapFor(const Field& field, const YamlNode& at) {
    YamlNode gap;
    gap.kind = field.type == ValueType::Object ? YamlKind::Mapping : YamlKind::Scalar;
    gap.is_unresolved = true;
    gap.line = at.line;
    gap.column = at.column;
    if (at.isScalar() && gap.isScalar()) gap.text = at.text;
    if (!gap.isMapping()) return gap;
    for (const Field& inner : field.table->fields())
        addGap(gap, inner);
    return gap;
}

/// Nothing if the key is there.
void addGap(YamlNode& mapping, const Field& field) {
    if (mapping.findKey(field.key) != nullptr) return;
    YamlNode key;
    key.kind = YamlKind::Scalar;
    key.text = field.key;
    key.line = mapping.line;
    key.column = mapping.column;
    YamlNode gap = gapFor(field, key);
    if (gap.isScalar()) gap.text.clear();  // the key's
    mapping.children.push_back(std::move(key));
    mapping.children.push_back(std::move(gap));
}

/// Items are good or gaps, one by one.
YamlNode soundTexts(const YamlNode& value, const BadValues& bad) {
    YamlNode copy = value;
    Field text;
    for (std::size_t at = 1; at < copy.children.size(); at += 2) {
        const YamlNode& item = value.children[at];
        if (bad.count(&item) != 0 || hasGap(item)) copy.children[at] = gapFor(text, item);
    }
    return copy;
}

YamlNode soundList(const Field& field, const YamlNode& value, const BadValues& bad) {
    YamlNode copy = value;
    Field object = field;
    object.type = ValueType::Object;
    for (std::size_t at = 0; at < copy.children.size(); ++at) {
        const YamlNode& item = value.children[at];
        const bool is_good = item.isMapping() && bad.count(&item) == 0;
        copy.children[at] = is_good ? soundCopy(item, *field.table, bad) : gapFor(object, item);
    }
    return copy;
}

YamlNode soundValue(const Field& field, const YamlNode& value, const BadValues& bad) {
    if (bad.count(&value) != 0) return gapFor(field, value);
    if (value.isNull()) return value;
    switch (field.type) {
        case ValueType::Object:
            return value.isMapping() ? soundCopy(value, *field.table, bad) : gapFor(field, value);
        case ValueType::ObjectList:
            return value.isSequence() ? soundList(field, value, bad) : gapFor(field, value);
        case ValueType::StringMap:
            // One that an alias is merged into may have any name.
            return value.isMapping() && !value.isGap() ? soundTexts(value, bad)
                                                       : gapFor(field, value);
        default:
            return hasGap(value) ? gapFor(field, value) : value;
    }
}

}  // namespace

YamlNode soundCopy(const YamlNode& mapping, const FieldTable& table, const BadValues& bad) {
    YamlNode copy = mapping;
    copy.is_unresolved = false;
    for (std::size_t entry = 0; entry < mapping.entryCount(); ++entry) {
        const Field* field = table.find(mapping.key(entry).text);
        if (field == nullptr) continue;
        copy.children[2 * entry + 1] = soundValue(*field, mapping.value(entry), bad);
    }
    for (const Field& field : table.fields()) {
        // A mapping with a gap may have any key that is not seen.
        if (field.is_required || mapping.isGap()) addGap(copy, field);
    }
    for (std::size_t entry = 0; entry < mapping.entryCount(); ++entry) {
        const std::string& key = mapping.key(entry).text;
        const Field* meant = table.find(key) == nullptr ? table.nearestTo(key) : nullptr;
        if (meant != nullptr) addGap(copy, *meant);
    }
    return copy;
}

}  // namespace ferry::config
