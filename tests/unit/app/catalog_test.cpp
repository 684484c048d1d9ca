// Goal: one bad plugin never takes a good one along, and a bad new version leaves the old one in
// use. Method: folders made from the built plugins, good and deliberately bad, loaded again and
// again as they change.

#include "app/catalog.h"

#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace ferry::app {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::string readText(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class CatalogTest : public testing::Test {
  protected:
    CatalogTest()
        : log_(
              clock_,
              observe::LogLevel::Info,
              observe::LogFormat::Text,
              [this](std::string_view line) { log_text_.append(line).append("\n"); }
          ) {
        const char* build = std::getenv("FERRY_BUILD_DIR");
        EXPECT_NE(build, nullptr) << "run through ctest, or set FERRY_BUILD_DIR";
        build_ = build == nullptr ? "." : build;
        fs::create_directories(plugins_);
        config_.plugins = {plugins_};
        config_.connectors.clear();
    }

    void addGood() {
        fs::create_directories(plugins_ / "dropbox");
        for (const char* file : {"connector.yaml", "libdropbox.so"})
            copy(build_ / "plugins/dropbox" / file, plugins_ / "dropbox" / file);
    }
    /// A folder with one of the test's bad libraries.
    void addBad(const std::string& folder, const std::string& library) {
        fs::create_directories(plugins_ / folder);
        const std::string manifest = readText(build_ / "plugins/dropbox/connector.yaml");
        write(
            folder + "/connector.yaml",
            replaced(
                replaced(manifest, "key: dropbox", "key: bad"),
                "plugin: libdropbox.so",
                "plugin: bad.so"
            )
        );
        copy(build_ / "tests/plugins/bad" / (library + ".so"), plugins_ / folder / "bad.so");
    }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(plugins_ / name, std::ios::binary) << text;
        stamp(plugins_ / name);
    }
    void copy(const fs::path& from, const fs::path& to) {
        fs::copy_file(from, to, fs::copy_options::overwrite_existing);
        stamp(to);
    }
    void stamp(const fs::path& path) {
        fs::last_write_time(path, fs::file_time_type(std::chrono::seconds(++ticks_)));
    }
    std::string manifestText() const { return readText(plugins_ / "dropbox/connector.yaml"); }
    static std::string replaced(std::string text, const std::string& from, const std::string& to) {
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return at == std::string::npos ? text : text.replace(at, from.size(), to);
    }
    std::vector<std::string> refusedRules() const {
        std::vector<std::string> rules;
        const auto snapshot = catalog_.snapshot();
        for (const RefusedConnector& refused : snapshot->refused)
            rules.push_back(refused.rule);
        return rules;
    }
    /// Loads; the good plugin must be there, and the same as `before`.
    void expectKept(const std::shared_ptr<pipeline::Provider>& before, const std::string& what) {
        catalog_.load();
        EXPECT_EQ(catalog_.find("dropbox"), before) << what;
        EXPECT_TRUE(catalog_.snapshot()->manifests.contains("dropbox")) << what;
        ASSERT_THAT(catalog_.snapshot()->refused, SizeIs(1)) << what;
        EXPECT_THAT(catalog_.snapshot()->refused[0].message, HasSubstr("stays in use")) << what;
        EXPECT_THAT(catalog_.snapshot()->refused[0].path, HasSubstr("dropbox")) << what;
    }

    test::TempDir folder_;
    const fs::path plugins_ = folder_.path() / "plugins";
    fs::path build_;
    test::SimClock clock_;
    std::string log_text_;
    observe::Log log_;
    config::HubConfig config_;
    int ticks_ = 0;
    Catalog catalog_{config_, clock_, log_};
};

TEST_F(CatalogTest, LoadsAGoodPlugin) {
    addGood();
    catalog_.load();

    ASSERT_NE(catalog_.find("dropbox"), nullptr);
    EXPECT_EQ(catalog_.find("dropbox")->key(), "dropbox");
    EXPECT_EQ(catalog_.find("box"), nullptr);
    EXPECT_THAT(catalog_.snapshot()->refused, IsEmpty());
}

