// Goal: what ferry.yaml leaves out, or hardly means, does what its owner would want, or is told.
// Method: short files, read and linted.

#include "config/hub_config.h"
#include "config/lint.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

TEST(HubConfig, IsReachedWhereItListensUnlessToldOtherwise) {
    const auto urlOf = [](const char* text) {
        YamlDocument document;
        Diagnostics out;
        EXPECT_TRUE(parseYaml("ferry.yaml", text, document, out));
        const auto config = readHubConfig(document, withVariables({}), out);
        return config ? config->public_url : printed(out);
    };
    EXPECT_EQ(urlOf("listen: 127.0.0.1:9090\n"), "http://127.0.0.1:9090");
    EXPECT_EQ(urlOf("listen: 0.0.0.0:9090\n"), "http://127.0.0.1:9090");
    EXPECT_EQ(urlOf("listen: '[::1]:9090'\n"), "http://[::1]:9090");
    EXPECT_EQ(urlOf("listen: '[::]:9090'\n"), "http://[::1]:9090");
    EXPECT_EQ(urlOf("listen: 127.0.0.1:0\n"), "http://127.0.0.1:8080") << "not known yet";
    EXPECT_EQ(urlOf("listen: 127.0.0.1:9090\npublic_url: https://a.test\n"), "https://a.test");
}

TEST(HubConfig, AListWithoutAValueIsNotAnEmptyOne) {
    const auto foldersOf = [](const char* text) {
        YamlDocument document;
        Diagnostics out;
        EXPECT_TRUE(parseYaml("ferry.yaml", text, document, out));
        const auto config = readHubConfig(document, withVariables({}), out);
        EXPECT_TRUE(config) << printed(out);
        return config ? config->instances : std::vector<std::filesystem::path>{"none"};
    };
    EXPECT_EQ(foldersOf("instances:\n"), HubConfig().instances);
    EXPECT_TRUE(foldersOf("instances: []\n").empty());
}

TEST(Lint, SaysHowToListenOnAllAddresses) {
    const TempFolder folder;
    folder.write("ferry.yaml", "listen: '*:1'\n");
    const std::string found =
        printed(lintFiles({folder.path()}, dropboxAlone(), withVariables({})));
    EXPECT_NE(found.find("error: the value of 'listen' is not an address"), found.npos) << found;
    EXPECT_NE(found.find("write 0.0.0.0 or \"[::]\" in place of *"), found.npos) << found;
}

TEST(Lint, WarnsOfAStoreThatMayHoldNothing) {
    const TempFolder folder;
    const auto found = [&](const std::string& size) {
        folder.write("ferry.yaml", "retention: {size: " + size + "}\n");
        const Diagnostics out = lintFiles({folder.path()}, dropboxAlone(), withVariables({}));
        EXPECT_FALSE(out.hasErrors()) << printed(out);
        return printed(out);
    };
    for (const char* small : {"1", "1B", "15MiB"}) {
        const std::string text = found(small);
        EXPECT_NE(text.find("ferry.yaml:1:19: warning: 'size' is less than 16MiB"), text.npos)
            << text;
        EXPECT_NE(text.find("write 16MiB at least"), text.npos) << text;
    }
    for (const char* good : {"0", "16MiB", "50GiB"})
        EXPECT_EQ(found(good).find("'size'"), std::string::npos) << good;
}

TEST(Lint, WarnsOfAHomeFolderThatNobodyPutsIn) {
    const TempFolder folder;
    folder.write("ferry.yaml", "data_dir: ~/data\nplugins: [~/plugins]\n");
    const std::string found =
        printed(lintFiles({folder.path()}, dropboxAlone(), withVariables({})));
    EXPECT_NE(
        found.find("ferry.yaml:1:11: warning: '~' is taken as it is written"), std::string::npos
    ) << found;
    EXPECT_NE(found.find("ferry.yaml:2:11: warning: '~' is taken"), std::string::npos) << found;
}

TEST(Lint, WarnsOfAKeyFileThatIsNotThereAndOfShortSecrets) {
    const TempFolder folder;
    const auto warnings = [&](const std::string& secret) {
        folder.write(
            "ferry.yaml", "encryption: {key_file: ./the.key}\napi:\n  user_secret: " + secret + "\n"
        );
        const Diagnostics found = lintFiles({folder.path()}, dropboxAlone(), withVariables({}));
        EXPECT_FALSE(found.hasErrors()) << printed(found);
        return printed(found);
    };

    const std::string found = warnings("ab3x9");
    EXPECT_NE(found.find("ferry.yaml:1:24: warning: there is no key file"), std::string::npos)
        << found;
    EXPECT_NE(
        found.find("ferry.yaml:3:16: warning: 'user_secret' is shorter than 16 bytes"),
        std::string::npos
    ) << found;
    EXPECT_EQ(found.find("ab3x9"), std::string::npos) << found;
    folder.write("the.key", "");
    EXPECT_EQ(warnings("0123456789abcdef"), "");
}

}  // namespace
}  // namespace ferry::config
