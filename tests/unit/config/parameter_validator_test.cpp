// Goal: one instance's configuration is accepted exactly if its connector allows it, whoever
// sends it. Method: the shipped Dropbox connector and flat texts, as the REST API gives them.

#include "config/parameter_validator.h"

#include "unit/config/config_test_support.h"
#include "unit/config/small_manifest.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

using Texts = std::map<std::string, std::string>;

Texts goodTexts() {
    return {
        {"authentication.type", "oauth2"},
        {"oauth.callback.url", "https://hub.example.com/oauth/callback"},
        {"oauth.api.key", "app-key"},
        {"oauth.api.secret", "hunter2"},
        {"event.notification.enabled", "true"},
        {"event.notification.callback.url", "https://app.example.com/events"},
    };
}

ParameterReport validate(const Texts& texts) {
    std::vector<ParameterValue> values;
    for (const auto& [key, text] : texts)
        values.push_back({key, text});
    return validateParameters(dropboxManifest(), values);
}

std::string problemsOf(const ParameterReport& report) {
    std::string all;
    for (const ParameterProblem& problem : report.problems) {
        all += std::string(severityName(problem.severity)) + ": " + problem.message + " (" +
               problem.suggestion + ")\n";
    }
    return all;
}

TEST(ParameterValidator, AcceptsTheVendorsBodyAndFillsInDefaults) {
    const ParameterReport report = validate(goodTexts());

    EXPECT_EQ(problemsOf(report), "");
    EXPECT_EQ(report.values.at("event.move.window"), "2000ms");
    EXPECT_EQ(report.values.at("event.notification.moves"), "moved");
    EXPECT_EQ(report.values.at("event.baseline"), "false");
    EXPECT_EQ(report.values.at("dropbox.path.root"), "root");
    EXPECT_EQ(report.values.at("oauth.api.secret"), "hunter2");
    EXPECT_EQ(report.values.count("key"), 0U);
    EXPECT_EQ(report.values.count("oauth.user.token"), 0U);
}

TEST(ParameterValidator, IsIdempotent) {
    const ParameterReport first = validate(goodTexts());

    const ParameterReport second = validate(first.values);

    EXPECT_EQ(problemsOf(second), "");
    EXPECT_EQ(second.values, first.values);
}

TEST(ParameterValidator, FindsEachFault) {
    struct Fault {
        const char* key;
        const char* text;  // nullptr: left out
        const char* problem;
    };
    const Fault faults[] = {
        {"oauth.api.key",
         nullptr,
         "the parameter 'oauth.api.key' is required, as 'authentication.type' is oauth2"},
        {"oauth.api.key", "", "the parameter 'oauth.api.key' is required"},
        {"oauth.api.secret", nullptr, "add 'oauth.api.secret: ${env:NAME}'"},
        {"event.notification.callback.url",
         nullptr,
         "is required, as 'event.notification.enabled' is true"},
        {"event.notification.callback.url", "app.example.com", "does not begin with https://"},
        {"event.poller.urls", "files|/files", "stands in the connector, under 'polling'"},
        {"event.notification.calback.url", "x", "did you mean 'event.notification.callback.url'?"},
        {"oauth.api.kye", "x", "did you mean 'oauth.api.key'?"},
        {"nonsense", "x", "unknown parameter 'nonsense' for connector 'dropbox' ()"},
        {"name", "x", "'name' belongs beside 'configuration'"},
        {"event.notification.enabled", "yes", "neither true nor false (write true)"},
        {"event.notification.enabled", "off", "neither true nor false (write false)"},
        {"authentication.type", "oauth", "did you mean 'oauth2'?"},
        {"event.move.window", "2", "is not a duration (add a unit"},
        {"event.move.window", "6m", "is more than 5m"},
        {"event.poll.interval", "999ms", "is less than 1s"},
        {"event.notification.format", "cloudevent", "did you mean 'cloudevents'?"},
        {"event.notification.signature.key",
         "whsec_QUJD",
         "the value of 'event.notification.signature.key' is no key: whsec_ stands before base64 "
         "of "
         "24 to 64 bytes"},
        {"dropbox.path", "Invoices", "a path begins with '/'"},
        {"dropbox.path", "/Invoices/", "does not end with one"},
        {"oauth.scope", "files.read, account", "one space between them"},
        {"dropbox.authorization.apikey",
         "x",
         "warning: 'dropbox.authorization.apikey' is not used when 'authentication.type' is"},
    };
    for (const Fault& fault : faults) {
        Texts texts = goodTexts();
        if (fault.text == nullptr) {
            texts.erase(fault.key);
        } else {
            texts[fault.key] = fault.text;
        }
        const std::string problems = problemsOf(validate(texts));

        EXPECT_NE(problems.find(fault.problem), std::string::npos)
            << fault.key << ": " << fault.problem << "\n"
            << problems;
    }
}

TEST(ParameterValidator, TheOneWayOfAuthorizingMayBeSaid) {
    YamlDocument document;
    Diagnostics out;
    ASSERT_TRUE(parseYaml("connector.yaml", kSmall, document, out));
    const auto small = readManifest(document, out);
    ASSERT_TRUE(small) << printed(out);
    const auto problems = [&](std::string_view type) {
        const ParameterValue value{"authentication.type", type};
        return problemsOf(validateParameters(*small, {&value, 1}));
    };
    EXPECT_EQ(problems("oauth2"), "");
    EXPECT_NE(problems("basic").find("it can only be 'oauth2'"), std::string::npos);
    EXPECT_EQ((AuthenticationProfile{"none", "", ""}).contractName(), "custom");
}

TEST(ParameterValidator, AsksForWhatTheProfileNeeds) {
    const ParameterReport report =
        validate({{"authentication.type", "apiKey"}, {"oauth.api.secret", "s"}});

    EXPECT_EQ(
        problemsOf(report),
        "error: the parameter 'dropbox.authorization.apikey' is required, as "
        "'authentication.type' is apiKey (add 'dropbox.authorization.apikey: ${env:NAME}')\n"
    );
}

TEST(ParameterValidator, NeedsNoCallbackWithoutEvents) {
    Texts texts = goodTexts();
    texts.erase("event.notification.enabled");
    texts.erase("event.notification.callback.url");

    EXPECT_EQ(problemsOf(validate(texts)), "");
}

TEST(ParameterValidator, NeverQuotesAValueOfASecret) {
    const std::string long_secret = "hunter2" + std::string(kValueBytesMax, 'x');
    for (const char* key : {"oauth.api.secret", "oauth.user.refresh_token", "oauth.api.secrte"}) {
        Texts texts = goodTexts();
        texts[key] = long_secret;

        const ParameterReport report = validate(texts);

        EXPECT_TRUE(report.hasErrors()) << key;
        EXPECT_EQ(problemsOf(report).find("hunter2"), std::string::npos) << problemsOf(report);
    }
}

TEST(ParameterValidator, TakesAnUnknownValueAsGiven) {
    std::vector<ParameterValue> values;
    const Texts texts = goodTexts();
    for (const auto& [key, text] : texts)
        values.push_back({key, "${env:X}", true});

    EXPECT_EQ(problemsOf(validateParameters(dropboxManifest(), values)), "");
}

}  // namespace
}  // namespace ferry::config
