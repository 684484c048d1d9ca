// Goal: whoever is told how to authorize an instance can do it. Method: instances of each kind: the
// hub asks for the consent, another program does, nobody has to.

#include "oauth/oauth_links.h"

#include <gmock/gmock.h>

namespace ferry::oauth {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHub = "https://hub.test/";

pipeline::InstanceSettings instanceWith(pipeline::Configuration configuration) {
    pipeline::InstanceSettings settings;
    settings.id = InstanceId(7);
    settings.name = "new one";
    settings.connector_key = "dropbox";
    settings.configuration = std::move(configuration);
    return settings;
}

TEST(OauthLinks, APersonOpensTheLinkWhereTheHubAsks) {
    for (const char* url :
         {"", "https://hub.test/oauth/callback", "https://other.name/oauth/callback?x=1"}) {
        const auto settings = instanceWith({{std::string(kCallbackUrl), url}});
        EXPECT_EQ(consentUrl(settings, kHub), "https://hub.test/oauth/start/new%20one") << url;
        EXPECT_EQ(howToAuthorize(settings, kHub), "open https://hub.test/oauth/start/new%20one");
    }
}

TEST(OauthLinks, AnotherProgramIsToldOfItsCalls) {
    const auto settings =
        instanceWith({{std::string(kCallbackUrl), "https://app.example/authorized"}});

    const std::string url = "https://hub.test/elements/api-v2/elements/dropbox/oauth/url";
    EXPECT_EQ(consentUrl(settings, kHub), url);
    EXPECT_THAT(
        howToAuthorize(settings, kHub),
        AllOf(
            HasSubstr("GET " + url + " with the instance's Element token "),
            HasSubstr("PATCH https://hub.test/elements/api-v2/instances/7 "),
            HasSubstr("https://app.example/authorized"),
            HasSubstr("providerData.code"),
            Not(HasSubstr("/oauth/start"))
        )
    );
}

TEST(OauthLinks, NobodyConsentsForAnAccessKey) {
    const auto settings = instanceWith({{std::string(kAuthenticationType), "apiKey"}});

    EXPECT_EQ(consentUrl(settings, kHub), "");
    EXPECT_THAT(howToAuthorize(settings, kHub), HasSubstr("access key"));
}

}  // namespace
}  // namespace ferry::oauth
