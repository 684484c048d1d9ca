#include "config/constant_checks.h"

#include <fmt/format.h>

#include <cctype>

namespace ferry::config {

namespace {

bool isUpper(char c) {
    return std::isupper(static_cast<unsigned char>(c)) != 0;
}

/// Calls `tell` for each text that the value is wherever it is come to, and that is not the last
/// resort of others.
void eachCertain(
    const YamlNode& expression,
    SourceSet sources,
    const std::function<void(const YamlNode& text)>& tell
) {
    if (isConstant(expression, sources)) tell(expression);
    const YamlNode* first = expression.find("first_of");
    if (first == nullptr) return;
    for (std::size_t i = 0; i < first->children.size(); ++i)
        if (i == 0 || i + 1 < first->children.size())
            eachCertain(first->children[i], sources, tell);
}

}  // namespace

void eachConstant(
    const YamlNode& expression,
    SourceSet sources,
    const std::function<void(const YamlNode& text, ConstantPlace place)>& tell
) {
    if (isConstant(expression, sources)) tell(expression, ConstantPlace::Text);
    if (!expression.isMapping()) return;
    if (const YamlNode* other = expression.find("default")) eachConstant(*other, sources, tell);
    if (const YamlNode* table = expression.find("lookup")) {
        for (std::size_t i = 0; i < table->entryCount(); ++i)
            if (table->value(i).isScalar()) tell(table->value(i), ConstantPlace::Table);
        return;
    }
    if (expression.find("as") != nullptr) return;  // another text comes out
    if (const YamlNode* text = expression.find("const"); text != nullptr && text->isScalar())
        tell(*text, ConstantPlace::Const);
    if (const YamlNode* from = expression.find("from"); from != nullptr && from->isMapping())
        eachConstant(*from, sources, tell);
    for (const char* key : {"then", "else"})
        if (const YamlNode* inner = expression.find(key)) eachConstant(*inner, sources, tell);
    if (const YamlNode* first = expression.find("first_of"))
        for (const YamlNode& item : first->children)
            eachConstant(item, sources, tell);
}

std::string meantSource(std::string_view text, SourceSet sources) {
    std::string_view name = text.substr(0, 80);
    if (name.starts_with('$')) name.remove_prefix(1);
    if (name.starts_with('.')) name.remove_prefix(1);
    constexpr std::string_view kOfNames =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]";
    if (name.empty() || name.find_first_not_of(kOfNames) != name.npos) return {};
    const bool is_header = isUpper(name.front()) && name.find('-') != name.npos;
    if (is_header && isSource("header:" + std::string(name), sources))
        return "header:" + std::string(name);
    std::string pointer = "/";
    for (const char c : name) {
        const bool is_step = c == '.' || c == '[';
        if (is_step && pointer.back() != '/') pointer += '/';
        if (!is_step && c != ']') pointer += c;
    }
    return isSource(pointer, sources) ? pointer : std::string();
}

void refuseConstants(const YamlNode& expression, const ConstantRule& rule, Reporter& reporter) {
    const auto refuse = [&](const YamlNode& text) {
        if (text.isGap()) return;
        if (rule.may_be_number && text.text.find_first_not_of("0123456789") == text.text.npos)
            return;
        const std::string meant =
            rule.is_secret ? std::string() : meantSource(text.text, rule.sources);
        std::string suggestion =
            meant.empty() ? "write a pointer such as /a/b, or header:..." : "write " + meant;
        if (rule.may_be_meant && !meant.empty())
            suggestion += fmt::format(", or {{const: {}}} if that is meant", text.text);
        reporter.atValue(
            text,
            rule.is_secret ? Visibility::Hidden : Visibility::Shown,
            fmt::format("this is a text that is the same for every {}", rule.every),
            std::move(suggestion)
        );
    };
    if (!rule.is_never_good) return eachCertain(expression, rule.sources, refuse);
    eachConstant(expression, rule.sources, [&](const YamlNode& text, ConstantPlace place) {
        if (place != ConstantPlace::Table) refuse(text);
    });
}

}  // namespace ferry::config
