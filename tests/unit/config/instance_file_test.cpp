// Goal: instance files give exactly the declared instances, and each mistake one finding at its
// line, without ever showing a secret. Method: texts read from memory against the shipped Dropbox
// connector, with one thing changed at a time; folders for what needs several files.

#include "config/instance_file.h"

#include "unit/config/config_test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::config {
namespace {

constexpr const char* kGood = R"(instances:
  - name: marketing
    key: dropbox
    tags: [tenant-7, "eu"]
    configuration:
      authentication.type: oauth2
      oauth.callback.url: https://hub.example.com/oauth/callback
      oauth.api.key: ${env:APP_KEY}
      oauth.api.secret: ${env:APP_SECRET}
      event.notification.enabled: true
      event.notification.callback.url: https://app.example.com/events
)";

ReferenceOptions variables() {
    return withVariables({{"APP_KEY", "app-key"}, {"APP_SECRET", "hunter2"}, {"EMPTY", ""}});
}

std::string changed(const std::string& from, const std::string& to) {
    std::string text = kGood;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(InstanceFile, ReadsAnInstance) {
    Diagnostics out;

    const InstanceLoad load = readText(kGood, variables(), out);

    ASSERT_EQ(load.instances.size(), 1U) << printed(out);
    EXPECT_TRUE(out.items().empty()) << printed(out);
    const InstanceDefinition& instance = load.instances[0];
    EXPECT_EQ(instance.name, "marketing");
    EXPECT_EQ(instance.key, "dropbox");
    EXPECT_EQ(instance.tags, (std::vector<std::string>{"tenant-7", "eu"}));
    EXPECT_EQ(instance.configuration.at("oauth.api.secret"), "hunter2");
    EXPECT_EQ(instance.configuration.at("event.notification.enabled"), "true");
    EXPECT_EQ(instance.source(), "instances.yaml:2");
}

TEST(InstanceFile, ReadsTheVendorsFlatForm) {
    const char* texts[] = {
        "instances:\n  - key: dropbox\n    code: grant-7\n    name: flat\n    tags: one\n"
        "    oauth.callback.url: https://h/cb\n    oauth.api.key: k\n    oauth.api.secret: s\n"
        "    event.notification.enabled: \"false\"\n",
        "key: dropbox\ncode: grant-7\nname: flat\ntags: one\noauth.callback.url: https://h/cb\n"
        "oauth.api.key: k\noauth.api.secret: s\nevent.notification.enabled: 'false'\n",
        R"({"key": "dropbox", "code": "grant-7", "name": "flat", "tags": ["one"], "configuration":
            {"oauth.callback.url": "https://h/cb", "oauth.api.key": "k", "oauth.api.secret": "s",
             "event.notification.enabled": false}})",
    };
    for (const char* text : texts) {
        Diagnostics out;

        const InstanceLoad load = readText(text, variables(), out);

        ASSERT_EQ(load.instances.size(), 1U) << printed(out);
        EXPECT_EQ(load.instances[0].code.reveal(), "grant-7");
        EXPECT_EQ(load.instances[0].name, "flat");
        EXPECT_EQ(load.instances[0].tags, std::vector<std::string>{"one"});
        EXPECT_EQ(load.instances[0].configuration.at("event.notification.enabled"), "false");
        EXPECT_EQ(load.instances[0].configuration.count("code"), 0U);
    }
}

TEST(InstanceFile, SharesValuesThroughAnchors) {
    const std::string text = R"(x-common: &common
  oauth.callback.url: https://h/cb
  oauth.api.key: k
  oauth.api.secret: ${env:APP_SECRET}
instances:
  - {name: a, key: dropbox, configuration: *common}
  - name: b
    key: dropbox
    configuration:
      <<: *common
      dropbox.path: /B
)";
    Diagnostics out;

    const InstanceLoad load = readText(text, variables(), out);

    ASSERT_EQ(load.instances.size(), 2U) << printed(out);
    EXPECT_EQ(load.instances[1].configuration.at("oauth.api.secret"), "hunter2");
    EXPECT_EQ(load.instances[1].configuration.at("dropbox.path"), "/B");
}

TEST(InstanceFile, KeepsTextThatLooksLikeNumbers) {
    Diagnostics out;

    const InstanceLoad load =
        readText(changed("oauth.api.key: ${env:APP_KEY}", "oauth.api.key: 007"), variables(), out);

    ASSERT_EQ(load.instances.size(), 1U) << printed(out);
    EXPECT_EQ(load.instances[0].configuration.at("oauth.api.key"), "007");
}

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

