#include "program.h"

#include "text.h"

#include <ferry/error.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>

namespace ferry::declarative {
namespace {

constexpr unsigned kDepthMax = 32;

[[noreturn]] void invalid(std::string_view what) {
    throw sdk::Error::invalid("settings: " + std::string(what));
}

std::string_view textOf(const rapidjson::Value& value) {
    if (!value.IsString()) invalid("a text is missing");
    return {value.GetString(), value.GetStringLength()};
}

const rapidjson::Value* member(const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    return found == object.MemberEnd() ? nullptr : &found->value;
}

Value textValue(std::string_view text) {
    return {Value::Kind::Text, text};
}

Value scalar(const rapidjson::Value& node, Scratch& scratch) {
    if (node.IsString()) return textValue({node.GetString(), node.GetStringLength()});
    if (node.IsBool()) return {Value::Kind::Bool, node.GetBool() ? "true" : "false"};
    if (node.IsObject() || node.IsArray()) return {Value::Kind::Structure, {}};
    if (!node.IsNumber()) return {};
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    node.Accept(writer);
    return {Value::Kind::Number, scratch.keep({buffer.GetString(), buffer.GetSize()})};
}

bool isNumber(std::string_view text) {
    double ignored = 0;
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, ignored);
    // JSON knows neither "inf" nor "01" nor ".5".
    const bool is_plain = !text.empty() && (text.front() == '-' || isDigit(text.front()));
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    const bool is_json = !digits.empty() && isDigit(digits.front()) && isDigit(digits.back()) &&
                         (digits.front() != '0' || digits.size() == 1 || !isDigit(digits[1]));
    return is_plain && is_json && result.ec == std::errc() && result.ptr == end;
}

}  // namespace

Pointer compilePointer(const rapidjson::Value& list) {
    if (!list.IsArray()) invalid("a pointer is no list");
    Pointer pointer;
    for (const rapidjson::Value& part : list.GetArray())
        pointer.emplace_back(textOf(part));
    return pointer;
}

const rapidjson::Value* nodeAt(const rapidjson::Value& root, const Pointer& pointer) noexcept {
    const rapidjson::Value* node = &root;
    for (const std::string& part : pointer) {
        if (node->IsObject()) {
            const auto name =
                rapidjson::StringRef(part.data(), static_cast<rapidjson::SizeType>(part.size()));
            const auto found = node->FindMember(rapidjson::Value(name));
            if (found == node->MemberEnd()) return nullptr;
            node = &found->value;
        } else if (node->IsArray()) {
            rapidjson::SizeType index = 0;
            const auto end = part.data() + part.size();
            const auto result = std::from_chars(part.data(), end, index);
            if (result.ec != std::errc() || result.ptr != end || index >= node->Size())
                return nullptr;
            node = &(*node)[index];
        } else {
            return nullptr;
        }
    }
    return node;
}

Value valueAt(const rapidjson::Value& root, const Pointer& pointer, Scratch& scratch) {
    const rapidjson::Value* node = nodeAt(root, pointer);
    return node == nullptr ? Value() : scalar(*node, scratch);
}

Expression::Expression(const rapidjson::Value& tree, unsigned depth) {
    if (depth > kDepthMax) invalid("expressions are nested too deep");
    if (tree.IsString()) {
        operation_ = Operation::Literal;
        text_ = textOf(tree);
    } else if (tree.IsObject()) {
        compileObject(tree, depth);
    } else {
        invalid("an expression is neither a text nor an object");
    }
}

void Expression::compileList(const rapidjson::Value& list, unsigned depth) {
    if (!list.IsArray()) invalid("a list is missing");
    for (const rapidjson::Value& item : list.GetArray())
        items_.emplace_back(item, depth + 1);
}

void Expression::compileObject(const rapidjson::Value& tree, unsigned depth) {
    if (const auto* path = member(tree, "path")) {
        operation_ = Operation::Path;
        pointer_ = compilePointer(*path);
        return;
    }
    for (const char* name : {"body", "token", "id_token"}) {
        const auto* body = member(tree, name);
        if (body == nullptr) continue;
        operation_ = Operation::Body;
        pointer_ = compilePointer(*body);
        text_ = std::string(name) + ":";
        for (const std::string& part : pointer_)
            text_ += "/" + part;
        return;
    }
    for (const char* name : {"header", "query", "config", "base_url", "polled", "link", "kept"}) {
        const auto* outside = member(tree, name);
        if (outside == nullptr) continue;
        operation_ = Operation::Outside;
        text_ = std::string(name) + ":" + std::string(textOf(*outside));
        return;
    }
    if (const auto* word = member(tree, "name")) {
        operation_ = Operation::Word;
        text_ = textOf(*word);
        return;
    }
    if (const auto* parts = member(tree, "join")) {
        operation_ = Operation::Join;
        return compileList(*parts, depth);
    }
    if (const auto* choices = member(tree, "first")) {
        operation_ = Operation::First;
        return compileList(*choices, depth);
    }
    if (const auto* when = member(tree, "when")) {
        operation_ = Operation::When;
        tests_ = compileCondition(*when);
        const auto* then = member(tree, "then");
        const auto* other = member(tree, "else");
        items_.push_back(then == nullptr ? Expression() : Expression(*then, depth + 1));
        items_.push_back(other == nullptr ? Expression() : Expression(*other, depth + 1));
        return;
    }
    const auto* of = member(tree, "of");
    if (of == nullptr) invalid("an expression is of no kind that is known");
    items_.emplace_back(*of, depth + 1);
    if (const auto* as = member(tree, "as")) {
        operation_ = Operation::Step;
        text_ = textOf(*as);
        return;
    }
    const auto* table = member(tree, "lookup");
    if (table == nullptr || !table->IsObject()) invalid("a lookup has no table");
    operation_ = Operation::Lookup;
    for (const auto& entry : table->GetObject())
        table_.emplace(textOf(entry.name), textOf(entry.value));
}

