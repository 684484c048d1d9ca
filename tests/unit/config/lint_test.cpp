// Goal: files of every kind are recognised and checked together, each once, with the same findings
// in whatever order they are named. Method: files in a temporary folder.

#include "config/lint.h"

#include "config/instance_file.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

TEST(Lint, TellsFilesApartByTheirKeys) {
    const std::pair<const char*, DocumentKind> cases[] = {
        {"public_url: x\n", DocumentKind::HubConfig},
        {"listen: x\ninstances: [a]\n", DocumentKind::HubConfig},
        {"instances: [{name: x}]\n", DocumentKind::Instances},
        {"key: dropbox\nname: x\n", DocumentKind::Instances},
        {"key: dropbox\nplugin: x\n", DocumentKind::Connector},
        {"api: {}\n", DocumentKind::HubConfig},
        {"hello: world\n", DocumentKind::Unknown},
    };
    for (const auto& [text, kind] : cases) {
        YamlDocument document;
        Diagnostics out;
        parseYaml("x.yaml", text, document, out);

        EXPECT_EQ(recogniseDocument(document), kind) << text;
    }
}

TEST(Lint, ReportsAllFilesInAFixedOrder) {
    const TempFolder folder;
    folder.write("z.yaml", "hello: world\n");
    folder.write("ferry.yaml", "listen: 1\nwrong: 2\nproviders: {dropbox: {base_urls: {x: y}}}\n");
    folder.write("connector.yaml", "plugin: x\n");
    folder.write("b.yaml", "instances: [{name: a, key: dropbx}]\n");
    folder.write("a.yaml", "key: dropbox\nname: a\n");
    const auto text = [&](const std::vector<std::filesystem::path>& paths) {
        return printed(lintFiles(paths, dropboxAlone(), withVariables({})));
    };

    const std::string whole = text({folder.path()});

    EXPECT_EQ(
        whole,
        text(
            {folder.path() / "z.yaml",
             folder.path() / "connector.yaml",
             folder.path() / "b.yaml",
             folder.path() / "a.yaml",
             folder.path() / "ferry.yaml",
             folder.path()}
        )
    );
    for (const char* name : {"a.yaml", "b.yaml", "connector.yaml", "ferry.yaml", "z.yaml"}) {
        EXPECT_NE(whole.find(name), std::string::npos) << whole;
    }
}

TEST(Lint, ShowsWhereAFileOfNoKindBeginsAndWhatMayBeMeant) {
    const TempFolder folder;
    folder.write("a.yaml", "instance:\n  - name: a\n");
    folder.write("b.yaml", "hello: world\n");
    const std::string found =
        printed(lintFiles({folder.path()}, dropboxAlone(), withVariables({})));

    EXPECT_NE(found.find("a.yaml:1:1: error"), std::string::npos) << found;
    EXPECT_NE(found.find("did you mean 'instances'"), std::string::npos) << found;
    EXPECT_NE(found.find("b.yaml:1:1: error"), std::string::npos) << found;
}

TEST(Lint, TellsWhatIsWrongWithAnAliasOnce) {
    const TempFolder folder;
    folder.write("a.yaml", "instances:\n  - &x {name: q, key: dropbx}\n  - *x\n");
    const std::string found =
        printed(lintFiles({folder.path()}, dropboxAlone(), withVariables({})));

    const std::size_t first = found.find("no connector 'dropbx'");
    ASSERT_NE(first, std::string::npos) << found;
    EXPECT_EQ(found.find("no connector 'dropbx'", first + 1), std::string::npos) << found;
}

TEST(Lint, AQueryBehindThePublicUrlAndAReferenceWithoutEndAreTold) {
    const TempFolder folder;
    folder.write("ferry.yaml", "public_url: http://h/x?y\napi:\n  user_secret: ${env:FOO\n");
    const std::string found =
        printed(lintFiles({folder.path()}, dropboxAlone(), withVariables({})));

    EXPECT_NE(found.find("ferry.yaml:1:13: error"), std::string::npos) << found;
    EXPECT_NE(found.find("query or a fragment"), std::string::npos) << found;
    EXPECT_NE(found.find("the reference has no end"), std::string::npos) << found;
}

