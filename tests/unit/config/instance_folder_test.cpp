// Goal: the files of a folder are read in order, and what they refer to is read and never shown.
// Method: folders with several files.

#include "instance_file_fixture.h"

#include <gmock/gmock.h>

namespace ferry::config {
namespace {

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
