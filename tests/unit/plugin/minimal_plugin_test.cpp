// Goal: a plugin built outside of the tree against the installed SDK works in this hub. Method: the
// build step before this test left it in build/tests/out_of_tree; it is loaded and used.
#include "plugin/auth_view.h"
#include "plugin/changes_view.h"
#include "plugin/normalize_view.h"
#include "plugin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::plugin::test {
namespace {

TEST(MinimalPlugin, IsLoadedAndFetchesAndNormalizes) {
    RecordingLog log;
    const auto path =
        buildFolder() / "tests/out_of_tree/hub/lib/ferry/plugins/minimal/libminimal.so";
    const auto library = PluginLibrary::load(
        {path, "minimal", "1.0.0", 1}, std::make_shared<HostServices>(), log, realProbe()
    );
    ASSERT_TRUE(library) << library.error().message;
    const auto instance = PluginInstance::create(*library, {"minimal", {}}, aCall());
    ASSERT_TRUE(instance);
    Account account = anAccount();
    account.configuration.emplace_back("minimal.authorization.apikey", "t");

    auto operation =
        ChangesView(*instance).fetch(aCall(), account, TokenSet(), {FetchMode::Continue, "7", 0});
    auto step = operation->advance(aCall());
    const HttpRequest request = std::get<NeedHttp>(step.value()).request;
    EXPECT_EQ(request.url, "https://api.example/changes?after=7");
    EXPECT_EQ(request.headers.at(0).value, "Bearer t");
    const HttpResponse answer{200, TransportError::None, {{"x-cursor", "9"}}, "a.txt\nb.txt\n"};
    step = operation->advance(aCall(), &answer);
    const Page page = std::get<Page>(step.value());
    EXPECT_THAT(page.changes, testing::ElementsAre("a.txt", "b.txt"));
    EXPECT_EQ(page.next_cursor, "9");

    const auto items = NormalizeView(*instance).normalize(aCall(), anAccount(), page.changes);
    ASSERT_TRUE(items);
    EXPECT_EQ(std::get<IndexOp>(items->at(1)).object.name, "b.txt");
}

}  // namespace
}  // namespace ferry::plugin::test
