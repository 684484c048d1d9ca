// Goal: what `ferry init` writes is a good configuration with the default values, and its example
// becomes a good instance once the '#' are taken away. Method: the texts are read back.

#include "config/hub_config.h"

#include "config/default_config.h"
#include "config/instance_file.h"
#include "instance_apply_fixture.h"

#include <sstream>

namespace ferry::app::test {
namespace {

namespace fs = std::filesystem;

/// The text with one '#' taken from every line that begins with it.
std::string uncommented(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::string out;
    for (std::string line; std::getline(in, line);)
        out += (line.starts_with("#") ? line.substr(1) : line) + "\n";
    return out;
}

std::string printed(const config::Diagnostics& diagnostics) {
    std::string text;
    for (const auto& item : diagnostics.items())
        text += config::describe(item) + "\n";
    return text;
}

TEST(HubConfigOfInit, ReadsWithoutAFindingAndGivesTheDefaults) {
    const TempDir folder;
    std::ofstream(folder.path() / "ferry.yaml") << config::defaultConfigText();
    config::Diagnostics out;

    const auto read = config::readHubConfigFile(folder.path() / "ferry.yaml", {}, out);

    ASSERT_TRUE(read) << printed(out);
    EXPECT_TRUE(out.items().empty()) << printed(out);
    config::HubConfig defaults;
    const auto below = [&](fs::path& path) { path = (folder.path() / path).lexically_normal(); };
    below(defaults.data_dir);
    below(defaults.key_file);
    for (auto* list : {&defaults.plugins, &defaults.connectors, &defaults.instances})
        below(list->front());
    config::HubConfig normal = *read;
    for (auto* path : {&normal.data_dir, &normal.key_file})
        *path = path->lexically_normal();
    for (auto* list : {&normal.plugins, &normal.connectors, &normal.instances})
        list->front() = list->front().lexically_normal();
    EXPECT_TRUE(normal == defaults) << "the comments say that every value is the default";
}

TEST(HubConfigOfInit, TheCommentedExamplesAreGoodToo) {
    const TempDir folder;
    std::string text(config::defaultConfigText());
    // The section's line and those that are indented below it.
    std::size_t at = text.find("#providers:");
    ASSERT_NE(at, std::string::npos);
    while (at < text.size() && text[at] == '#') {
        text.erase(at, 1);
        at = text.find('\n', at) + 1;
    }
    std::ofstream(folder.path() / "ferry.yaml") << text;
    config::Diagnostics out;
    const config::ReferenceOptions form_only{config::ReferenceMode::CheckFormOnly, {}};
    const auto read = config::readHubConfigFile(folder.path() / "ferry.yaml", form_only, out);
    ASSERT_TRUE(read) << printed(out);
    EXPECT_TRUE(out.items().empty()) << printed(out);
    EXPECT_TRUE(read->providers.contains("dropbox"));
}

TEST(HubConfigOfInit, TheExampleInstanceIsGoodBothWays) {
    const TempDir folder;
    const config::ReferenceOptions form_only{config::ReferenceMode::CheckFormOnly, {}};
    const fs::path path = folder.path() / "example.yaml";
    std::ofstream(path) << config::exampleInstanceText();
    config::Diagnostics out;
    EXPECT_TRUE(config::loadInstances({path}, dropboxAlone(), form_only, out).instances.empty());
    EXPECT_TRUE(out.items().empty()) << printed(out);

    // As the file says: take the '#' in front of the lines away, and do nothing else.
    std::ofstream(path) << uncommented(config::exampleInstanceText());
    const config::InstanceLoad load = config::loadInstances({path}, dropboxAlone(), form_only, out);
    EXPECT_TRUE(out.items().empty()) << printed(out);
    ASSERT_EQ(load.instances.size(), 1U);
    EXPECT_EQ(load.instances[0].name, "marketing");
}

}  // namespace
}  // namespace ferry::app::test
