// Goal: the section 'subscription' is read into what the plugin goes by, and every mistake in it is
// found. Method: a small connector with one part changed at a time.

#include "unit/config/declarative_case.h"

#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kSubscribing = R"(key: acme
name: Acme
hub: general
version: 1.0.0
plugin: declarative
abi: 1
webhook: instance
base_urls: {api: https://acme.example}
events: {object_types: [thing], event_types: [CREATED], methods: [webhook]}
notifications: {verify: [{method: token, header: X-Token}]}
map:
  - {event: created, type: thing, id: /id}
subscription:
  start: {url: "${base_url:api}/now", cursor: /token}
  create: {url: "${base_url:api}/hooks", body: '{"url": "${webhook_url}", "from": "${cursor}"}'}
  renew: {method: PATCH, url: "${base_url:api}/hooks/${kept:id}", query: {until: "${expires}"}}
  delete: {url: "${base_url:api}/hooks/${kept:id}", headers: {Authorization: "Bearer ${access_token}"}}
  keep: {id: /id}
  expires: /until
  lifetime: 7d
parameters:
  - {key: oauth.api.key, name: Key, description: K., type: string}
  - {key: oauth.api.secret, name: Secret, description: S., type: string, secret: true}
authentication: {profiles: [{key: oauth2, name: OAuth 2}]}
oauth2: {authorize_url: https://acme.example/consent, token_url: https://acme.example/token}
)";

constexpr const char* kOwnSecret =
    "{key: webhook.secret, name: Secret, description: Of webhooks., type: string, secret: true}\n";

/// With `from` replaced by `to`; empty: as it is. `gives_secret`: 'create' has one for the
/// provider.
std::vector<std::string> findingsOf(
    std::string_view from = {},
    std::string_view to = {},
    std::optional<ConnectorManifest>* manifest = nullptr,
    bool gives_secret = false
) {
    std::string text(kSubscribing);
    if (gives_secret) text.replace(text.find("${cursor}"), 9, "${secret}");
    const std::size_t place = text.find(from);
    EXPECT_NE(place, text.npos) << from;
    if (!from.empty() && place != text.npos) text.replace(place, from.size(), to);
    Reading reading = readConnector(text);
    if (manifest != nullptr) *manifest = std::move(reading.manifest);
    return reading.findings;
}

TEST(SubscriptionReader, HandsTheRequestsToThePlugin) {
    std::optional<ConnectorManifest> manifest;
    EXPECT_THAT(findingsOf({}, {}, &manifest), IsEmpty());
    ASSERT_TRUE(manifest);
    EXPECT_TRUE(manifest->registers_webhooks);
    std::string json;
    for (const auto& [key, value] : manifest->settings)
        if (key == "subscription") json = value;
    EXPECT_EQ(
        json,
        R"({"start":{"method":"GET","url":{"join":[{"base_url":"api"},"/now"]},)"
        R"("cursor":{"path":["token"]}},)"
        R"("create":{"method":"POST","url":{"join":[{"base_url":"api"},"/hooks"]},)"
        R"("body":{"join":["{\"url\": \"",{"name":"webhook_url"},"\", \"from\": \"",)"
        R"({"name":"cursor"},"\"}"]}},)"
        R"("renew":{"method":"PATCH","url":{"join":[{"base_url":"api"},"/hooks/",{"kept":"id"}]},)"
        R"("query":{"until":{"join":[{"name":"expires"}]}}},)"
        R"("delete":{"method":"DELETE","url":{"join":[{"base_url":"api"},"/hooks/",{"kept":"id"}]},)"
        R"("headers":{"Authorization":{"join":["Bearer ",{"name":"access_token"}]}}},)"
        R"("keep":{"id":{"path":["id"]}},"expires":{"path":["until"]},"lifetime_ms":604800000})"
    );
}