TEST(Lint, FoldersThatAreNotThereAreToldWhereTheyAreNamed) {
    const TempFolder folder;
    std::filesystem::create_directory(folder.path() / "mine");
    folder.write("a-file", "");
    folder.write(
        "ferry.yaml",
        "plugins: [./mine, ./plug1ns]\nconnectors:\n  - ./a-file\ninstances: [./instanzes]\n"
    );
    const std::string found =
        printed(lintFiles({folder.path() / "ferry.yaml"}, dropboxAlone(), withVariables({})));

    EXPECT_NE(found.find("ferry.yaml:1:19: warning: there is no folder"), std::string::npos)
        << found;
    EXPECT_NE(found.find("plug1ns'"), std::string::npos) << found;
    EXPECT_NE(found.find("ferry.yaml:3:5: warning"), std::string::npos) << found;
    EXPECT_NE(found.find("is not a folder"), std::string::npos) << found;
    EXPECT_NE(found.find("ferry.yaml:4:13: error: there is no file or folder"), std::string::npos)
        << found;
    EXPECT_EQ(found.find("mine'"), std::string::npos) << found;
}

TEST(Lint, WarnsOfValuesThatAreHardlyMeantUnlessTheyAreInQuotes) {
    const TempFolder folder;
    const auto lint = [&](const std::string& value) {
        const auto file = folder.write("ferry.yaml", "api:\n  user_secret: " + value + "\n");
        return allText(lintFiles({file}, dropboxAlone(), withVariables({})));
    };
    EXPECT_NE(lint("$FERRY_USER").find("write ${env:NAME}"), std::string::npos);
    EXPECT_NE(lint("<your secret>").find("was to be filled in"), std::string::npos);
    EXPECT_NE(lint("\u201Cs3cret-s3cret-s3cret\u201D").find("typographic"), std::string::npos);
    EXPECT_NE(lint("$env:SECRET").find("write ${env:NAME}"), std::string::npos);
    for (const char* value : {"$FERRY_USER", "<your secret>", "\u201Cs3cret-s3cret-s3cret\u201D"}) {
        const std::string found = lint(value);
        EXPECT_NE(found.find("ferry.yaml:2:16: warning"), std::string::npos) << found;
        EXPECT_EQ(found.find(value), std::string::npos) << found;
    }
    for (const char* value :
         {"'$FERRY_USER_SECRET'",
          "'<your secret here>'",
          "$lower-case-and-dashes",
          "a$FERRY_USER_SECRET",
          "<half of a placeholder"}) {
        EXPECT_EQ(lint(value).find("ferry.yaml:2:16: warning"), std::string::npos) << value;
    }
}

TEST(Lint, WarnsOfASecretThatACommentCuts) {
    const TempFolder folder;
    const auto text = [&](const std::string& value) {
        folder.write(
            "a.yaml",
            "instances:\n  - {name: a, key: dropbox}\n  - name: b\n    key: dropbox\n"
            "    oauth.api.secret: " +
                value + "\n"
        );
        return printed(lintFiles({folder.path() / "a.yaml"}, dropboxAlone(), withVariables({})));
    };

    const std::string warned = text("tiger #lily");

    EXPECT_NE(warned.find("a.yaml:5:23: warning: ' #' ends the value"), std::string::npos)
        << warned;
    EXPECT_EQ(warned.find("lily"), std::string::npos) << warned;
    for (const char* meant : {"tiger # lily", "tiger ## lily", "'tiger #lily'", "tiger#lily"})
        EXPECT_EQ(text(meant).find("ends the value"), std::string::npos) << meant;
}

TEST(Lint, ReadsAFileThatIsNamedTwiceOnce) {
    const TempFolder folder;
    const auto file = folder.write(
        "i.yaml",
        "instances:\n  - {name: a, key: dropbox, oauth.callback.url: https://h/, "
        "oauth.api.key: k, oauth.api.secret: s}\n"
    );
    const std::vector<std::filesystem::path> paths{
        file, folder.path(), folder.path() / "." / "i.yaml"};

    const Diagnostics linted = lintFiles(paths, dropboxAlone(), withVariables({}));
    Diagnostics loading;
    const InstanceLoad load = loadInstances(paths, dropboxAlone(), withVariables({}), loading);

    EXPECT_TRUE(linted.items().empty()) << printed(linted);
    EXPECT_TRUE(loading.items().empty()) << printed(loading);
    EXPECT_EQ(load.instances.size(), 1U);
}

TEST(Lint, KnowsTheConnectorsAmongItsFiles) {
    const TempFolder folder;
    const auto instances = folder.write(
        "i.yaml",
        "instances:\n  - {name: a, key: dropbox, oauth.callback.url: https://h/, "
        "oauth.api.key: k, oauth.api.secret: s}\n"
    );
    const std::filesystem::path connector = sourceFolder() / "plugins/dropbox/connector.yaml";

    const Diagnostics with = lintFiles({instances, connector}, {}, withVariables({}));
    const Diagnostics without = lintFiles({instances}, {}, withVariables({}));

    EXPECT_FALSE(with.hasErrors()) << printed(with);
    EXPECT_NE(printed(without).find("no connector is loaded"), std::string::npos);
}

