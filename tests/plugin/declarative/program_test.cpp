// Goal: expressions give what sdk/declarative.md says, and what is no expression is refused.
// Method: trees as the hub writes them, over one record.

#include "program.h"

#include "json.h"

#include <ferry/error.hpp>

#include <gtest/gtest.h>

namespace ferry::declarative {
namespace {

class RecordOnly final : public Sources {
  public:
    explicit RecordOnly(const rapidjson::Value& record) : record_(record) {}
    Value path(const Pointer& pointer, Scratch& scratch) const override {
        return valueAt(record_, pointer, scratch);
    }
    Value outside(std::string_view key, Scratch&) const override {
        return key == "header:x-event" ? Value{Value::Kind::Text, "push"} : Value();
    }

  private:
    const rapidjson::Value& record_;
};

constexpr std::string_view kRecord =
    R"({"a":{"b/c":["x",{"d":"Deep/File.TXT"}]},"n":12345678901234567890,"f":1.5,"t":true,)"
    R"("z":null,"e":"","time":"2026-11-29T01:02:03Z","s":"007"})";

/// The value as text; "(none)" if there is none.
std::string valueOf(std::string_view tree) {
    JsonDocument expression;
    JsonDocument record;
    EXPECT_TRUE(expression.parse(tree)) << tree;
    EXPECT_TRUE(record.parse(kRecord));
    Scratch scratch;
    const Expression compiled(expression.root());
    const Value value = compiled.evaluate(RecordOnly(record.root()), scratch);
    return value.isMissing() ? "(none)" : std::string(value.text);
}

TEST(DeclarativeProgram, GivesValues) {
    const std::pair<const char*, const char*> cases[] = {
        {R"("text")", "text"},
        {R"({"path":["a","b/c","0"]})", "x"},
        {R"({"path":["a","b/c","2"]})", "(none)"},
        {R"({"path":["a","b/c","-1"]})", "(none)"},
        {R"({"path":["a"]})", "(none)"},
        {R"({"path":["n"]})", "12345678901234567890"},
        {R"({"path":["f"]})", "1.5"},
        {R"({"path":["t"]})", "true"},
        {R"({"path":["z"]})", "(none)"},
        {R"({"path":["e"]})", ""},
        {R"({"path":["n","x"]})", "(none)"},
        {R"({"header":"x-event"})", "push"},
        {R"({"header":"x-other"})", "(none)"},
        {R"({"join":["<",{"path":["s"]},">"]})", "<007>"},
        {R"({"join":["<",{"path":["z"]},">"]})", "(none)"},
        {R"({"first":[{"path":["z"]},{"path":["e"]},{"path":["s"]}]})", "007"},
        {R"({"first":[]})", "(none)"},
        {R"({"of":{"path":["s"]},"lookup":{"007":"Bond"}})", "Bond"},
        {R"({"of":{"path":["t"]},"lookup":{"false":"x"}})", "(none)"},
        {R"({"of":{"path":["a","b/c","1","d"]},"as":"lower"})", "deep/file.txt"},
        {R"({"of":{"path":["a","b/c","1","d"]},"as":"basename"})", "File.TXT"},
        {R"({"of":{"path":["a","b/c","1","d"]},"as":"dirname"})", "Deep"},
        {R"({"of":"plain","as":"dirname"})", "(none)"},
        {R"({"of":{"path":["a","b/c","1","d"]},"as":"after_dot"})", "TXT"},
        {R"({"of":{"path":["a","b/c","1","d"]},"as":"before_dot"})", "Deep/File"},
        {R"({"of":"customer.source.deleted","as":"before_dot"})", "customer.source"},
        {R"({"of":"customer.source.deleted","as":"after_dot"})", "deleted"},
        {R"({"of":"plain","as":"after_dot"})", "plain"},
        {R"({"of":"plain","as":"before_dot"})", "(none)"},
        {R"({"of":"plain","as":"basename"})", "plain"},
        {R"({"of":{"path":["z"]},"as":"after_dot"})", "(none)"},
        {R"({"of":{"path":["time"]},"as":"time"})", "1795914123000"},
        {R"({"of":"-1.5e3","as":"number"})", "-1.5e3"},
        {R"({"of":"-1.5","as":"number"})", "-1.5"},
        {R"({"of":{"path":["s"]},"as":"number"})", "(none)"},
        {R"({"when":[{"of":{"path":["t"]},"in":["true"]}],"then":"yes","else":"no"})", "yes"},
        {R"({"when":[{"of":{"path":["z"]},"exists":true}],"then":"yes"})", "(none)"},
        {R"({"when":[{"of":{"path":["s"]},"begins_with":"00"}],"then":"yes"})", "yes"},
        {R"({"when":[{"of":{"path":["s"]},"ends_with":"07"}],"then":"yes","else":"no"})", "yes"},
        {R"({"when":[{"of":{"path":["s"]},"ends_with":"0"}],"then":"yes","else":"no"})", "no"},
        {R"({"when":[{"of":{"path":["z"]},"ends_with":"7"}],"then":"yes","else":"no"})", "no"},
        {R"({"when":[{"of":{"path":["s"]},"begins_with":"01"},{"of":"x","in":["x"]}],"else":"no"})",
         "no"},
    };
    for (const auto& [tree, value] : cases)
        EXPECT_EQ(valueOf(tree), value) << tree;
}

TEST(DeclarativeProgram, RefusesWhatIsNoExpression) {
    for (const char* tree :
         {"1",
          "null",
          "[]",
          "{}",
          R"({"path":"a"})",
          R"({"path":[1]})",
          R"({"first":1})",
          R"({"of":"x"})",
          R"({"of":"x","lookup":[]})",
          R"({"when":{}})",
          R"({"join":[{}]})"}) {
        JsonDocument expression;
        ASSERT_TRUE(expression.parse(tree));
        EXPECT_THROW(Expression{expression.root()}, sdk::Error) << tree;
    }
    std::string deep = R"("x")";
    for (int i = 0; i < 100; ++i)
        deep = R"({"of":)" + deep + R"(,"as":"lower"})";
    JsonDocument expression;
    ASSERT_TRUE(expression.parse(deep));
    EXPECT_THROW(Expression{expression.root()}, sdk::Error);
}

}  // namespace
}  // namespace ferry::declarative
