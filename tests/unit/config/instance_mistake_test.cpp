// Goal: each mistake in an instance file gives one finding at its line, without ever showing a
// secret. Method: a good file with one thing changed at a time.

#include "instance_file_fixture.h"

#include <ostream>

namespace ferry::config {
namespace {

struct Mistake {
    const char* name;
    const char* from;
    const char* to;
    std::uint32_t line;
    std::uint32_t column;
    const char* finding;  // part of the printed finding
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
    *out << mistake.name;
}

class InstanceMistake : public testing::TestWithParam<Mistake> {};

TEST_P(InstanceMistake, GivesOneFindingAtItsPlace) {
    const Mistake& mistake = GetParam();
    Diagnostics out;

    const InstanceLoad load = readText(changed(mistake.from, mistake.to), variables(), out);

    ASSERT_EQ(out.errorCount(), 1U) << printed(out);
    EXPECT_EQ(out.items()[0].line, mistake.line) << printed(out);
    EXPECT_EQ(out.items()[0].column, mistake.column) << printed(out);
    EXPECT_NE(printed(out).find(mistake.finding), std::string::npos) << printed(out);
    EXPECT_EQ(allText(out).find("hunter2"), std::string::npos) << allText(out);
    EXPECT_TRUE(load.instances.empty());
    EXPECT_EQ(load.rejected.size() + load.unreadable_files.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    InstanceMistake,
    testing::Values(
        Mistake{"NoName", "name: marketing\n    key", "key", 2, 5, "the key 'name' is missing"},
        Mistake{"EmptyName", "name: marketing", "name:", 2, 5, "the name of an instance is empty"},
        Mistake{"NoKey", "    key: dropbox\n", "", 2, 5, "the key 'key' is missing"},
        Mistake{
            "UnknownConnector", "key: dropbox", "key: dropbx", 3, 10, "did you mean 'dropbox'?"},
        Mistake{"OtherConnector", "key: dropbox", "key: box", 3, 10, "loaded are: dropbox"},
        Mistake{"NearKey", "    tags:", "    tag:", 4, 5, "did you mean 'tags'?"},
        Mistake{
            "NearConfiguration",
            "configuration:",
            "configuraton: {}\n    configuration:",
            5,
            5,
            "did you mean 'configuration'?"},
        Mistake{
            "NearParameter",
            "notification.callback",
            "notification.calback",
            11,
            7,
            "did you mean 'event.notification.callback.url'?"},
        Mistake{
            "ListInsteadOfMap",
            "      authentication.type",
            "      - authentication.type",
            7,
            7,
            "remove the '-'"},
        Mistake{
            "NestedKeys",
            "      authentication.type: oauth2",
            "      authentication:\n        type: oauth2",
            6,
            7,
            "write the whole key on one line: 'authentication.type'"},
        Mistake{
            "ListForText",
            "oauth.api.key: ${env:APP_KEY}",
            "oauth.api.key: [a, b]",
            8,
            22,
            "takes a single value, not a list"},
        Mistake{"NotABoolean", "enabled: true", "enabled: yes", 10, 35, "write true"},
        Mistake{
            "NotAUrl",
            "https://app.example.com",
            "app.example.com",
            11,
            40,
            "write for example https://app.example.com/events"},
        Mistake{
            "NotADuration",
            "enabled: true",
            "enabled: true\n      event.move.window: 2",
            11,
            26,
            "add a unit"},
        Mistake{
            "MissingParameter",
            "      oauth.api.key: ${env:APP_KEY}\n",
            "",
            5,
            5,
            "add 'oauth.api.key: ...'"},
        Mistake{
            "SecretAbsent",
            "      oauth.api.secret: ${env:APP_SECRET}\n",
            "",
            5,
            5,
            "add 'oauth.api.secret: ${env:NAME}'"},
        Mistake{
            "SecretEmpty",
            "${env:APP_SECRET}",
            "${env:EMPTY}",
            9,
            25,
            "the environment variable 'EMPTY' is empty"},
        Mistake{
            "KeyWithoutAValue",
            "oauth.api.key: ${env:APP_KEY}",
            "oauth.api.key:",
            8,
            7,
            "write 'oauth.api.key: ...'"},
        Mistake{
            "DeeplyNestedKeys",
            "      oauth.callback.url: https://hub.example.com/oauth/callback",
            "      oauth: {callback: {url: x}}\n      oauth.callback.url: https://h/",
            7,
            7,
            "on one line: 'oauth.callback.url'"},
        Mistake{
            "NameWithAControlCharacter",
            "name: marketing",
            "name: \"x\\e[31m\"",
            2,
            11,
            "holds the control character 0x1b"},
        Mistake{
            "VariableUnset",
            "${env:APP_SECRET}",
            "${env:APP_SECRT}",
            9,
            25,
            "the environment variable 'APP_SECRT' is not set"},
        Mistake{"VariableUnnamed", "${env:APP_SECRET}", "${env:}", 9, 25, "names no variable"},
        Mistake{
            "ShellReference",
            "${env:APP_SECRET}",
            "${APP_SECRET}",
            9,
            25,
            "write ${env:APP_SECRET}"},
        Mistake{"UnknownReference", "${env:APP_SECRET}", "${vault:x}", 9, 25, "no reference"},
        Mistake{
            "ReferenceInText",
            "${env:APP_SECRET}",
            "hunter2${env:APP_SECRET}",
            9,
            25,
            "must be the whole value"},
        Mistake{
            "TwoReferences",
            "${env:APP_SECRET}",
            "${env:APP_KEY}${env:APP_SECRET}",
            9,
            25,
            "must be the whole value"},
        Mistake{"FileUnnamed", "${env:APP_SECRET}", "${file:}", 9, 25, "names no file"},
        Mistake{
            "FileMissing",
            "${env:APP_SECRET}",
            "${file:/nowhere/x}",
            9,
            25,
            "can't read '/nowhere/x'"},
        Mistake{
            "SecretWithDuplicate",
            "oauth.api.secret: ${env:APP_SECRET}",
            "oauth.api.secret: hunter2\n      oauth.api.secret: ${env:APP_SECRET}",
            10,
            7,
            "stands here twice"},
        Mistake{
            "SecretMistyped",
            "oauth.api.secret: ${env:APP_SECRET}",
            "oauth.api.secret: ${env:APP_SECRET}\n      oauth.api.secrt: hunter2",
            10,
            7,
            "did you mean 'oauth.api.secret'?"},
        Mistake{
            "SecretInFlow",
            "configuration:\n",
            "configuration:\n      ? {secret: hunter2}\n",
            6,
            9,
            "a key must be plain text"},
        Mistake{"SecretAsMap", "${env:APP_SECRET}", "{hunter2: x}", 9, 25, "single value"},
        Mistake{
            "FlatTwice",
            "    configuration:",
            "    oauth.api.key: x\n    configuration:",
            9,
            7,
            "stands here twice"},
        Mistake{
            "NameInConfiguration",
            "      authentication.type",
            "      name: x\n      authentication.type",
            6,
            7,
            "belongs beside 'configuration'"},
        Mistake{"TagIsMapping", "[tenant-7, \"eu\"]", "[{a: b}]", 4, 12, "not a single value"},
        Mistake{"TagsIsMapping", "[tenant-7, \"eu\"]", "{a: b}", 4, 11, "takes a list"},
        Mistake{"NameIsList", "name: marketing", "name: [a]", 2, 11, "takes a single value"}
    ),
    [](const auto& test) { return std::string(test.param.name); }
);

}  // namespace
}  // namespace ferry::config