TEST(SubscriptionReader, FindsEachMistake) {
    struct Change {
        std::string_view from;
        std::string_view to;
        const char* finding;
    };
    const Change changes[] = {
        {"  create: {", "  creates: {", "did you mean 'create'?"},
        {"  delete: {", "  remove: {", "the key 'delete' is missing"},
        {"PATCH", "PITCH", "did you mean 'PATCH'?"},
        {"{webhook_url}", "{webhook_uri}", "did you mean 'webhook_url'?"},
        {"/hooks\"", "/hooks/${kept:id}\"", "nothing is kept before the webhook is there"},
        {"keep: {id: /id}", "keep: {name: /id}", "'keep' has no 'id'"},
        {"keep: {id: /id}", "keep: {id: id}", "(write /id, or {const: id} if that is meant)"},
        {"keep: {id: /id}", "keep: id", "'keep' takes a mapping of names to expressions"},
        {"expires: /until", "expires: expires_at", "every answer (write /expires_at)"},
        {"cursor: /token", "cursor: token", "every answer (write /token)"},
        {"  start: {url: \"${base_url:api}/now\", cursor: /token}\n",
         "",
         "14:48: error: '${cursor}' is what the answer to 'start' says"},
        {"/now\"", "/now/${cursor}\"", "'${cursor}' is what the answer to 'start' says"},
        {"lifetime: 7d", "lifetime: 1s", "is less than 1m"},
        {"webhook: instance", "webhook: app", "the hub registers URLs of instances alone"},
    };
    for (const Change& change : changes)
        EXPECT_THAT(findingsOf(change.from, change.to), Contains(HasSubstr(change.finding)))
            << change.to;
}

TEST(SubscriptionReader, TheSecretIsSaidByTheAnswerOrByTheInstance) {
    constexpr std::string_view kEnd = "  lifetime: 7d\n";
    const std::string by_answer = "  lifetime: 7d\n  secret: /signing/key\n";
    std::optional<ConnectorManifest> manifest;
    EXPECT_THAT(findingsOf(kEnd, by_answer, &manifest), IsEmpty());
    ASSERT_TRUE(manifest);
    std::string json;
    for (const auto& [key, value] : manifest->settings)
        if (key == "subscription") json = value;
    EXPECT_THAT(json, HasSubstr(R"("secret":{"path":["signing","key"]})"));
    EXPECT_THAT(findingsOf(kEnd, "  lifetime: 7d\n  secret: header:X-Hook-Secret\n"), IsEmpty());

    EXPECT_THAT(
        findingsOf(kEnd, "  lifetime: 7d\n  secret: '${webhook_url}'\n"),
        Contains(HasSubstr("there is no source"))
    );
    for (const std::string text : {"secret", "config:webhook.secret"})
        EXPECT_THAT(
            findingsOf(kEnd, "  lifetime: 7d\n  secret: " + text + "\n"),
            Contains(HasSubstr("a text that is the same for every answer (write a pointer such"))
        ) << text;
    EXPECT_THAT(
        findingsOf(kEnd, "  lifetime: 7d\n  secret: link:next\n"),
        Contains(HasSubstr("an address is no secret"))
    );
    EXPECT_THAT(
        findingsOf("{until: \"${expires}\"}", "{until: \"${expires}\", key: \"${secret}\"}"),
        IsEmpty()
    );
    EXPECT_THAT(
        findingsOf("  lifetime: 7d\nparameters:\n", by_answer + "parameters:\n  - " + kOwnSecret),
        Contains(HasSubstr("the provider gives the secret of webhooks"))
    );
    EXPECT_THAT(
        findingsOf("  keep: {id: /id}\n", "  keep: {id: /id}\n  secret: /key\n", nullptr, true),
        Contains(HasSubstr("and is not given one"))
    );
}

TEST(SubscriptionReader, ATextThatIsMeantForACaseIsTaken) {
    EXPECT_THAT(
        findingsOf("cursor: /token", "cursor: {when: {/own: \"true\"}, then: own, else: /token}"),
        IsEmpty()
    );
}

TEST(SubscriptionReader, ARenewalNeedsAnEnd) {
    EXPECT_THAT(findingsOf("  lifetime: 7d\n", ""), IsEmpty()) << "the answer says when";
    EXPECT_THAT(findingsOf("  expires: /until\n", ""), IsEmpty()) << "it is asked for";
    EXPECT_THAT(
        findingsOf("  expires: /until\n  lifetime: 7d\n", ""),
        Contains(HasSubstr("nothing says when the webhook ends"))
    );
}

}  // namespace
}  // namespace ferry::config