Value Expression::evaluate(const Sources& sources, Scratch& scratch) const {
    switch (operation_) {
        case Operation::Nothing:
            return {};
        case Operation::Literal:
            return textValue(text_);
        case Operation::Path:
            return sources.path(pointer_, scratch);
        case Operation::Body:
            return sources.body(pointer_, text_, scratch);
        case Operation::Outside:
            return sources.outside(text_, scratch);
        case Operation::Word:
            return sources.word(text_, scratch);
        case Operation::Join:
            return join(sources, scratch);
        case Operation::First:
            for (const Expression& item : items_) {
                const Value value = item.evaluate(sources, scratch);
                if (!value.isMissing() && !value.text.empty()) return value;
            }
            return {};
        case Operation::Lookup: {
            const Value value = items_.front().evaluate(sources, scratch);
            if (value.isMissing()) return {};
            const auto found = table_.find(std::string(value.text));
            return found == table_.end() ? Value() : textValue(found->second);
        }
        case Operation::Step:
            return step(items_.front().evaluate(sources, scratch), scratch);
        case Operation::When:
            return items_[holds(tests_, sources, scratch) ? 0 : 1].evaluate(sources, scratch);
    }
    return {};
}

/// A text that lacks a part is no text.
Value Expression::join(const Sources& sources, Scratch& scratch) const {
    std::string text;
    for (const Expression& item : items_) {
        const Value value = item.evaluate(sources, scratch);
        if (value.isMissing()) return {};
        text += value.text;
    }
    return textValue(scratch.keep(std::move(text)));
}

Value Expression::step(Value value, Scratch& scratch) const {
    if (value.isMissing()) return {};
    if (text_ == "lower" || text_ == "upper") {
        std::string text(value.text);
        for (char& c : text)
            c = text_ == "lower" ? lower(c) : upper(c);
        return textValue(scratch.keep(std::move(text)));
    }
    // Where there is none, rfind() + 1 is 0: all of the text comes after it.
    const char mark = text_.ends_with("dot") ? '.' : '/';
    if (text_ == "basename" || text_ == "after_dot")
        return textValue(value.text.substr(value.text.rfind(mark) + 1));
    if (text_ == "dirname" || text_ == "before_dot") {
        const std::size_t place = value.text.rfind(mark);
        return place == value.text.npos ? Value() : textValue(value.text.substr(0, place));
    }
    if (text_ == "time") {
        const auto time = parseTime(value.text);
        if (!time) return {};
        return {Value::Kind::Number, scratch.keep(std::to_string(*time))};
    }
    if (text_ == "number")
        return isNumber(value.text) ? Value{Value::Kind::Number, value.text} : Value();
    return textValue(value.text);
}

void Expression::collectOutside(std::vector<const Expression*>& into) const {
    if (operation_ == Operation::Outside || operation_ == Operation::Body) into.push_back(this);
    for (const Expression& item : items_)
        item.collectOutside(into);
    declarative::collectOutside(tests_, into);
}

Condition compileCondition(const rapidjson::Value& tree) {
    if (!tree.IsArray()) invalid("a condition is no list");
    Condition condition;
    for (const rapidjson::Value& item : tree.GetArray()) {
        if (!item.IsObject()) invalid("a condition is no object");
        const auto* of = member(item, "of");
        if (of == nullptr) invalid("a condition has no source");
        Test test;
        test.source = Expression(*of);
        if (const auto* exists = member(item, "exists")) {
            test.asks_existence = true;
            test.exists = exists->IsTrue();
        } else if (const auto* begin = member(item, "begins_with")) {
            test.begin = textOf(*begin);
        } else if (const auto* end = member(item, "ends_with")) {
            test.end = textOf(*end);
        } else if (const auto* wanted = member(item, "in")) {
            if (!wanted->IsArray()) invalid("a condition has no values");
            for (const rapidjson::Value& value : wanted->GetArray())
                test.wanted.emplace_back(textOf(value));
        }
        condition.push_back(std::move(test));
    }
    return condition;
}

bool holds(const Condition& condition, const Sources& sources, Scratch& scratch) {
    return std::all_of(condition.begin(), condition.end(), [&](const Test& test) {
        const Value value = test.source.evaluate(sources, scratch);
        if (test.asks_existence) return (value.kind != Value::Kind::Missing) == test.exists;
        if (!test.begin.empty()) return value.text.starts_with(test.begin);
        if (!test.end.empty()) return value.text.ends_with(test.end);
        return !value.isMissing() &&
               std::find(test.wanted.begin(), test.wanted.end(), value.text) != test.wanted.end();
    });
}

void collectOutside(const Condition& condition, std::vector<const Expression*>& into) {
    for (const Test& test : condition)
        test.source.collectOutside(into);
}

}  // namespace ferry::declarative