TEST(Lint, NamesAnAliasOfTwoConnectors) {
    const TempFolder folder;
    const auto connector = [](const std::string& key, const std::string& aliases) {
        return "key: " + key + "\naliases: " + aliases +
               "\nname: x\nhub: documents\nversion: 1.0.0\nplugin: libx.so\nabi: 1\n"
               "events: {object_types: [file], event_types: [CREATED], methods: [polling]}\n";
    };
    folder.write("a.yaml", connector("acme", "[acmebusiness, 20931]"));
    folder.write("b.yaml", connector("better", "[\"20931\"]"));

    const std::string found =
        printed(lintFiles({folder.path()}, dropboxAlone(), withVariables({})));

    EXPECT_NE(found.find("b.yaml:2:1: error"), std::string::npos) << found;
    EXPECT_NE(
        found.find("the alias '20931' is one of connector 'acme' already, from "), std::string::npos
    ) << found;
    EXPECT_EQ(found.find("a.yaml:2"), std::string::npos) << found;
}

TEST(Lint, PassesOverWhatAPluginIsCheckedWith) {
    const TempFolder folder;
    const auto lint = [&] {
        return lintFiles({folder.path()}, dropboxAlone(), withVariables({})).errorCount();
    };
    folder.write("check.yaml", "requests:\n  - {answer: 200}\n");
    EXPECT_EQ(lint(), 1U) << "a file of that name elsewhere";
    std::filesystem::copy_file(
        sourceFolder() / "plugins/dropbox/connector.yaml", folder.path() / "connector.yaml"
    );
    EXPECT_EQ(lint(), 0U);
}

TEST(Lint, WarnsOfACallbackThatGetsNoEvents) {
    const TempFolder folder;
    const auto lint = [&](const std::string& enabled) {
        const auto file = folder.write(
            "i.yaml",
            "instances:\n  - name: a\n    key: dropbox\n    configuration:\n"
            "      event.notification.callback.url: https://app.example.com/events\n" +
                enabled
        );
        return printed(lintFiles({file}, dropboxAlone(), withVariables({})));
    };
    EXPECT_NE(lint("").find("i.yaml:5:7: warning: no event is sent there"), std::string::npos);
    for (const char* enabled : {"true", "false"}) {
        const std::string line = std::string("      event.notification.enabled: ") + enabled + "\n";
        EXPECT_EQ(lint(line).find("no event is sent there"), std::string::npos) << enabled;
    }
}

TEST(Lint, WarnsOfARedirectToAPageThatTheHubHasNot) {
    const TempFolder folder;
    folder.write("ferry.yaml", "public_url: https://hub.test\n");
    const auto warnings = [&](const std::string& url) {
        folder.write(
            "i.yaml",
            "instances:\n  - {name: a, key: dropbox, oauth.api.key: k, oauth.api.secret: s, "
            "oauth.callback.url: \"" +
                url + "\"}\n"
        );
        const Diagnostics found = lintFiles({folder.path()}, dropboxAlone(), withVariables({}));
        EXPECT_FALSE(found.hasErrors()) << printed(found);
        return printed(found);
    };

    EXPECT_NE(
        warnings("https://hub.test/callback").find("did you mean https://hub.test/oauth/callback?"),
        std::string::npos
    );
    EXPECT_EQ(
        warnings("https://hub.test/oauth/callback").find("oauth/callback?"), std::string::npos
    );
    EXPECT_EQ(warnings("https://app.test/callback").find("oauth/callback?"), std::string::npos);
    EXPECT_NE(
        warnings("http://hub.test/oauth/callback").find("begins with http://"), std::string::npos
    );
    EXPECT_EQ(warnings("http://localhost:9000/back").find("http://,"), std::string::npos);
}

TEST(Lint, WarnsOfACallbackToTheHubItself) {
    const TempFolder folder;
    folder.write("ferry.yaml", "public_url: https://hub.test\n");
    const auto warnings = [&](const std::string& url) {
        folder.write(
            "i.yaml",
            "instances:\n  - {name: a, key: dropbox, event.notification.enabled: false, "
            "event.notification.callback.url: \"" +
                url + "\"}\n"
        );
        return printed(lintFiles({folder.path()}, dropboxAlone(), withVariables({})));
    };

    for (const char* url : {"https://hub.test/elements/api-v2", "https://hub.test/oauth/callback"})
        EXPECT_NE(warnings(url).find("which takes no callbacks"), std::string::npos) << url;
    for (const char* url : {"https://hub.test/mine", "https://hub.test.example/elements/api-v2"})
        EXPECT_EQ(warnings(url).find("which takes no callbacks"), std::string::npos) << url;
}

}  // namespace
}  // namespace ferry::config
