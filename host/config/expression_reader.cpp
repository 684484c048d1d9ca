#include "config/expression_reader.h"

#include "config/constant_checks.h"
#include "config/suggest.h"
#include "config/table_field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ferry::config {

namespace {

const std::vector<std::string>& stepNames() {
    static const std::vector<std::string> names{
        "lower",
        "upper",
        "basename",
        "dirname",
        "after_dot",
        "before_dot",
        "time",
        "text",
        "number"};
    return names;
}

}  // namespace

const FieldTable& expressionFields() {
    static const FieldTable table("an expression", [] {
        Field as = field("as", ValueType::Enum, "what is made of the value");
        as.values = stepNames();
        return std::vector<Field>{
            formed("from", AnyForm::Expression, "a source, or another expression"),
            field("const", ValueType::String, "a text as it is"),
            formed("first_of", AnyForm::Expressions, "a list; the first that has a value"),
            formed("when", AnyForm::Condition, "a condition, with 'then' and 'else'"),
            formed("then", AnyForm::Expression, "the value if the condition holds"),
            formed("else", AnyForm::Expression, "the value if it does not"),
            field("lookup", ValueType::StringMap, "a table: another text for each value"),
            formed("default", AnyForm::Expression, "the value if there is none"),
            as,
        };
    }());
    return table;
}

void ExpressionReader::complain(const YamlNode& at, std::string message, std::string suggestion) {
    reporter_.atValue(at, Visibility::Shown, std::move(message), std::move(suggestion));
}

bool ExpressionReader::passOver(const YamlNode& node) {
    if (node.isGap()) json_.null();
    return node.isGap();
}

void ExpressionReader::readSource(const YamlNode& scalar) {
    if (passOver(scalar)) return;
    if (!scalar.isScalar()) {
        complain(scalar, fmt::format("a source is one text, not {}", yamlKindName(scalar.kind)));
        json_.null();
        return;
    }
    writeSource(scalar.text, scalar);
}

void ExpressionReader::readPointer(const YamlNode& scalar) {
    if (passOver(scalar)) return;
    if (!scalar.isScalar() || !scalar.text.starts_with('/')) {
        complain(
            scalar, "this is no pointer into JSON", "write for example /items; / is all of it"
        );
        json_.null();
        return;
    }
    writeParts(scalar.text, scalar);
}

void ExpressionReader::readTemplate(const YamlNode& scalar) {
    if (passOver(scalar)) return;
    if (!scalar.isScalar()) {
        complain(scalar, fmt::format("this takes one text, not {}", yamlKindName(scalar.kind)));
        json_.null();
        return;
    }
    std::string_view text = scalar.text;
    if (text.find("${") == text.npos) {
        json_.string(text);
        return;
    }
    json_.beginObject().key("join").beginArray();
    while (!text.empty()) {
        const std::size_t open = std::min(text.find("${"), text.size());
        if (open > 0) json_.string(text.substr(0, open));
        text.remove_prefix(open);
        if (text.empty()) break;
        const std::size_t close = text.find('}');
        if (close == text.npos) {
            complain(scalar, "a '${' is not closed", "end it with '}'");
            break;
        }
        writeSource(text.substr(2, close - 2), scalar);
        text.remove_prefix(close + 1);
    }
    json_.endArray().endObject();
}

void ExpressionReader::writeLiteral(const YamlNode& node, const std::vector<std::string>& allowed) {
    json_.string(node.text);
    if (allowed.empty() || std::find(allowed.begin(), allowed.end(), node.text) != allowed.end())
        return;
    complain(
        node,
        fmt::format("'{}' is none of: {}", node.text.substr(0, 80), fmt::join(allowed, ", ")),
        didYouMean(node.text, std::vector<std::string_view>(allowed.begin(), allowed.end()))
    );
}

void ExpressionReader::read(const YamlNode& node, const std::vector<std::string>& allowed) {
    if (passOver(node)) return;
    if (node.isMapping()) {
        if (++depth_ > kExpressionDepthMax) {
            complain(node, fmt::format("more than {} expressions within another", depth_ - 1));
            json_.null();
        } else {
            readMapping(node, allowed);
        }
        --depth_;
        return;
    }
    if (!node.isScalar() || node.text.empty()) {
        complain(
            node,
            fmt::format("an expression is a text or a mapping, not {}", yamlKindName(node.kind)),
            "write a source such as /a/b, a text with ${...}, or {from: ..., ...}"
        );
        json_.null();
        return;
    }
    const std::string_view text = node.text;
    const bool is_source = isSource(text, sources_);
    if (is_source) {
        writeSource(text, node);
    } else if (text.find("${") != text.npos) {
        readTemplate(node);
    } else {
        writeLiteral(node, allowed);
    }
}

