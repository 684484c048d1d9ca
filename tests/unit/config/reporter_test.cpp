// Goal: a finding shows its line, with the caret at its place, as far as no other value and no
// secret stands there. Method: instance files with one mistake each, and what is printed of them.

#include "config/reporter.h"

#include "config/hub_config.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

/// The line and the caret of the first finding about `text`, without the number in front.
std::string excerpt(const std::string& text) {
    Diagnostics out;
    readText(text, withVariables({{"SET", "hunter2"}}), out);
    EXPECT_TRUE(out.hasErrors()) << text;
    EXPECT_EQ(allText(out).find("hunter2"), std::string::npos) << allText(out);
    out.sort();
    std::string lines;
    std::istringstream printed_lines(printed(out));
    for (std::string line; std::getline(printed_lines, line);) {
        if (line.size() > 8 && line[6] == '|') lines += line.substr(8) + '\n';
        if (line.find('^') != std::string::npos) break;
    }
    return lines;
}

std::string configured(const std::string& line) {
    return "instances:\n  - name: one\n    key: dropbox\n    configuration:\n      " + line +
           "\n      oauth.callback.url: https://h/cb\n      oauth.api.key: k\n"
           "      oauth.api.secret: s\n";
}

TEST(Reporter, ShowsAValueThatIsNoSecretWhateverItSays) {
    EXPECT_EQ(
        excerpt(configured("authentication.type: apikey  # hunter2")),
        "      authentication.type: apikey\n"
        "                           ^^^^^^\n"
    );
    EXPECT_EQ(
        excerpt(configured("event.baseline: \"may\\x62e\"")),
        "      event.baseline: \"may\\x62e\"\n"
        "                      ^\n"
    );
    EXPECT_EQ(
        excerpt("instances:\n  - name: \"x\\e[31m\"\n    key: nothing\n"),
        "  - name: \"x\\e[31m\"\n"
        "          ^\n"
    );
    EXPECT_EQ(
        excerpt(configured("event.baseline: &b !!str maybe")),
        "      event.baseline: &b !!str maybe\n"
        "                      ^\n"
    );
}

TEST(Reporter, ShowsAReferenceButNotWhatItStandsFor) {
    EXPECT_EQ(
        excerpt(configured("event.baseline: ${env:SET}")),
        "      event.baseline: ${env:SET}\n"
        "                      ^^^^^^^^^^\n"
    );
    EXPECT_EQ(
        excerpt(configured("oauth.user.refresh_token: ${vault:x}")),
        "      oauth.user.refresh_token: ***\n"
        "                                ^\n"
    );
}

TEST(Reporter, HidesWhatMayBeASecret) {
    EXPECT_EQ(
        excerpt(configured("event.notification.callback.url: http://u:hunter2@h/")),
        "      event.notification.callback.url: ***\n"
        "                                       ^\n"
    );
    EXPECT_EQ(
        excerpt(configured("oauth.user.refresh_token: [hunter2]")),
        "      oauth.user.refresh_token: ***\n"
        "                                ^\n"
    );
    EXPECT_EQ(
        excerpt(configured("event.baseline: |\n        hunter2")),
        "      event.baseline: ***\n"
        "                      ^\n"
    );
}

TEST(Reporter, ShowsOfFlowStyleNoMoreThanThePlace) {
    EXPECT_EQ(
        excerpt("instances:\n  - {name: one, key: dropbx, oauth.api.secret: hunter2}\n"),
        "  - {           key: dropbx\n"
        "                     ^^^^^^\n"
    );
    EXPECT_EQ(
        excerpt("instances: [{oauth.api.secret: hunter2, name: one, nam: x, key: nothing}]\n"),
        "instances: [                                       nam:\n"
        "                                                   ^^^\n"
    );
    EXPECT_EQ(
        excerpt("instances:\n  - {\"oauth.api.secret\": \"hunter2 {\",\n     \"a\", tags: {b: c}}\n"
        ),
        "  - {\"oauth.api.secret\":\n"
        "    ^\n"
    );
    EXPECT_EQ(
        excerpt(
            "instances:\n  - {oauth.api.secret:\n      hunter2, tags: {b: c}, name: a, key: k}\n"
        ),
        "               tags: ***\n"
        "                     ^\n"
    );
    EXPECT_EQ(
        excerpt("instances:\n  - &x {key: dropbox, oauth.api.secret: hunter2}\n"),
        "  - &x {key:\n"
        "    ^\n"
    );
    EXPECT_EQ(
        excerpt("instances:\n  - [hunter2, {key: dropbox}]\n"),
        "  - ***\n"
        "    ^\n"
    );
    EXPECT_EQ(
        excerpt("instances:\n  - {}\n"),
        "  - {\n"
        "    ^\n"
    );
}

TEST(Reporter, ShowsWhereAStructureOfTheWrongShapeBegins) {
    EXPECT_EQ(
        excerpt("instances:\n  name: one\n  key: dropbox\n"),
        "  name:\n"
        "  ^\n"
    );
    EXPECT_EQ(
        excerpt("instances:\n  - name: one\n    key: dropbox\n    configuration:\n      - hunter2\n"
        ),
        "      - ***\n"
        "      ^\n"
    );
    EXPECT_EQ(
        excerpt("instances:\n  - hunter2\n"),
        "  - ***\n"
        "    ^\n"
    );
}

TEST(Reporter, ShowsABaseUrlInFlowStyle) {
    YamlDocument document;
    Diagnostics out;
    ASSERT_TRUE(
        parseYaml("ferry.yaml", "providers:\n  dropbox: {base_urls: {api: ftp}}\n", document, out)
    );

    readHubConfig(document, withVariables({}), out);

    EXPECT_EQ(
        printed(out),
        "ferry.yaml:2:30: error: the base URL 'api' does not begin with https:// or http://\n"
        "    2 |   dropbox: {            api: ftp\n"
        "      |                              ^^^\n"
        "      = write for example https://proxy.example.com\n"
    );
}

}  // namespace
}  // namespace ferry::config
