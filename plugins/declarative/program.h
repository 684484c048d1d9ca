#pragma once
// Expressions as the host has checked them (host/config/expression_reader.h), compiled once and
// evaluated for each notification. There is no loop and no recursion in them, so they always end.

#include <rapidjson/document.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ferry::declarative {

/// A path into JSON, by its parts. Empty: all of it.
using Pointer = std::vector<std::string>;

/// A single value; texts live as long as the document or the scratch that they are of.
struct Value {
    enum class Kind : std::uint8_t { Missing, Structure, Text, Number, Bool };

    /// An object or a list is no value, but it is there.
    bool isMissing() const noexcept { return kind == Kind::Missing || kind == Kind::Structure; }

    Kind kind = Kind::Missing;
    std::string_view text;  ///< of numbers and truth values as JSON has them
};

/// Texts that are made while something is evaluated. One thread.
class Scratch {
  public:
    std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
    void clear() { texts_.clear(); }

  private:
    std::deque<std::string> texts_;
};

/// What expressions look at.
class Sources {
  public:
    virtual ~Sources() = default;
    /// In the record, and in all of the body.
    virtual Value path(const Pointer&, Scratch&) const { return {}; }
    virtual Value body(const Pointer&, std::string_view, Scratch&) const { return {}; }
    /// `key` is as it was written: "header:x-event", "query:mode".
    virtual Value outside(std::string_view, Scratch&) const { return {}; }
    /// A word: "timestamp", ...
    virtual Value word(std::string_view, Scratch&) const { return {}; }
};

struct Test;

/// One expression. Immutable once compiled; any thread.
class Expression {
  public:
    Expression() = default;
    /// Throws sdk::Error INVALID if it is none.
    explicit Expression(const rapidjson::Value& tree, unsigned depth = 0);

    bool isSet() const noexcept { return operation_ != Operation::Nothing; }
    Value evaluate(const Sources& sources, Scratch& scratch) const;
    /// Of a template that has no value: the source without one, as it was written.
    std::string missing(const Sources& sources, Scratch& scratch) const {
        for (const Expression& item : items_)
            if (item.evaluate(sources, scratch).isMissing()) return item.missing(sources, scratch);
        std::string name = text_;
        for (std::size_t part = 0; text_.empty() && part < pointer_.size(); ++part)
            name.append("/").append(pointer_[part]);
        return name;
    }
    /// Keys of what is not in the record: "header:...", "query:...", "body:/...".
    void collectOutside(std::vector<const Expression*>& into) const;
    /// The key of an outside value, and its place in the body if it has one.
    const std::string& key() const noexcept { return text_; }
    const Pointer& pointer() const noexcept { return pointer_; }
    bool isBody() const noexcept { return operation_ == Operation::Body; }

  private:
    enum class Operation : std::uint8_t {
        Nothing,
        Literal,
        Path,
        Body,
        Outside,
        Word,
        Join,
        First,
        Lookup,
        Step,
        When,
    };
    void compileObject(const rapidjson::Value& tree, unsigned depth);
    void compileList(const rapidjson::Value& list, unsigned depth);
    Value join(const Sources& sources, Scratch& scratch) const;
    Value step(Value value, Scratch& scratch) const;

    Operation operation_ = Operation::Nothing;
    std::string text_;  ///< literal, key, word or step
    Pointer pointer_;
    std::vector<Expression> items_;
    std::vector<Test> tests_;
    std::unordered_map<std::string, std::string> table_;
};

using NamedExpressions = std::vector<std::pair<std::string, Expression>>;

/// The mapping `name` of a section: in the order of the file; empty if there is none. Throws
/// sdk::Error INVALID if a value is no expression.
inline NamedExpressions expressionsAt(const rapidjson::Value& settings, const char* name) {
    NamedExpressions made;
    const auto found = settings.FindMember(name);
    if (found == settings.MemberEnd() || !found->value.IsObject()) return made;
    for (const auto& entry : found->value.GetObject())
        made.emplace_back(entry.name.GetString(), Expression(entry.value));
    return made;
}

/// "This source has one of these values", or "it has any".
struct Test {
    Expression source;
    std::vector<std::string> wanted;
    std::string begin;  ///< if not empty: what the value begins with
    std::string end;    ///< likewise what it ends with
    bool asks_existence = false;
    bool exists = true;
};

/// All must hold.
using Condition = std::vector<Test>;

Condition compileCondition(const rapidjson::Value& tree);
bool holds(const Condition& condition, const Sources& sources, Scratch& scratch);
void collectOutside(const Condition& condition, std::vector<const Expression*>& into);

/// The scalar at `pointer`; missing if there is none.
Value valueAt(const rapidjson::Value& root, const Pointer& pointer, Scratch& scratch);
/// What is at `pointer`, or null.
const rapidjson::Value* nodeAt(const rapidjson::Value& root, const Pointer& pointer) noexcept;
Pointer compilePointer(const rapidjson::Value& list);

}  // namespace ferry::declarative
