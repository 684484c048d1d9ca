#include "config/request_fields.h"

#include "config/node_reader.h"
#include "config/table_field.h"

#include <utility>

namespace ferry::config {

std::vector<Field> requestFields(std::vector<std::string> methods) {
    std::string first = methods.front();
    Field url = field("url", ValueType::String, "template of its address");
    url.is_required = true;
    return {
        byDefault(
            oneOf(field("method", ValueType::Enum, "of the request"), std::move(methods)),
            std::move(first)
        ),
        std::move(url),
        field("query", ValueType::StringMap, "templates of its parameters, by name"),
        field("headers", ValueType::StringMap, "templates of its headers, by name"),
        field("body", ValueType::String, "template of its body, JSON"),
    };
}

void writeRequest(
    const YamlNode& node,
    const std::string& default_method,
    JsonWriter& json,
    const std::function<void(const YamlNode&)>& write_template
) {
    const std::string method = textOf(node, "method");
    json.field("method", method.empty() ? default_method : method);
    for (const char* key : {"url", "body"}) {
        const YamlNode* value = given(node, key);
        if (value == nullptr) continue;
        json.key(key);
        write_template(*value);
    }
    for (const char* key : {"query", "headers"}) {
        const YamlNode* map = given(node, key);
        if (map == nullptr) continue;
        json.key(key).beginObject();
        for (std::size_t entry = 0; entry < map->entryCount(); ++entry) {
            json.key(map->key(entry).text);
            write_template(map->value(entry));
        }
        json.endObject();
    }
}

}  // namespace ferry::config
