// Goal: what a manifest says in one place and contradicts in another is found, and what has no
// effect is warned of. Method: a small manifest with one line changed at a time.

#include "unit/config/small_manifest.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

struct Finding {
    const char* from;
    const char* to;
    const char* message;
};

TEST(ManifestChecks, RefuseWhatCantWork) {
    const Finding faults[] = {
        {"egress: [api.example.com", "egress: [api.example.com:70000", "a port that is none"},
        {"[{key: oauth2, name: OAuth}]",
         "[{key: oauth2, name: A}, {key: oauth2, name: B}]",
         "the profile 'oauth2' stands here twice"},
        {"object_types: [file]", "object_types: []", "'object_types' is empty"},
        {"[webhook]", "[]", "'methods' is empty"},
        {"hub:",
         "documentation: {url: https://example.com, date_read: 2026-02-30}\nhub:",
         "the calendar has no such day"},
        {"api: https://api.example.com/", "api: \"https://api.example.com/?v=1\"", "has a query"},
        {"[{key: oauth2, name: OAuth}]",
         "[{key: oauth2, name: A}, {key: apiKey, name: B}]",
         "connector.yaml:8:3: error: there are several authentication profiles and no parameter"},
        {"min: 1", "min: 6\n    max: 4", "its 'max' is less than its 'min', which is 6"},
        {"min: 1",
         "depends_on: {key: small.limit}",
         "'small.limit' depends on itself\n   21 |     depends_on: {key: small.limit"},
    };
    for (const Finding& fault : faults) {
        const Diagnostics out = readSmall(fault.from, fault.to);

        EXPECT_TRUE(out.hasErrors()) << fault.to;
        EXPECT_NE(printed(out).find(fault.message), std::string::npos) << fault.to << "\n"
                                                                       << printed(out);
    }
}

TEST(ManifestChecks, WarnOfWhatHasNoEffect) {
    const Finding warnings[] = {
        {"{key: oauth2, name", "{key: apiKey, name", "'authentication' has no profile 'oauth2'"},
        {"oauth2:\n  authorize_url: https://a.example.com/authorize\n"
         "  token_url: https://a.example.com/token\n",
         "",
         "without a section 'oauth2' the API gives no URL"},
        {"webhook: app", "description: x", "no webhook is taken"},
        {"[webhook]", "[polling]", "no instance takes webhooks"},
        {"[CREATED]", "[CREATED, CREATED]", "'CREATED' stands in 'event_types' twice"},
        {"[api.example.com", "[api.example.com, api.example.com", "stands in 'egress' twice"},
        {"type: integer\n    min: 1\n    default: 5",
         "type: enum\n    values: [a, b, a]",
         "'a' stands in 'values' twice"},
        {"min: 1", "required: true", "the default of 'small.limit' is never used"},
        {"min: 1", "secret: true", "'small.limit' is secret, and everybody can read its default"},
    };
    for (const Finding& warning : warnings) {
        const Diagnostics out = readSmall(warning.from, warning.to);

        EXPECT_FALSE(out.hasErrors()) << warning.to << "\n" << printed(out);
        EXPECT_NE(printed(out).find(warning.message), std::string::npos) << warning.to << "\n"
                                                                         << printed(out);
    }
    EXPECT_EQ(printed(readSmall("key: small", "key: small")), "");
}

TEST(ManifestChecks, AConnectorWithoutCodeIsToldHowItHearsOfChanges) {
    const Diagnostics out = readSmall(
        "plugin: libsmall.so\nabi: 1\nauthentication:\n"
        "  profiles: [{key: oauth2, name: OAuth}]\noauth2:\n"
        "  authorize_url: https://a.example.com/authorize\n"
        "  token_url: https://a.example.com/token\n",
        "plugin: declarative\nabi: 1\n"
    );
    EXPECT_FALSE(out.hasErrors()) << printed(out);
    EXPECT_NE(printed(out).find("hears of nothing unless it is told how"), std::string::npos);
}

}  // namespace
}  // namespace ferry::config