TEST_F(CatalogTest, BadPluginsStopNoGoodOneAndAreListedWithTheReason) {
    addGood();
    addBad("crashes", "crash");
    addBad("exits", "exit");
    addBad("wrong-abi", "abi_major");
    addBad("no-note", "no_note");
    fs::create_directories(plugins_ / "empty");
    fs::create_directories(plugins_ / "broken");
    write("broken/connector.yaml", "key: [\n");
    fs::create_directories(plugins_ / "no-library");
    write("no-library/connector.yaml", replaced(manifestText(), "key: dropbox", "key: other"));
    fs::create_directories(plugins_ / "zz-second");
    copy(plugins_ / "dropbox/connector.yaml", plugins_ / "zz-second/connector.yaml");
    copy(plugins_ / "dropbox/libdropbox.so", plugins_ / "zz-second/libdropbox.so");

    catalog_.load();

    EXPECT_NE(catalog_.find("dropbox"), nullptr);
    EXPECT_THAT(catalog_.snapshot()->providers, SizeIs(1));
    EXPECT_THAT(
        refusedRules(),
        UnorderedElementsAre(
            "probe-crashed",
            "probe-crashed",
            "abi-major",
            "elf-section-missing",
            "manifest-missing",
            "manifest-invalid",
            "library-missing",
            "key-duplicate"
        )
    );
    const auto snapshot = catalog_.snapshot();
    for (const RefusedConnector& refused : snapshot->refused) {
        EXPECT_THAT(log_text_, HasSubstr(refused.path));
        EXPECT_FALSE(refused.message.empty());
    }
    const std::string told = log_text_;
    catalog_.load();
    EXPECT_EQ(log_text_, told) << "what was refused before is not told again";
}

TEST_F(CatalogTest, APluginThatHangsIsTriedOnceUntilItChanges) {
    addGood();
    addBad("hangs", "hang");
    catalog_.load();
    EXPECT_THAT(refusedRules(), ElementsAre("probe-hung"));

    const auto begin = std::chrono::steady_clock::now();
    catalog_.load();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
    EXPECT_THAT(refusedRules(), ElementsAre("probe-hung"));
    EXPECT_NE(catalog_.find("dropbox"), nullptr);

    copy(build_ / "tests/plugins/bad/crash.so", plugins_ / "hangs/bad.so");
    catalog_.load();
    EXPECT_THAT(refusedRules(), ElementsAre("probe-crashed"));
}

TEST_F(CatalogTest, AStopEndsATrial) {
    addGood();
    addBad("hangs", "hang");
    Catalog stopping(config_, clock_, log_, [] { return true; });

    const auto begin = std::chrono::steady_clock::now();
    stopping.load();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
    EXPECT_FALSE(stopping.snapshot()->refused.empty());
}

TEST_F(CatalogTest, WhatIsUnchangedStaysTheSameObject) {
    addGood();
    catalog_.load();
    const auto before = catalog_.find("dropbox");
    catalog_.load();
    EXPECT_EQ(catalog_.find("dropbox"), before);
}

TEST_F(CatalogTest, ANewPluginIsTakenIntoUseAndAGoneOneIsNot) {
    catalog_.load();
    EXPECT_EQ(catalog_.find("dropbox"), nullptr);
    addGood();
    catalog_.load();
    const auto held = catalog_.find("dropbox");
    ASSERT_NE(held, nullptr);
    fs::remove_all(plugins_ / "dropbox");
    catalog_.load();
    EXPECT_EQ(catalog_.find("dropbox"), nullptr);
    EXPECT_EQ(held->key(), "dropbox") << "who holds it goes on";
}