TEST(InstanceFile, ReportsEveryInstancesFaultsAndKeepsTheGoodOnes) {
    const std::string text = std::string(kGood) +
                             "  - name: two\n    key: dropbx\n"
                             "  - just text\n"
                             "  - name: marketing\n    key: dropbox\n"
                             "    configuration: {oauth.api.key: a, oauth.api.secret: hunter2, "
                             "oauth.callback.url: nowhere, event.baseline: maybe}\n";
    Diagnostics out;

    const InstanceLoad load = readText(text, variables(), out);

    EXPECT_EQ(load.instances.size(), 1U);
    EXPECT_EQ(load.rejected.size(), 3U);
    EXPECT_EQ(out.errorCount(), 5U) << printed(out);
    // Told at once, not only when the other errors of the second one are gone.
    EXPECT_NE(printed(out).find("'marketing' is used twice"), std::string::npos) << printed(out);
    EXPECT_EQ(allText(out).find("hunter2"), std::string::npos) << allText(out);
}

TEST(InstanceFile, TellsTwoOfOneNameWithBothPlaces) {
    Diagnostics out;

    const InstanceLoad load =
        readText(std::string(kGood) + "  - {key: dropbox, name: marketing}\n", variables(), out);

    EXPECT_EQ(load.instances.size(), 1U);
    EXPECT_NE(
        printed(out).find(
            "instances.yaml:12:26: error: the instance name 'marketing' is used twice\n"
            "   12 |   - {              name: marketing\n"
            "      |                          ^^^^^^^^^\n"
            "      = rename one; the other is at instances.yaml:2:11\n"
        ),
        std::string::npos
    ) << printed(out);
}

TEST(InstanceFile, SaysOnceThatAConfigurationHasAnotherShape) {
    for (const char* configuration : {"x", "[a]", "\n      - authentication.type"}) {
        Diagnostics out;

        readText(
            "instances:\n  - name: a\n    key: dropbox\n    configuration: " +
                std::string(configuration) + "\n",
            variables(),
            out
        );

        EXPECT_EQ(out.errorCount(), 1U) << printed(out);
        EXPECT_NE(printed(out).find("'configuration' takes a mapping"), std::string::npos);
    }
}

TEST(InstanceFile, WantsAListOfInstances) {
    for (const char* text :
         {"instances:\n  name: x\n  key: dropbox\n",
          "instances: x\n",
          "instances: ${env:APP_KEY}\n",
          "instances: [x]\n",
          "instances:\n  - name:x\n"}) {
        Diagnostics out;

        const InstanceLoad load = readText(text, variables(), out);

        EXPECT_EQ(out.errorCount(), 1U) << text << printed(out);
        EXPECT_TRUE(load.instances.empty());
    }
}

TEST(InstanceFile, AcceptsNoInstances) {
    Diagnostics out;

    EXPECT_TRUE(readText("instances: []\n", variables(), out).instances.empty());
    EXPECT_FALSE(out.hasErrors()) << printed(out);

    // As far as anybody can tell it was cut off.
    const InstanceLoad cut = readText("instances:\n", variables(), out);
    EXPECT_FALSE(out.hasErrors()) << printed(out);
    EXPECT_EQ(cut.empty_files.size(), 1U);
}

TEST(InstanceFile, LimitsTheLengthOfNames) {
    for (const std::size_t length : {kInstanceNameBytesMax, kInstanceNameBytesMax + 1}) {
        Diagnostics out;

        const InstanceLoad load =
            readText(changed("marketing", std::string(length, 'n')), variables(), out);

        EXPECT_EQ(load.instances.size(), length == kInstanceNameBytesMax ? 1U : 0U);
    }
}

TEST(InstanceFiles, ReadFoldersInOrderAndRefuseARepeatedName) {
    const TempFolder folder;
    folder.write("in/b.yaml", kGood);
    folder.write("in/a.yml", changed("marketing", "sales"));
    folder.write("in/.hidden.yaml", "nonsense");
    folder.write("in/notes.txt", "nonsense");
    folder.write("broken.yaml", "instances: [\n");
    const auto again = folder.write("again.yaml", kGood);
    Diagnostics out;

    const InstanceLoad load = loadInstances(
        {folder.path() / "in", again, folder.path() / "none", folder.path() / "broken.yaml"},
        dropboxAlone(),
        variables(),
        out
    );

    ASSERT_EQ(load.instances.size(), 2U) << printed(out);
    EXPECT_EQ(load.instances[0].name, "sales");
    EXPECT_EQ(load.instances[1].file, (folder.path() / "in/b.yaml").string());
    ASSERT_EQ(load.rejected.size(), 1U);
    EXPECT_EQ(load.rejected[0].file, again.string());
    EXPECT_EQ(load.unreadable_files.size(), 1U);
    EXPECT_EQ(out.errorCount(), 3U) << printed(out);
    EXPECT_NE(printed(out).find("b.yaml:2"), std::string::npos) << printed(out);
}

