#include "config/request_fields.h"

#include "base/ascii.h"
#include "config/node_reader.h"
#include "config/table_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ferry::config {

namespace {

const FieldTable& basicFields() {
    static const FieldTable table("'basic'", [] {
        Field user = field("user", ValueType::String, "template of the user, or of the key");
        user.is_required = true;
        return std::vector<Field>{
            std::move(user),
            field("password", ValueType::String, "template of the password; left out: none"),
        };
    }());
    return table;
}

/// As JSON has it: YAML knows more numbers.
bool isJsonNumber(const std::string& text) {
    static const Pattern kNumber =
        Pattern::compile("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?").value_or(Pattern());
    return kNumber.matches(text);
}

struct BodyWriter {
    JsonWriter& json;
    Reporter& reporter;
    const std::function<void(const YamlNode&)>& write_template;

    void write(const YamlNode& node, std::size_t depth) const {
        json.beginObject();
        if ((node.isMapping() || node.isSequence()) && depth > kBodyDepthMax) {
            reporter.atValue(
                node,
                Visibility::Shown,
                fmt::format("a body has at most {} mappings and lists in another", kBodyDepthMax)
            );
        } else if (node.isMapping()) {
            json.key("object").beginObject();
            for (std::size_t entry = 0; entry < node.entryCount(); ++entry) {
                json.key(node.key(entry).text);
                write(node.value(entry), depth + 1);
            }
            json.endObject();
        } else if (node.isSequence()) {
            json.key("list").beginArray();
            for (const YamlNode& item : node.children)
                write(item, depth + 1);
            json.endArray();
        } else {
            writeScalar(node);
        }
        json.endObject();
    }

  private:
    void writeScalar(const YamlNode& node) const {
        const auto truth = node.is_quoted ? std::nullopt : parseBoolean(node.text);
        if (node.isNull()) {
            json.field("plain", "null");
        } else if (truth) {
            json.field("plain", *truth ? "true" : "false");
        } else if (!node.is_quoted && isJsonNumber(node.text)) {
            json.field("plain", node.text);
        } else {
            json.key("text");
            write_template(node);
        }
    }
};

bool mentions(const YamlNode& node, std::string_view source) {
    if (node.isGap() || node.text.find(source) != node.text.npos) return true;
    return std::any_of(node.children.begin(), node.children.end(), [&](const YamlNode& child) {
        return mentions(child, source);
    });
}

void check(const YamlNode& node, const std::string& method, Reporter& reporter) {
    const YamlNode* body = given(node, "body");
    const YamlNode* form = given(node, "form");
    if (body != nullptr && body->isSequence())
        reporter.atValue(
            *body, Visibility::Shown, "a body is a text or a mapping", "write a list as a text"
        );
    if (body != nullptr && form != nullptr)
        reporter.atKey(*node.findKey("form"), "a request has one of 'body' and 'form'");
    if (form != nullptr && method == "GET")
        reporter.atKey(
            *node.findKey("form"), "a GET has no form", "write 'method: POST', or 'query'"
        );
    const YamlNode* headers = given(node, "headers");
    if (given(node, "basic") == nullptr || headers == nullptr) return;
    for (std::size_t entry = 0; entry < headers->entryCount(); ++entry)
        if (lowerAscii(headers->key(entry).text) == "authorization")
            reporter.atKey(headers->key(entry), "'basic' makes this header");
}

}  // namespace

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
        formed("body", AnyForm::Body, "JSON: a template, or a mapping whose texts are templates"),
        field("form", ValueType::StringMap, "templates of the fields of a form, by name"),
        within(field("basic", ValueType::Object, "user and password (RFC 7617)"), basicFields()),
    };
}

bool usesSource(const YamlNode& request, std::string_view source) {
    constexpr std::array kKeys = {"url", "body", "query", "headers", "form", "basic"};
    return std::any_of(kKeys.begin(), kKeys.end(), [&](const char* key) {
        const YamlNode* value = given(request, key);
        return isUnknown(request, key) || (value != nullptr && mentions(*value, source));
    });
}

void writeRequest(
    const YamlNode& node,
    const std::string& default_method,
    JsonWriter& json,
    Reporter& reporter,
    const std::function<void(const YamlNode&)>& write_template
) {
    const std::string method = textOf(node, "method");
    json.field("method", method.empty() ? default_method : method);
    check(node, method.empty() ? default_method : method, reporter);
    if (const YamlNode* url = given(node, "url")) {
        json.key("url");
        write_template(*url);
    }
    if (const YamlNode* body = given(node, "body")) {
        json.key(body->isMapping() ? "json" : "body");
        if (body->isMapping())
            BodyWriter{json, reporter, write_template}.write(*body, 1);
        else
            write_template(*body);
    }
    for (const char* key : {"query", "headers", "form", "basic"}) {
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
