// Goal: a connector whose instances could not be declared, or would get no token, no webhook or no
// change of their account, is found out before somebody declares one. Method: a small connector
// with one part changed at a time.

#include "unit/config/declarative_case.h"

#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kAuthorized = R"(key: acme
name: Acme
hub: general
version: 1.0.0
plugin: declarative
abi: 1
webhook: app
authentication: {profiles: [{key: oauth2, name: OAuth 2}]}
oauth2: {authorize_url: https://acme.example/consent, token_url: https://acme.example/token}
base_urls: {api: https://acme.example}
authorization:
  check: {url: "${base_url:api}/me", headers: {Authorization: "Bearer ${access_token}"}}
  account: /id
events: {object_types: [thing], event_types: [CREATED], methods: [webhook]}
notifications:
  verify: [{method: hmac, header: X-Signature}]
  account: /account
map:
  - {event: created, type: thing, id: /id}
parameters:
  - {key: oauth.api.key, name: Key, description: Of the app., type: string, required: true}
  - {key: oauth.api.secret, name: Secret, description: Of the app., type: string, secret: true}
)";

struct Part {
    std::string_view from;
    std::string_view to;
};

std::vector<std::string> accessFindings(const std::vector<Part>& parts) {
    std::string text(kAuthorized);
    for (const Part& part : parts) {
        const std::size_t place = text.find(part.from);
        EXPECT_NE(place, text.npos) << part.from;
        if (place != text.npos) text.replace(place, part.from.size(), part.to);
    }
    return readConnector(text).findings;
}

constexpr Part kNoKey{
    "  - {key: oauth.api.key, name: Key, description: Of the app., type: string, required: true}\n",
    ""};
constexpr Part kNoSecret{
    "  - {key: oauth.api.secret, name: Secret, description: Of the app., type: string, secret: "
    "true}\n",
    ""};
constexpr Part kApiKey{"key: oauth2, name: OAuth 2", "key: apiKey, name: API key"};
constexpr Part kNoOauth{
    "oauth2: {authorize_url: https://acme.example/consent, token_url: "
    "https://acme.example/token}\n",
    ""};

TEST(AccessChecks, TheAppOfAnInstanceCanBeDeclared) {
    EXPECT_THAT(accessFindings({}), IsEmpty());
    EXPECT_THAT(
        accessFindings({kNoKey}),
        ElementsAre(HasSubstr("acme.yaml:9:1: error: no instance can say which app it is: "
                              "'oauth.api.key' is no parameter (add {key: oauth.api.key, type: "
                              "string, required: true, ...} to 'parameters', and "
                              "'oauth.api.secret' with 'secret: true')"))
    );
    EXPECT_THAT(
        accessFindings(
            {kNoSecret,
             {"parameters:\n",
              "parameters:\n  - {key: webhook.secret, name: "
              "S, description: S., type: string}\n"}}
        ),
        ElementsAre(HasSubstr("acme.yaml:9:1: warning: the app proves itself with nothing"))
    );
    EXPECT_THAT(
        accessFindings({{"parameters:", "paramters:"}}),
        ElementsAre(HasSubstr("unknown key 'paramters'"))
    );
    EXPECT_THAT(
        accessFindings({kNoOauth}),
        ElementsAre(HasSubstr("error: without a section 'oauth2' nobody gives a token"))
    );
}

TEST(AccessChecks, WebhooksAreVerifiedWithASecretThatAnInstanceCanHave) {
    const Part without[] = {kNoKey, kNoSecret, kNoOauth, kApiKey};
    std::vector<Part> parts(without, without + 4);
    parts.push_back({"authorization:\n", "authorization:\n  api_key: api.key\n"});
    parts.push_back(
        {"parameters:\n",
         "parameters:\n  - {key: api.key, name: K, description: K., type: string, secret: true}\n"}
    );
    EXPECT_THAT(
        accessFindings(parts),
        ElementsAre(HasSubstr("acme.yaml:16:3: error: no instance has a secret, and each webhook "
                              "would be refused (add {key: webhook.secret, type: string, secret: "
                              "true, required: true, ...} to 'parameters')"))
    );
    parts.push_back({"key: api.key, name: K", "key: webhook.secret, name: K"});
    parts.push_back({"api_key: api.key", "api_key: webhook.secret"});
    EXPECT_THAT(accessFindings(parts), IsEmpty());
}

TEST(AccessChecks, WhoAsksWithATokenHasAProfileThatGivesOne) {
    EXPECT_THAT(
        accessFindings({kNoOauth, kApiKey}),
        ElementsAre(HasSubstr("acme.yaml:11:63: error: with the profile 'apiKey' there is no "
                              "'${access_token}' here (say with 'api_key' of 'authorization'"))
    );
    EXPECT_THAT(
        accessFindings(
            {kNoOauth, {"authentication: {profiles: [{key: oauth2, name: OAuth 2}]}\n", ""}}
        ),
        ElementsAre(HasSubstr("error: there is no '${access_token}': 'authentication' has no "
                              "profile that gives one (add the profile 'oauth2'"))
    );
    EXPECT_THAT(
        accessFindings({kNoOauth, kApiKey, {"Bearer ${access_token}", "${config:oauth.api.key}"}}),
        IsEmpty()
    );
}

TEST(AccessChecks, WhoseAWebhookIsCanBeTold) {
    EXPECT_THAT(
        accessFindings({{"  account: /account\n", ""}}),
        ElementsAre(HasSubstr("acme.yaml:15:1: warning: all instances have one URL, and nothing "
                              "says whose a webhook is (give 'account', or write 'webhook: "
                              "instance')"))
    );
    EXPECT_THAT(
        accessFindings({{"  account: /id\n", ""}}),
        ElementsAre(HasSubstr("acme.yaml:16:12: warning: no instance has this account: "
                              "'authorization' does not say which one it is of"))
    );
    EXPECT_THAT(
        accessFindings({{"webhook: app", "webhook: instance"}, {"  account: /account\n", ""}}),
        IsEmpty()
    );
}

}  // namespace
}  // namespace ferry::config