TEST(InstanceFiles, WarnOfFilesThatArePassedOver) {
    const TempFolder folder;
    folder.write("in/a.yaml", kGood);
    for (const char* name : {"in/b.YAML", "in/c.yaml.txt", "in/d.yml~"})
        folder.write(name, kGood);
    for (const char* name : {"in/README.md", "in/.e.yaml.swp", "in/f.pem"})
        folder.write(name, "nonsense");
    Diagnostics out;

    const InstanceLoad load =
        loadInstances({folder.path() / "in"}, dropboxAlone(), variables(), out);

    EXPECT_EQ(load.instances.size(), 1U);
    EXPECT_EQ(out.errorCount(), 0U) << printed(out);
    std::vector<std::string> passed_over;
    for (const Diagnostic& item : out.items())
        passed_over.push_back(std::filesystem::path(item.file).filename().string());
    EXPECT_THAT(passed_over, testing::UnorderedElementsAre("b.YAML", "c.yaml.txt", "d.yml~"));
}

TEST(References, ReadFilesBesideTheDocument) {
    const TempFolder folder;
    folder.write("secrets/app", "hunter2\n");
    folder.write("secrets/windows", "hunter2\r\n");
    folder.write("secrets/lines", "one\ntwo\n\n");
    folder.write("secrets/big", std::string(kReferencedFileBytesMax + 1, 'x'));
    folder.write("secrets/binary", std::string("a\0b", 3));
    const std::pair<const char*, const char*> cases[] = {
        {"secrets/app", "hunter2"},
        {"secrets/windows", "hunter2"},
        {"secrets/lines", "one\ntwo\n"},
        {"secrets/big", nullptr},
        {"secrets/binary", nullptr},
        {"secrets", nullptr},
        {"/dev/zero", nullptr},
    };
    for (const auto& [name, want] : cases) {
        const auto path = folder.write(
            "i.yaml", changed("${env:APP_SECRET}", "${file:" + std::string(name) + "}")
        );
        Diagnostics out;

        const InstanceLoad load = loadInstances({path}, dropboxAlone(), variables(), out);

        ASSERT_EQ(load.instances.size(), want == nullptr ? 0U : 1U) << name << printed(out);
        if (want == nullptr) {
            EXPECT_EQ(out.errorCount(), 1U) << printed(out);
        } else {
            EXPECT_EQ(load.instances[0].configuration.at("oauth.api.secret"), want) << name;
        }
    }
}

TEST(References, AreNeverReadAsYamlAndNeverShown) {
    ReferenceOptions options =
        withVariables({{"APP_KEY", "x\noauth.api.secret: y: @"}, {"APP_SECRET", "hunter2"}});
    Diagnostics good;
    Diagnostics bad;

    const InstanceLoad load = readText(kGood, options, good);
    readText(changed("https://app.example.com/events", "${env:APP_SECRET}"), options, bad);

    ASSERT_EQ(load.instances.size(), 1U) << printed(good);
    EXPECT_EQ(load.instances[0].configuration.at("oauth.api.key"), "x\noauth.api.secret: y: @");
    EXPECT_EQ(bad.errorCount(), 1U) << printed(bad);
    EXPECT_EQ(allText(bad).find("hunter2"), std::string::npos) << allText(bad);
}

TEST(References, AreOnlyCheckedForTheirFormOnAnotherMachine) {
    ReferenceOptions options = withVariables({});
    options.mode = ReferenceMode::CheckFormOnly;
    Diagnostics good;
    Diagnostics bad;

    readText(kGood, options, good);
    readText(changed("${env:APP_KEY}", "${env:}"), options, bad);

    EXPECT_FALSE(good.hasErrors()) << printed(good);
    EXPECT_EQ(bad.errorCount(), 1U) << printed(bad);
}

}  // namespace
}  // namespace ferry::config
