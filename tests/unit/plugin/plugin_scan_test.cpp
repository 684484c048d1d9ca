// Goal: plugin folders are found one level deep, and each problem has its rule. Method: folders are
// laid out in a temporary place.
#include "plugin/plugin_scan.h"

#include "plugin_fixture.h"

#include <gtest/gtest.h>

#include <fstream>

namespace ferry::plugin::test {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "x";
}

TEST(PluginScan, FindsFoldersOneLevelDeepInOrder) {
    const TempDir root;
    put(root.path() / "b/connector.yaml");
    put(root.path() / "b/libb.so");
    put(root.path() / "a/connector.yaml");
    put(root.path() / "a/deep/connector.yaml");
    put(root.path() / ".hidden/connector.yaml");
    put(root.path() / "README");

    const ScanResult result = scanConnectors({root.path()}, {});

    EXPECT_TRUE(result.problems.empty());
    ASSERT_EQ(result.plugins.size(), 2u);
    EXPECT_EQ(result.plugins[0].manifest, root.path() / "a/connector.yaml");
    EXPECT_TRUE(result.plugins[0].libraries.empty());
    ASSERT_EQ(result.plugins[1].libraries.size(), 1u);
    EXPECT_EQ(result.plugins[1].libraries[0], root.path() / "b/libb.so");
}

TEST(PluginScan, NamesFoldersWithoutManifestAndUnreadableRoots) {
    const TempDir root;
    put(root.path() / "half/libother.so");
    put(root.path() / "good/connector.yaml");

    const ScanResult result = scanConnectors({root.path() / "nowhere", root.path()}, {});

    ASSERT_EQ(result.problems.size(), 2u);
    EXPECT_EQ(result.problems[0].refusal.rule, "folder-unreadable");
    EXPECT_EQ(result.problems[1].refusal.rule, "manifest-missing");
    EXPECT_EQ(result.problems[1].path, root.path() / "half");
    EXPECT_EQ(result.plugins.size(), 1u);
}

TEST(PluginScan, NamesPartsOfPluginsThatHaveNoFolder) {
    const TempDir root;
    put(root.path() / "libstray.so");
    put(root.path() / "connector.yaml");
    put(root.path() / "notes.txt");
    fs::create_directories(root.path() / "odd/connector.yaml");

    const ScanResult result = scanConnectors({root.path()}, {});

    ASSERT_EQ(result.problems.size(), 3u);
    for (const std::size_t at : {0u, 1u})
        EXPECT_EQ(result.problems[at].refusal.rule, "folder-missing");
    EXPECT_EQ(result.problems[0].path, root.path() / "connector.yaml");
    EXPECT_EQ(result.problems[1].path, root.path() / "libstray.so");
    EXPECT_EQ(result.problems[2].refusal.rule, "manifest-missing");
    EXPECT_NE(result.problems[2].refusal.message.find("is a folder"), std::string::npos);
}

TEST(PluginScan, LibraryIsOnlyAFileBesideTheManifest) {
    const TempDir root;
    put(root.path() / "p/connector.yaml");
    put(root.path() / "p/libp.so");
    put(root.path() / "libother.so");
    const ScanResult result = scanConnectors({root.path()}, {});
    ASSERT_EQ(result.plugins.size(), 1u);
    const PluginFolder& folder = result.plugins[0];

    EXPECT_EQ(result.library(folder, "libp.so").value(), root.path() / "p/libp.so");
    EXPECT_EQ(result.library(folder, "libq.so").error().rule, "library-missing");
    for (const char* name : {"../libother.so", "/lib/libc.so.6", "", ".", "..", "p/"})
        EXPECT_EQ(result.library(folder, name).error().rule, "library-outside") << name;
}

TEST(PluginScan, FindsConnectorFilesAndTheLibrariesTheyShare) {
    const TempDir root;
    put(root.path() / "plugins/engine/libengine.so");
    put(root.path() / "connectors/a.yaml");
    put(root.path() / "connectors/.b.yaml");
    put(root.path() / "connectors/README.md");
    put(root.path() / "connectors/c.yml");
    put(root.path() / "connectors/a/samples/push.json");

    const ScanResult result = scanConnectors(
        {root.path() / "plugins"}, {root.path() / "nowhere", root.path() / "connectors"}
    );

    ASSERT_EQ(result.problems.size(), 1u);
    EXPECT_EQ(result.problems[0].refusal.rule, "connector-name");
    EXPECT_EQ(result.problems[0].path, root.path() / "connectors/c.yml");
    ASSERT_EQ(result.plugins.size(), 1u);
    const PluginFolder& connector = result.plugins[0];
    EXPECT_EQ(connector.manifest, root.path() / "connectors/a.yaml");
    EXPECT_EQ(
        result.library(connector, "engine").value(), root.path() / "plugins/engine/libengine.so"
    );
    EXPECT_EQ(result.library(connector, "other").error().rule, "library-missing");
    EXPECT_EQ(result.library(connector, "libengine.so").error().rule, "library-missing");
}

}  // namespace
}  // namespace ferry::plugin::test
