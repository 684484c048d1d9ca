// Goal: names, addresses and headers of requests that can't work are found before they are sent,
// with their place and what was meant. Method: a small connector with one part changed at a time.

#include "unit/config/declarative_case.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Line 14 is the one that is put in.
constexpr std::string_view kAskingConnector = R"(key: acme
name: Acme
hub: general
version: 1.0.0
plugin: declarative
abi: 1
webhook: instance
base_urls: {{api: https://acme.example}}
egress: [a.example, '*.b.example', 'c.example:8443']
events: {{object_types: [thing], event_types: [CREATED, UPDATED], methods: [webhook, polling]}}
parameters: [{{key: shop, name: Shop, description: The shop., type: string}}, {{key: oauth.api.key,
  name: Key, description: The key., type: string}}, {{key: oauth.api.secret, name: Secret,
  description: The secret., type: string, secret: true}}]
{}
map:
  - {{event: changed, type: thing, id: /id}}
authentication: {{profiles: [{{key: oauth2, name: OAuth 2}}]}}
oauth2: {{authorize_url: https://a.example/consent, token_url: https://a.example/token}}
)";

std::vector<std::string> requestFindings(std::string_view sections) {
    return readConnector(fmt::format(kAskingConnector, sections)).findings;
}

std::vector<std::string> withRequest(std::string_view request) {
    return requestFindings(fmt::format(
        "polling: {{resources: [{{name: things, list: {{records: /, {}}}}}]}}\n"
        "notifications: {{verify: [{{method: token, header: X-Token}}]}}",
        request
    ));
}

std::vector<std::string> withAuthorization(std::string_view authorization) {
    return requestFindings(fmt::format(
        "authorization: {{{}}}\nnotifications: {{verify: [{{method: token, header: X-Token}}]}}\n"
        "polling: {{resources: [{{name: things, list: {{records: /, url: https://a.example}}}}]}}",
        authorization
    ));
}

struct RequestCase {
    const char* text;
    const char* finding;
};

TEST(RequestChecks, WhatIsDeclaredIsKnown) {
    EXPECT_THAT(
        withRequest(
            "url: '${base_url:api}/${config:shop}', query: {p: '${config:webhook.secret}'}, "
            "headers: {Authorization: 'Bearer ${access_token}', X-Api_Key.2: '${config:shop}'}"
        ),
        Contains(HasSubstr("there is no parameter 'webhook.secret'"))
    );
    EXPECT_THAT(
        withRequest(
            "url: '${base_url:api}/${config:shop}', query: {p: '${config:event.vendor.type}'}, "
            "headers: {Authorization: 'Bearer ${access_token}', X-Api_Key.2: '${config:shop}'}"
        ),
        IsEmpty()
    );
    EXPECT_THAT(
        withAuthorization("api_key: shop"),
        ElementsAre(HasSubstr("acme.yaml:11:20: warning: this parameter is the access token, and "
                              "everybody may see it (add 'secret: true')"))
    );
    EXPECT_THAT(withAuthorization("account: {first_of: [config:shop, base_url:api]}"), IsEmpty());
}

TEST(RequestChecks, FindsWhatNoRequestCanHave) {
    const RequestCase cases[] = {
        {"url: '${base_url:apo}/a'",
         "acme.yaml:14:62: error: there is no base URL 'apo' (did you mean 'api'?)"},
        {"url: '${base_url:elsewhere}/a'", "(declare it in 'base_urls')"},
        {"url: '${base_url:api}/${config:shp}'",
         "there is no parameter 'shp' (did you mean 'shop'?)"},
        {"url: https://a.example, query: {a: 'x${config:nope}'}", "there is no parameter 'nope'"},
        {"url: https://a.example, headers: {A: '${base_url:nope}'}", "there is no base URL 'nope'"},
        {"url: https://a.example, body: '{\"a\": \"${config:nope}\"}'", "no parameter 'nope'"},
        {"url: /items", "does not say to which host it goes (write ${base_url:api}/items)"},
        {"url: a.example/items", "does not say to which host it goes (write https://..."},
        {"url: 'http://a.example/items'",
         "a request goes by https: anybody could read its tokens "
         "otherwise (write https://a.example/items)"},
        {"url: 'https://a.example/my items'",
         "acme.yaml:14:62: error: an address has no blank in it (remove it, or write %20)"},
        {"url: '${base_url:api}/a b'", "an address has no blank in it"},
        {"url: https://d.example/items",
         "acme.yaml:14:62: error: the connector's requests may not reach 'd.example' (add "
         "d.example "
         "to 'egress', or a base URL of it)"},
        {"url: https://b.example", "may not reach 'b.example'"},
        {"url: 'https://c.example/'", "may not reach 'c.example'"},
        {"url: 'https://acme.example:8443/'", "may not reach 'acme.example:8443'"},
        {"url: https://a.example, basic: {user: '${config:nope}'}", "there is no parameter 'nope'"},
        {"url: https://a.example, basic: {user: a, password: '${base_url:zzz}'}",
         "there is no base URL 'zzz'"},
        {"url: https://a.example, method: POST, form: {a: '${config:nope}'}", "parameter 'nope'"},
        {"url: https://a.example, method: POST, body: {a: {b: [c, '${base_url:zzz}']}}",
         "acme.yaml:14:113: error: there is no base URL 'zzz'"},
        {"url: https://a.example, headers: {'X Bad': a}", "no header with the name 'X Bad'"},
        {"url: https://a.example, headers: {'X:Bad': a}", "no header with the name 'X:Bad'"},
        {"url: https://a.example, headers: {Host: a}", "the hub sets the header 'Host' itself"},
        {"url: https://a.example, headers: {content-length: 1}", "'content-length' itself"},
        {"url: https://a.example, next_url: 'header:X Next'", "with the name 'X Next'"},
    };
    for (const RequestCase& one : cases)
        EXPECT_THAT(withRequest(one.text), Contains(HasSubstr(one.finding))) << one.text;
}

TEST(RequestChecks, RequestsGoWhereTheConnectorSaysThatTheyMay) {
    for (const char* url :
         {"https://acme.example/items",
          "https://x.b.example?a=b",
          "https://c.example:8443/",
          "https://A.EXAMPLE:8080",
          "https://${config:shop}.elsewhere.example/",
          "${base_url:api}/${config:shop}"})
        EXPECT_THAT(withRequest(fmt::format("url: '{}'", url)), IsEmpty()) << url;
}

TEST(RequestChecks, FindsWhatNoAccountHas) {
    const RequestCase cases[] = {
        {"api_key: nope.key", "there is no parameter 'nope.key' (declare it in 'parameters')"},
        {"account: config:shpo", "there is no parameter 'shpo' (did you mean 'shop'?)"},
        {"account: user_id",
         "every account (write /user_id, or {const: user_id} if that is meant)"},
        {"label: {from: token:/a, default: config:nope}", "there is no parameter 'nope'"},
        {"label: {when: {config:nope: x}, then: a}", "there is no parameter 'nope'"},
        {"token_params: {a: '${config:nope}'}", "there is no parameter 'nope'"},
        {"authorize_params: {a: '${base_url:apo}'}", "(did you mean 'api'?)"},
        {"authorize_params: {a: '${access_token}'}",
         "there is no source 'access_token' (write con"},
        {"authorize_params: {a: '${config:shop'}", "a '${' is not closed"},
        {"check: {url: '${base_url:nope}/me'}", "there is no base URL 'nope'"},
        {"check: {url: /me}", "write ${base_url:api}/me"},
        {"check: {url: https://a.example, headers: {Host: a}}", "the header 'Host' itself"},
    };
    for (const RequestCase& one : cases)
        EXPECT_THAT(withAuthorization(one.text), Contains(HasSubstr(one.finding))) << one.text;
    EXPECT_THAT(withAuthorization("label: {const: config:nope}"), IsEmpty());
}

TEST(RequestChecks, LooksAtSubscriptionsAndSignaturesToo) {
    const std::string verify = "notifications: {verify: [{method: token, header: X-Token}]}\n";
    EXPECT_THAT(
        requestFindings(
            verify + "subscription:\n  create: {url: '${base_url:apo}/hooks'}\n"
                     "  delete: {url: '${base_url:api}/hooks'}"
        ),
        Contains(HasSubstr("acme.yaml:16:17: error: there is no base URL 'apo'"))
    );
    EXPECT_THAT(
        requestFindings("notifications: {verify: [{method: token, header: X Token}]}"),
        Contains(HasSubstr("no header with the name 'X Token'"))
    );
}

TEST(RequestChecks, SaysNothingOfWhatCannotBeKnown) {
    const auto findings = requestFindings(
        "base_url: {web: https://acme.example}\n"
        "notifications: {verify: [{method: token, header: X-Token}]}\n"
        "authorization: {check: {url: '${base_url:api}/me'}}"
    );
    EXPECT_THAT(findings, Contains(HasSubstr("unknown key 'base_url'")));
    EXPECT_THAT(findings, Not(Contains(HasSubstr("no base URL"))));
}

}  // namespace
}  // namespace ferry::config
