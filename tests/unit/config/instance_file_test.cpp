// Goal: instance files give exactly the declared instances. Method: texts read from memory against
// the shipped Dropbox connector.

#include "instance_file_fixture.h"

namespace ferry::config {
namespace {

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

}  // namespace
}  // namespace ferry::config
