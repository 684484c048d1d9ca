// Goal: records reach a program as they are, and what it gives is taken, or refused with the member
// that is wrong. Method: the plugin's parts and libjq itself, in this process.

#include "jq_program.h"
#include "told_reader.h"
#include "unit/sdk/fake_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::declarative {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string textOf(const Jv& value) {
    const Jv dumped(jv_dump_string(value.copy(), 0));
    return std::string(dumped.view());
}

std::string parsedText(std::string_view json) {
    const auto value = parseExactly(json);
    return value ? textOf(*value) : "(none)";
}

TEST(JqValue, KeepsWhatADoubleDoesNotHold) {
    EXPECT_EQ(
        parsedText("[9007199254740992,-9007199254740992]"), "[9007199254740992,-9007199254740992]"
    );
    EXPECT_EQ(parsedText("9007199254740993"), R"("9007199254740993")");
    EXPECT_EQ(parsedText("-9007199254740993"), R"("-9007199254740993")");
    EXPECT_EQ(parsedText("12345678901234567890123"), R"("12345678901234567890123")");
    EXPECT_EQ(
        parsedText(R"({"a":[{"b":null,"c":true}],"d":"\u00e4"})"),
        R"({"a":[{"b":null,"c":true}],"d":"ä"})"
    );
    EXPECT_EQ(parsedText("1.8e308"), "1.7976931348623157e+308");
    EXPECT_EQ(parsedText("1e-400"), "0");
    EXPECT_EQ(parsedText("1e400"), "(none)") << "as for all of the hub";
    EXPECT_EQ(parsedText("0.5"), "0.5");
}

TEST(JqValue, TakesNothingElse) {
    for (const char* text : {"", "{", "nan", "NaN", "1 2", "[1,]", "{\"a\"}", "'a'"})
        EXPECT_EQ(parsedText(text), "(none)") << text;
    EXPECT_EQ(parsedText(std::string_view("1\0", 2)), "(none)");
    EXPECT_NE(parsedText(std::string(200, '[') + std::string(200, ']')), "(none)");
    EXPECT_EQ(parsedText(std::string(201, '[') + std::string(201, ']')), "(none)");
    EXPECT_EQ(parsedText(std::string(1'000'000, '[')), "(none)");
}

TEST(JqValue, WritesNumbersAsShortAsTheyAre) {
    const std::pair<double, const char*> cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {5.1, "5.1"},
        {0.1, "0.1"},
        {1e15, "1000000000000000"},
        {9007199254740992, "9007199254740992"},
        {1e300, "1e+300"},
        {-2.5, "-2.5"},
        {std::numeric_limits<double>::infinity(), ""},
        {std::nan(""), ""}};
    for (const auto& [number, text] : cases)
        EXPECT_EQ(numberText(number), text);
}

class JqProgramTest : public testing::Test {
  protected:
    std::vector<std::string> run(
        const std::string& program, std::string_view record, std::string_view values = "[]"
    ) {
        const JqProgram compiled(program, {"one", "two"}, 10);
        return run(compiled, record, values);
    }
    std::vector<std::string> run(
        const JqProgram& program, std::string_view record, std::string_view values = "[]"
    ) {
        std::vector<std::string> texts;
        for (const Jv& output : program.run(
                 sdk::Call(host_.abi(), services_), *parseExactly(record), *parseExactly(values)
             ))
            texts.push_back(textOf(output));
        return texts;
    }
    static std::string refusal(const std::string& program) {
        try {
            const JqProgram compiled(program, {"one"}, 10);
        } catch (const sdk::Error& error) {
            return error.what();
        }
        return "(none)";
    }

    sdk::test::FakeCall host_;
    sdk::Services services_;
};

TEST_F(JqProgramTest, SeesTheRecordAndTheValues) {
    EXPECT_THAT(
        run(".a, $one, $two", R"({"a":7})", R"(["x",null])"), ElementsAre("7", "\"x\"", "null")
    );
    EXPECT_THAT(run("empty", "{}"), IsEmpty());
    EXPECT_THAT(run("def f: .a; [f, f]", R"({"a":1})"), ElementsAre("[1,1]"));
    EXPECT_THAT(run(". as $x | 1, 2\n# end", "{}"), ElementsAre("1", "2"));
}

TEST_F(JqProgramTest, SeesNothingOfTheProcess) {
    ::setenv("FERRY_JQ_TEST_SECRET", "secret", 1);
    EXPECT_THAT(
        run("env, $ENV, env.FERRY_JQ_TEST_SECRET, $ENV.PATH", "{}"),
        ElementsAre("{}", "{}", "null", "null")
    );
    EXPECT_THAT(run("[env, $ENV] | map(keys | length) | add", "{}"), ElementsAre("0"));
}

TEST_F(JqProgramTest, RunsAgainAndAgain) {
    const JqProgram program(".a | if . == 2 then error(\"two\") else . end", {}, 1);
    for (int i = 0; i < 3; ++i) {
        EXPECT_THAT(run(program, R"({"a":1})"), ElementsAre("1"));
        EXPECT_THROW(run(program, R"({"a":2})"), sdk::Error);
    }
}

TEST_F(JqProgramTest, ItsErrorsAreTold) {
    const auto told = [this](const std::string& program) -> std::string {
        try {
            run(program, "{}");
        } catch (const sdk::Error& error) {
            return error.what();
        }
        return "(none)";
    };
    EXPECT_EQ(told("1, error(\"no order\")"), "jq: no order");
    EXPECT_EQ(told("error({a: 1})"), "jq: {\"a\":1}");
    EXPECT_THAT(told("{} + 1"), HasSubstr("jq: object ({}) and number (1) cannot be added"));
    EXPECT_EQ(told("range(101)"), "jq: more than 100 outputs");
    EXPECT_EQ(told("range(100)"), "(none)");
    EXPECT_EQ(told("range(1e12)"), "jq: more than 100 outputs");
}

