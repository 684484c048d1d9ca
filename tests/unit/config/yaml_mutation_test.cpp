// Goal: no text, however broken, makes the checks crash, hang or leave a false "good". Method:
// seeded mutations of valid files through the whole of lint; the sanitizers watch. FERRY_SEED
// repeats a run.

#include "config/default_config.h"
#include "config/hub_config.h"
#include "config/instance_file.h"
#include "config/lint.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iterator>
#include <random>

namespace ferry::config {
namespace {

constexpr int kMutations = 2000;

std::string mutated(std::string text, std::mt19937_64& random) {
    constexpr std::string_view kSpice = ":-[]{}'\"#&*!|>%@`?,\n\t \r\\~<$\xC3\xFF";
    const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
    const std::size_t edits = 1 + below(4);
    for (std::size_t edit = 0; edit < edits; ++edit) {
        const std::size_t at = below(text.size());
        const std::size_t length = std::min<std::size_t>(below(40), text.size() - at);
        switch (below(6)) {
            case 0:
                text[at] = kSpice[below(kSpice.size())];
                break;
            case 1:
                text.insert(at, 1, kSpice[below(kSpice.size())]);
                break;
            case 2:
                text.erase(at, length);
                break;
            case 3:
                text.insert(below(text.size()), text.substr(at, length));
                break;
            case 4:
                text[at] = static_cast<char>(random());
                break;
            default:
                text.resize(at + 1);
                break;
        }
        if (text.empty()) text = "x";
    }
    return text;
}

/// Runs all readers over the text; what they say is judged by the sanitizers and these rules.
void check(const std::string& text) {
    YamlDocument parsed;
    Diagnostics faults;
    const bool is_parsed = parseYaml("f.yaml", text, parsed, faults);
    allText(faults);
    ASSERT_TRUE(is_parsed || faults.hasErrors()) << "nothing is said about:\n" << text;
    if (!is_parsed) return;
    recogniseDocument(parsed);
    Diagnostics out[3];
    const bool is_manifest = readManifest(parsed, out[0]).has_value();
    ASSERT_TRUE(is_manifest || out[0].hasErrors() || parsed.root.is_faulty);
    YamlDocument document = parsed;
    const bool is_config = readHubConfig(document, withVariables({}), out[1]).has_value();
    ASSERT_TRUE(is_config || out[1].hasErrors() || parsed.root.is_faulty);
    InstanceLoad load;
    readInstances(parsed, dropboxAlone(), withVariables({}), load, out[2]);
    ASSERT_TRUE(load.rejected.empty() || out[2].hasErrors() || parsed.root.is_faulty);
    for (const Diagnostics& each : out)
        allText(each);
}

TEST(YamlMutation, NeverBreaksTheChecks) {
    const char* given = std::getenv("FERRY_SEED");
    const std::uint64_t seed =
        given == nullptr ? std::random_device{}() : std::strtoull(given, nullptr, 10);
    SCOPED_TRACE("FERRY_SEED=" + std::to_string(seed));
    std::cout << "FERRY_SEED=" << seed << '\n';
    std::mt19937_64 random(seed);
    const Result<std::string> connector =
        readFileBounded(sourceFolder() / "plugins/dropbox/connector.yaml", kFileBytesMax);
    ASSERT_TRUE(connector);
    const Result<std::string> without_code =
        readFileBounded(sourceFolder() / "connectors/hubspot.yaml", kFileBytesMax);
    ASSERT_TRUE(without_code);
    const std::string sources[] = {
        *connector,
        *without_code,
        std::string(defaultConfigText()),
        "instances:\n  - name: a\n    key: dropbox\n    tags: [x, \"y\"]\n    configuration: &c\n"
        "      oauth.callback.url: https://h/cb\n      oauth.api.key: 'k'\n"
        "      oauth.api.secret: ${env:X}\n      event.move.window: 5s\n"
        "  - {name: b, key: dropbox, configuration: *c}\n"
        "  - name: c\n    key: dropbox\n    configuration:\n      <<: *c\n      dropbox.path: |\n"
        "        /x\n",
    };
    for (int round = 0; round < kMutations; ++round) {
        check(mutated(sources[static_cast<std::size_t>(round) % std::size(sources)], random));
        if (testing::Test::HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace ferry::config