TEST_F(CatalogTest, WhoServesAKeyKeepsItUntilItsFolderIsGone) {
    addGood();
    catalog_.load();
    const auto served = catalog_.find("dropbox");
    // Its folder comes first, and at a start it would be the one.
    fs::create_directories(plugins_ / "a-newcomer");
    for (const char* file : {"connector.yaml", "libdropbox.so"})
        copy(build_ / "plugins/dropbox" / file, plugins_ / "a-newcomer" / file);

    for (int reload = 0; reload < 2; ++reload) {
        catalog_.load();
        EXPECT_EQ(catalog_.find("dropbox"), served);
        ASSERT_THAT(refusedRules(), ElementsAre("key-duplicate"));
        const RefusedConnector& refused = catalog_.snapshot()->refused[0];
        EXPECT_THAT(refused.path, HasSubstr("a-newcomer"));
        EXPECT_THAT(refused.message, HasSubstr("dropbox/connector.yaml; remove one of the two"));
        EXPECT_THAT(refused.message, HasSubstr("after a restart this one would serve it"));
    }

    const std::string manifest = manifestText();
    write("dropbox/connector.yaml", "key: [\n");
    catalog_.load();
    EXPECT_EQ(catalog_.find("dropbox"), served) << "a bad new version is no reason either";
    write("dropbox/connector.yaml", manifest);
    catalog_.load();

    fs::remove_all(plugins_ / "dropbox");
    catalog_.load();
    ASSERT_NE(catalog_.find("dropbox"), nullptr);
    EXPECT_THAT(catalog_.snapshot()->manifests.at("dropbox").source, HasSubstr("a-newcomer"));
    EXPECT_THAT(catalog_.snapshot()->refused, IsEmpty());
}

TEST_F(CatalogTest, AChangedPluginIsLoadedBesideTheOldOne) {
    addGood();
    catalog_.load();
    const auto before = catalog_.find("dropbox");
    copy(build_ / "plugins/dropbox/libdropbox.so", plugins_ / "dropbox/libdropbox.so");
    write("dropbox/connector.yaml", replaced(manifestText(), "name: Dropbox", "name: Dropbox 2"));

    catalog_.load();

    EXPECT_NE(catalog_.find("dropbox"), before);
    EXPECT_EQ(catalog_.snapshot()->manifests.at("dropbox").name, "Dropbox 2");
    EXPECT_EQ(before->key(), "dropbox");
}

TEST_F(CatalogTest, ABadNewVersionLeavesTheOldOneInUse) {
    addGood();
    catalog_.load();
    const auto before = catalog_.find("dropbox");
    ASSERT_NE(before, nullptr);
    const std::string manifest = manifestText();

    write("dropbox/connector.yaml", replaced(manifest, "version: 1.0.0", "version: 9.0.0"));
    expectKept(before, "a version that the library does not have");
    write("dropbox/connector.yaml", "key: [\n");
    expectKept(before, "a manifest that can't be read");
    write("dropbox/connector.yaml", "key: dropbox\n");
    expectKept(before, "a manifest without most of it");
    write("dropbox/connector.yaml", replaced(manifest, "libdropbox.so", "libnowhere.so"));
    expectKept(before, "a library that is not there");
    fs::remove(plugins_ / "dropbox/connector.yaml");
    expectKept(before, "no manifest");
    write("dropbox/connector.yaml", manifest);
    write("dropbox/libdropbox.so", "half of an upload");
    expectKept(before, "a library that is none");
    copy(build_ / "tests/plugins/bad/crash.so", plugins_ / "dropbox/libdropbox.so");
    expectKept(before, "a library of another plugin");

    copy(build_ / "plugins/dropbox/libdropbox.so", plugins_ / "dropbox/libdropbox.so");
    catalog_.load();
    EXPECT_THAT(catalog_.snapshot()->refused, IsEmpty());
    EXPECT_NE(catalog_.find("dropbox"), nullptr);
}

TEST_F(CatalogTest, AFolderThatIsNotThereIsSaid) {
    config_.plugins = {folder_.path() / "nowhere"};
    Catalog catalog(config_, clock_, log_);
    catalog.load();
    ASSERT_THAT(catalog.snapshot()->refused, SizeIs(1));
    EXPECT_THAT(catalog.snapshot()->refused[0].message, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace ferry::app