void ExpressionReader::readMapping(const YamlNode& node, const std::vector<std::string>& allowed) {
    const std::size_t before = reporter_.errorCount();
    validateMapping(node, expressionFields(), reporter_);
    const YamlNode* from = node.find("from");
    const YamlNode* literal = node.find("const");
    const YamlNode* first = node.find("first_of");
    const YamlNode* when = node.find("when");
    const int kinds =
        (from != nullptr) + (literal != nullptr) + (first != nullptr) + (when != nullptr);
    if (reporter_.errorCount() == before && kinds != 1)
        complain(node, "an expression has one of 'from', 'const', 'first_of' and 'when'");
    if (reporter_.errorCount() != before) {
        json_.null();
        return;
    }
    if (when == nullptr && (node.find("then") != nullptr || node.find("else") != nullptr)) {
        complain(node, "'then' and 'else' belong to 'when'", "use 'default' for what is missing");
    }
    if (from != nullptr && isConstant(*from, sources_)) {
        const std::string meant = meantSource(from->text, sources_);
        complain(
            *from,
            "'from' takes a source, and this is a text that is always the same",
            "write " + (meant.empty() ? "a pointer such as /a/b" : meant)
        );
    }
    const YamlNode* lookup = node.find("lookup");
    const YamlNode* as = node.find("as");
    const YamlNode* other = node.find("default");
    // The table decides what comes out, or else the value itself.
    const std::vector<std::string> any;
    const auto& inner = lookup == nullptr && as == nullptr ? allowed : any;

    if (other != nullptr) json_.beginObject().key("first").beginArray();
    if (lookup != nullptr) json_.beginObject().key("of");
    if (as != nullptr) json_.beginObject().key("of");
    if (from != nullptr) read(*from, inner);
    if (literal != nullptr) writeLiteral(*literal, inner);
    if (first != nullptr) {
        json_.beginObject().key("first");
        readItems(*first, inner);
        json_.endObject();
    }
    if (when != nullptr) {
        json_.beginObject().key("when");
        readCondition(*when);
        for (const char* key : {"then", "else"}) {
            const YamlNode* branch = node.find(key);
            if (branch == nullptr) continue;
            json_.key(key);
            read(*branch, inner);
        }
        json_.endObject();
    }
    if (as != nullptr) json_.field("as", as->text).endObject();
    if (lookup != nullptr) {
        readLookup(*lookup, allowed);
        json_.endObject();
    }
    if (other != nullptr) {
        read(*other, allowed);
        json_.endArray().endObject();
    }
}

void ExpressionReader::readLookup(const YamlNode& node, const std::vector<std::string>& allowed) {
    json_.key("lookup").beginObject();
    for (std::size_t entry = 0; entry < node.entryCount(); ++entry) {
        json_.key(node.key(entry).text);
        writeLiteral(node.value(entry), allowed);
    }
    json_.endObject();
}

void ExpressionReader::readItems(const YamlNode& node, const std::vector<std::string>& allowed) {
    json_.beginArray();
    if (!node.isSequence() || node.children.empty())
        complain(node, "'first_of' takes a list of expressions", "write [one, two]");
    for (const YamlNode& item : node.children) {
        if (node.isSequence()) read(item, allowed);
    }
    json_.endArray();
}

void ExpressionReader::readTest(const YamlNode& source, const YamlNode& wanted) {
    json_.beginObject().key("of");
    readSource(source);
    const YamlNode* exists = wanted.isMapping() ? wanted.find("exists") : nullptr;
    if (exists != nullptr && wanted.entryCount() == 1) {
        const auto value = parseBoolean(exists->text);
        if (!value) complain(*exists, "'exists' is true or false");
        json_.field("exists", value.value_or(true)).endObject();
        return;
    }
    for (const char* name : {"begins_with", "ends_with"}) {
        const YamlNode* part = wanted.isMapping() ? wanted.find(name) : nullptr;
        if (part == nullptr || !part->isScalar() || wanted.entryCount() != 1) continue;
        // Every value has no text at its end.
        if (part->text.empty()) complain(*part, fmt::format("'{}' has no text", name));
        json_.field(name, part->text).endObject();
        return;
    }
    json_.key("in").beginArray();
    if (wanted.isScalar()) json_.string(wanted.text);
    bool is_good = wanted.isScalar() || (wanted.isSequence() && !wanted.children.empty());
    for (const YamlNode& item : wanted.children) {
        is_good = is_good && item.isScalar();
        if (item.isScalar()) json_.string(item.text);
    }
    if (!is_good)
        complain(
            wanted,
            "a condition wants a value or a list of values",
            "or write {exists: true}, {begins_with: text} or {ends_with: text}"
        );
    json_.endArray().endObject();
}

void ExpressionReader::readCondition(const YamlNode& node) {
    if (passOver(node)) return;
    json_.beginArray();
    if (!node.isMapping() || node.entryCount() == 0)
        complain(node, "a condition is a mapping of sources to values", "write {/action: opened}");
    for (std::size_t entry = 0; entry < node.entryCount(); ++entry)
        readTest(node.key(entry), node.value(entry));
    json_.endArray();
}

}  // namespace ferry::config
