// Goal: each way in which a plugin file can be bad is refused under its own rule and leaves the hub
// running. Method: a table of deliberately bad plugins, with and without the trial process.
#include "plugin/plugin_library.h"

#include "plugin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace ferry::plugin::test {
namespace {

namespace fs = std::filesystem;

struct Case {
    const char* file;
    const char* rule;
    bool needs_trial = false;  ///< without it, the bad plugin would take the test along
};

constexpr Case kCases[] = {
    {"no_note", "elf-section-missing"},
    {"note_magic", "elf-note-malformed"},
    {"note_size", "elf-note-malformed"},
    {"note_size_short", "elf-note-malformed"},
    {"note_id_empty", "elf-note-malformed"},
    {"abi_major", "abi-major"},
    {"abi_minor", "abi-minor"},
    {"id", "id-mismatch"},
    {"version", "version-mismatch"},
    {"no_entry", "entry-missing"},
    {"entry_null", "entry-refused"},
    {"undefined", "load-failed"},
    {"foreign", "entry-foreign"},
    {"module_short", "module-malformed"},
    {"module_no_create", "module-malformed"},
    {"module_half", "module-malformed"},
    {"module_id", "module-mismatch"},
    {"module_major", "module-mismatch"},
    {"crash", "probe-crashed", true},
    {"crash_at_load", "probe-crashed", true},
    {"exit", "probe-crashed", true},
    {"nowhere", "library-missing"},
};

LoadRequest requestFor(const char* file) {
    return {testPlugins() / "bad" / (std::string(file) + ".so"), "bad", "1.0.0", 1};
}

Loaded<std::shared_ptr<PluginLibrary>> load(
    const LoadRequest& request, PluginLog& log, const ProbeOptions& probe
) {
    return PluginLibrary::load(request, std::make_shared<HostServices>(), log, probe);
}

class Refusals : public testing::TestWithParam<Case> {};

TEST_P(Refusals, HaveTheirRuleAndNameTheFile) {
    RecordingLog log;
    for (const bool with_trial : {true, false}) {
        if (!with_trial && GetParam().needs_trial) continue;
        SCOPED_TRACE(with_trial);
        const auto result =
            load(requestFor(GetParam().file), log, with_trial ? realProbe() : ProbeOptions());
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().rule, GetParam().rule) << result.error().message;
        EXPECT_THAT(
            result.error().message, testing::HasSubstr(std::string(GetParam().file) + ".so")
        );
    }
}

INSTANTIATE_TEST_SUITE_P(PluginLibrary, Refusals, testing::ValuesIn(kCases), [](const auto& one) {
    return std::string(one.param.file);
});

TEST(PluginLibrary, HangingEntryIsKilledAndRefused) {
    RecordingLog log;
    ProbeOptions probe = realProbe();
    probe.timeout = std::chrono::milliseconds(300);
    const auto result = load(requestFor("hang"), log, probe);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().rule, "probe-hung");
}

TEST(PluginLibrary, GoodOneLoadsWithAndWithoutTheTrial) {
    RecordingLog log;
    EXPECT_TRUE(load(requestFor("good"), log, realProbe()));
    EXPECT_TRUE(log.lines().empty());

    EXPECT_TRUE(load(requestFor("good"), log, {"/nowhere/ferry-plugin-probe"}));
    ASSERT_EQ(log.lines().size(), 1u);
    EXPECT_EQ(log.lines()[0].level, LogLevel::Warning);
}

TEST(PluginLibrary, ManifestMustNameTheSameAbi) {
    RecordingLog log;
    LoadRequest request = requestFor("good");
    request.abi_major = 2;
    EXPECT_EQ(load(request, log, {}).error().rule, "abi-mismatch");
}

TEST(PluginLibrary, OneThatNeedsALaterMinorLoadsIfTheHubHasIt) {
    RecordingLog log;
    const auto loaded = load(requestFor("needs_minor_one"), log, realProbe());
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ((*loaded)->note().abi_minor, 1u);
}

TEST(PluginLibrary, OtherFilesAreRefusedBeforeAnyCodeRuns) {
    const TempDir folder;
    std::ofstream(folder.path() / "empty.so");
    std::ofstream(folder.path() / "text.so") << std::string(5000, 'x');
    fs::create_directory(folder.path() / "folder.so");
    RecordingLog log;
    LoadRequest request = requestFor("good");
    request.path = folder.path() / "empty.so";
    EXPECT_EQ(load(request, log, {}).error().rule, "elf-malformed");
    request.path = folder.path() / "text.so";
    EXPECT_EQ(load(request, log, {}).error().rule, "elf-malformed");
    request.path = folder.path() / "folder.so";
    EXPECT_EQ(load(request, log, {}).error().rule, "library-unreadable");
}

TEST(PluginLibrary, NewVersionAtTheSamePathLoadsBesideTheOldOne) {
    const TempDir folder;
    RecordingLog log;
    LoadRequest request = requestFor("good");
    request.path = folder.path() / "p.so";
    fs::copy_file(testPlugins() / "bad/good.so", request.path);
    const auto old = load(request, log, {});
    ASSERT_TRUE(old);

    // Written over in place, as cp does: the loaded code must not change under the hub.
    fs::copy_file(
        testPlugins() / "rogue/librogue.so", request.path, fs::copy_options::overwrite_existing
    );
    request.id = "rogue";
    const auto fresh = load(request, log, {});

    ASSERT_TRUE(fresh) << fresh.error().message;
    EXPECT_EQ((*old)->note().id, "bad");
    EXPECT_NE(&(*old)->module(), &(*fresh)->module());
    EXPECT_TRUE(PluginInstance::create(*old, {"c", {}}, aCall()));
    EXPECT_TRUE(PluginInstance::create(*fresh, {"c", {}}, aCall()));
}

}  // namespace
}  // namespace ferry::plugin::test
