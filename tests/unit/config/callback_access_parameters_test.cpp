// Goal: what callbacks need to be let in (tokens, certificates) is checked before a callback needs
// it, also where several parameters have to go together. Method: flat texts, as the REST API gives
// them, and certificates made on the spot.

#include "config/parameter_validator.h"
#include "support/http/test_certificate.h"
#include "unit/config/config_test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::config {
namespace {

using test::makeCertificate;
using test::TestCertificate;
using testing::HasSubstr;
using testing::Not;

using Texts = std::map<std::string, std::string>;

/// What is found in an instance that is good but for `more` (keys behind event.notification.).
std::string problemsWith(const Texts& more, const std::string& unknown = "") {
    Texts texts = {
        {"authentication.type", "oauth2"},
        {"oauth.callback.url", "https://hub.example.com/oauth/callback"},
        {"oauth.api.key", "app-key"},
        {"oauth.api.secret", "hunter2"},
        {"event.notification.enabled", "true"},
        {"event.notification.callback.url", "https://app.example.com/events"}};
    for (const auto& [key, text] : more)
        texts["event.notification." + key] = text;
    std::vector<ParameterValue> values;
    for (const auto& [key, text] : texts)
        values.push_back({key, text, key == "event.notification." + unknown});
    std::string all;
    for (const ParameterProblem& problem : validateParameters(dropboxManifest(), values).problems)
        all += std::string(severityName(problem.severity)) + ": " + problem.message + "\n";
    return all;
}

TEST(CallbackAccessParameters, WarnOfSigningKeysThatAreOfNoUse) {
    const std::string key = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const std::string other = "whsec_BBECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    EXPECT_EQ(problemsWith({{"signature.key", key + "," + other + "@2999-01-01T00:00:00Z"}}), "");
    const std::string ended =
        problemsWith({{"signature.key", key + "," + other + "@2020-01-01T00:00:00Z"}});
    EXPECT_EQ(
        ended,
        "warning: 'event.notification.signature.key' has a key that signs nothing any more: key 2 "
        "ended at 2020-01-01T00:00:00Z\n"
    );
    EXPECT_THAT(
        problemsWith({{"signature.key", key + "," + key}}),
        HasSubstr("warning: 'event.notification.signature.key' has the same key twice")
    );
    EXPECT_THAT(
        problemsWith({{"signature.key", key + "@2020-01-01T00:00:00Z"}}),
        HasSubstr("error: the value of 'event.notification.signature.key' has no key that signs now"
        )
    );
}

TEST(CallbackAccessParameters, TakeClientCredentials) {
    const Texts needed = {
        {"oauth2.token.url", "https://login.example.com/token"},
        {"oauth2.client.id", "ferry"},
        {"oauth2.client.secret", "hunter3"}};
    EXPECT_EQ(problemsWith(needed), "");
    Texts all = needed;
    all.insert(
        {{"oauth2.client.authentication", "client_secret_post"},
         {"oauth2.scope", "events.write https://app.example.com/.default"},
         {"oauth2.audience", "https://app.example.com"},
         {"oauth2.tls", "callback"}}
    );
    EXPECT_EQ(problemsWith(all), "");
    for (const char* key : {"oauth2.client.id", "oauth2.client.secret"}) {
        Texts without = needed;
        without.erase(key);
        EXPECT_THAT(problemsWith(without), HasSubstr(std::string(key) + "' is required")) << key;
    }
    for (const auto& [key, bad] : Texts{
             {"oauth2.token.url", "https://me:pw@login.example.com/token"},
             {"oauth2.client.authentication", "private_key_jwt"},
             {"oauth2.scope", "a  b"},
             {"oauth2.tls", "none"}}) {
        Texts changed = all;
        changed[key] = bad;
        EXPECT_THAT(problemsWith(changed), HasSubstr("error: the value of")) << key;
    }
    Texts plain = needed;
    plain["oauth2.token.url"] = "http://login.example.com/token";
    EXPECT_THAT(problemsWith(plain), HasSubstr("warning: the client secret goes"));
}

TEST(CallbackAccessParameters, AskForPermissionInCloudEventsAlone) {
    EXPECT_EQ(problemsWith({{"cloudevents.handshake", "true"}, {"format", "cloudevents"}}), "");
    EXPECT_EQ(problemsWith({{"cloudevents.handshake", "false"}}), "");
    for (const Texts& more : {Texts{}, Texts{{"format", "standard-webhooks"}}}) {
        Texts texts = more;
        texts["cloudevents.handshake"] = "true";
        EXPECT_THAT(problemsWith(texts), HasSubstr("format' to be cloudevents"));
    }
    EXPECT_EQ(problemsWith({{"cloudevents.handshake", "true"}, {"format", "x"}}, "format"), "");
}

TEST(CallbackAccessParameters, MakeOneAuthorizationHeader) {
    const Texts basic = {{"basic.username", "ferry"}, {"basic.password", "hunter3"}};
    EXPECT_EQ(problemsWith(basic), "");
    for (const auto& [key, text] :
         Texts{{"bearer.token", "abc"}, {"callback.headers", "X-A: b\nauthorization: c"}}) {
        Texts both = basic;
        both[key] = text;
        EXPECT_THAT(
            problemsWith(both), HasSubstr("both make the Authorization header of callbacks")
        ) << key;
    }
    Texts three = basic;
    three["bearer.token"] = "${env:X}";
    EXPECT_THAT(problemsWith(three, "bearer.token"), HasSubstr("both make")) << "of any value";
    EXPECT_EQ(
        problemsWith({{"callback.headers", "X-Authorization: c"}, {"bearer.token", "t"}}), ""
    );
}

TEST(CallbackAccessParameters, WarnOfWhatHasNoEffect) {
    for (const auto& [texts, said] : std::vector<std::pair<Texts, const char*>>{
             {{{"basic.password", "hunter3"}},
              "warning: 'event.notification.basic.password' is not used without "
              "'event.notification.basic.username'"},
             {{{"oauth2.scope", "a"}}, "warning: 'event.notification.oauth2.scope' is not used"},
             {{{"oauth2.client.id", "a"}}, "oauth2.client.id' is not used without"},
             {{{"cloudevents.mode", "binary"}}, "cloudevents.mode' is not used unless"},
             {{{"raw", "all"}, {"format", "cloudevents"}},
              "warning: 'event.notification.raw' is not used where"},
             {{{"filter.event.types", "MOVED"}, {"moves", "deleted-created"}},
              "nothing is delivered: with 'event.notification.moves: deleted-created'"},
             {{{"filter.object.types", "folder"}, {"filter.size.min", "2MiB"}},
              "warning: 'event.notification.filter.size.min' is not used: "},
             {{{"ordering", "instance"}, {"concurrency", "8"}},
              "warning: 'event.notification.concurrency' is not used: "},
             {{{"filter.size.min", "2MiB"}, {"filter.size.max", "1MiB"}},
              "warning: 'event.notification.filter.size.min' is more than"}}) {
        EXPECT_THAT(problemsWith(texts), HasSubstr(said));
    }
    for (const Texts& good : std::vector<Texts>{
             {{"cloudevents.mode", "binary"}, {"format", "cloudevents"}},
             {{"cloudevents.mode", "batched"}},
             {{"filter.size.min", "1MiB"}, {"filter.size.max", "1MiB"}},
             {{"filter.size.min", "1MiB"}}})
        EXPECT_EQ(problemsWith(good), "");
    EXPECT_EQ(
        problemsWith({{"basic.password", "a"}, {"basic.username", "${env:X}"}}, "basic.username"),
        ""
    ) << "nobody knows yet";
}

TEST(CallbackAccessParameters, TakeACertificateWithItsKeyAlone) {
    const TestCertificate one = makeCertificate("DNS:one.example", {"one", 365 * 86'400});
    const TestCertificate two = makeCertificate("DNS:two.example", {"two", 365 * 86'400});
    const TestCertificate locked =
        makeCertificate("DNS:one.example", {"one", 365 * 86'400, "sesame"});
    const auto pair = [](const std::string& certificate, const std::string& key) {
        return Texts{{"tls.client.certificate", certificate}, {"tls.client.key", key}};
    };
    EXPECT_EQ(problemsWith(pair(one.pem, one.key_pem)), "");
    EXPECT_EQ(problemsWith(pair(one.pem + two.pem, one.key_pem)), "");
    EXPECT_THAT(problemsWith(pair(two.pem, one.key_pem)), HasSubstr("error: the key in"));
    EXPECT_THAT(problemsWith(pair(one.pem, locked.key_pem)), HasSubstr("that is encrypted"));
    EXPECT_THAT(problemsWith(pair(one.pem, "key")), HasSubstr("no private key in PEM form"));
    EXPECT_THAT(problemsWith(pair("/cert.pem", one.key_pem)), HasSubstr("no certificate in PEM"));
    EXPECT_THAT(
        problemsWith({{"tls.client.certificate", one.pem}}),
        HasSubstr("tls.client.key' is required")
    );
    EXPECT_THAT(problemsWith({{"tls.client.key", one.key_pem}}), HasSubstr("is of no use without"));
    EXPECT_EQ(problemsWith(pair("${file:x}", one.key_pem), "tls.client.certificate"), "");
}

TEST(CallbackAccessParameters, WarnOfCertificatesThatEnd) {
    const TestCertificate over = makeCertificate("DNS:one.example", {"one", -60});
    const TestCertificate soon = makeCertificate("DNS:one.example", {"one", 7 * 86'400});
    EXPECT_THAT(problemsWith({{"tls.ca", over.pem}}), HasSubstr("warning: a certificate in"));
    EXPECT_THAT(problemsWith({{"tls.ca", over.pem}}), HasSubstr("ended at 20"));
    EXPECT_THAT(problemsWith({{"tls.ca", soon.pem}}), HasSubstr("ends at 20"));
    EXPECT_THAT(problemsWith({{"tls.ca", soon.pem}}), Not(HasSubstr("error")));
}

TEST(CallbackAccessParameters, TakeABundleOfAuthorities) {
    std::string bundle;
    while (bundle.size() < 20'000)
        bundle += makeCertificate("DNS:one.example", {"one", 365 * 86'400}).pem;
    EXPECT_EQ(problemsWith({{"tls.ca", bundle}}), "");
    EXPECT_THAT(
        problemsWith({{"tls.ca", std::string(70'000, 'x')}}), HasSubstr("longer than 65536 bytes")
    );
    const std::string https = "http://app.example.com/events";
    EXPECT_THAT(
        problemsWith({{"tls.ca", bundle}, {"callback.url", https}}),
        HasSubstr("warning: 'event.notification.tls.ca' is not used")
    );
}

}  // namespace
}  // namespace ferry::config