TEST_F(JqProgramTest, SaysTheLineOfAMistake) {
    EXPECT_EQ(refusal(".a\n| b"), "line 11: jq: b/0 is not defined");
    EXPECT_EQ(refusal("$two"), "line 10: jq: $two is not defined");
    EXPECT_THAT(refusal("(\n\n1"), HasSubstr(": jq: syntax error, unexpected $end"));
    EXPECT_THAT(refusal("1)"), HasSubstr("line 10: jq: syntax error"));
    EXPECT_THAT(refusal("import \"x\" as x; 1"), HasSubstr("line 10: jq: syntax error"));
    EXPECT_THAT(refusal(""), HasSubstr("line 10: jq: syntax error"));
    EXPECT_EQ(refusal("$one"), "(none)");
}

class ToldReader : public testing::Test {
  protected:
    std::variant<Told, std::string> read(std::string_view json) {
        output_ = *parseExactly(json);
        return readTold(output_, scratch_);
    }
    std::string problem(std::string_view json) {
        const auto told = read(json);
        const auto* text = std::get_if<std::string>(&told);
        return text == nullptr ? "(none)" : *text;
    }
    /// With `member` beside what has to be there.
    std::string problemWith(const std::string& member) {
        return problem(R"({"event":"created","id":"1",)" + member + "}");
    }

    Jv output_;
    Scratch scratch_;
};

TEST_F(ToldReader, TakesEveryMember) {
    const auto told =
        read(R"({"event":"moved","id":7,"type":"file","name":"n","path":"/p","previous_path":"/q",)"
             R"("revision":3,"content_hash":"h","size":"12","created":"2026-01-02T03:04:05Z",)"
             R"("modified":1767323045,"modified_by":"who","occurred":null,)"
             R"("properties":{"t":"x","n":5.1,"b":true,"z":null}})");
    ASSERT_TRUE(std::holds_alternative<Told>(told)) << std::get<std::string>(told);
    const Told& event = std::get<Told>(told);
    EXPECT_EQ(event.word, "moved");
    EXPECT_EQ(event.object.object_id, "7");
    EXPECT_EQ(event.object.type, sdk::ObjectType::File);
    EXPECT_EQ(event.object.name, "n");
    EXPECT_EQ(event.object.path, "/p");
    EXPECT_EQ(event.previous_path, "/q");
    EXPECT_EQ(event.object.revision, "3");
    EXPECT_EQ(event.object.content_hash, "h");
    EXPECT_EQ(event.object.size, 12);
    EXPECT_EQ(event.object.created_ms, 1767323045000);
    EXPECT_EQ(event.object.modified_ms, 1767323045000);
    EXPECT_EQ(event.object.modified_by, "who");
    EXPECT_FALSE(event.occurred_ms);
    const Jv properties(jv_dump_string(parseExactly(event.properties)->release(), JV_PRINT_SORTED));
    EXPECT_EQ(properties.view(), R"({"b":true,"n":5.1,"t":"x"})");
}

TEST_F(ToldReader, SaysWhichMemberIsWrong) {
    EXPECT_EQ(problem("7"), "it is a number in place of an object");
    EXPECT_EQ(problem("[]"), "it is a list in place of an object");
    EXPECT_EQ(problem("{}"), "'event' is missing");
    EXPECT_EQ(problem(R"({"event":"created"})"), "'id' is missing");
    EXPECT_EQ(problem(R"({"event":"created","id":""})"), "'id' is missing");
    EXPECT_THAT(
        problem(R"({"event":"made","id":1})"), HasSubstr("'event' is \"made\"; it is created")
    );
    EXPECT_EQ(problem(R"({"event":true,"id":1})"), "'event' is a truth value in place of a text");
    EXPECT_THAT(problemWith(R"("nme":1)"), HasSubstr("'nme' is no member of an event"));
    EXPECT_EQ(problemWith(R"("name":{})"), "'name' is an object in place of a text");
    EXPECT_EQ(problemWith(R"("name":"a\u0000b")"), "'name' has a NUL in it");
    EXPECT_EQ(problemWith(R"("size":1.5)"), "'size' is no number of bytes");
    EXPECT_EQ(problemWith(R"("size":"-1")"), "'size' is no number of bytes");
    EXPECT_EQ(problemWith(R"("created":"soon")"), "'created' is no time");
    EXPECT_EQ(problemWith(R"("properties":[])"), "'properties' is a list in place of an object");
    EXPECT_EQ(
        problemWith(R"("properties":{"a":{}})"), "'properties.a' is an object in place of a text"
    );
    EXPECT_EQ(
        problemWith(R"("revision":")" + std::string(1025, 'x') + '"'),
        "'revision' is longer than 1024 bytes"
    );
    EXPECT_EQ(
        problemWith(R"("path":")" + std::string(32'769, 'x') + '"'),
        "'path' is longer than 32768 bytes"
    );
    std::string many = R"("properties":{"a":0)";
    for (int i = 0; i < 10; ++i)
        many += ",\"p" + std::to_string(i) + "\":\"" + std::string(8'000, 'x') + '"';
    EXPECT_EQ(problemWith(many + "}"), "'properties' is longer than 65536 bytes");
}

}  // namespace
}  // namespace ferry::declarative
