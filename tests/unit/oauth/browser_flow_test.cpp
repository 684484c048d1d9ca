// Goal: a person with a browser gets an instance authorized, and each way to fail shows a page that
// says what happened and what to do. Method: the flow with the real token worker's thread and a
// fake provider that answers on threads of its own.

#include "browser_flow_fixture.h"
#include "oauth/pkce.h"

#include <gmock/gmock.h>

#include <map>

namespace ferry::oauth {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(BrowserFlowTest, SendsTheBrowserToTheProvider) {
    const InstanceId id = instance("marketing", {}, kAwaiting);

    const auto response = flow_.start("marketing");

    EXPECT_EQ(response.status, 302);
    EXPECT_THAT(header(response, "Location"), HasSubstr("https://provider.test/authorize?state="));
    EXPECT_EQ(provider_->last_authorize.redirect_uri, "https://hub.test/oauth/callback");
    EXPECT_EQ(provider_->last_authorize.code_challenge.size(), 43U);
    EXPECT_THAT(
        header(response, "Set-Cookie"),
        AllOf(HasSubstr("HttpOnly"), HasSubstr("SameSite=Lax"), HasSubstr("Secure"))
    );
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    EXPECT_EQ(flow_.start(std::to_string(id.value)).status, 302) << "the id does as well";
}

TEST_F(BrowserFlowTest, FinishesTheAuthorization) {
    const InstanceId id = instance("marketing", {}, kAwaiting);

    const auto response = roundTrip("marketing", "c 1/&");

    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("Ann &lt;ann@example.com&gt;"));
    EXPECT_THAT(response.body, Not(HasSubstr("a1")));
    EXPECT_EQ(store_.row(id).state, InstanceState::Running);
    EXPECT_EQ(store_.row(id).account_id, "acc-1");
    EXPECT_THAT(bodies_, HasSubstr("code=c 1/&;redirect_uri=https://hub.test/oauth/callback"));
    const std::string verifier = bodies_.substr(bodies_.find("verifier=") + 9, 86);
    EXPECT_EQ(pkceChallenge(verifier), provider_->last_authorize.code_challenge);
    EXPECT_NE(provider_->operations_thread, std::this_thread::get_id());
}

TEST_F(BrowserFlowTest, EveryPageIsLockedDown) {
    instance("marketing", {}, kAwaiting);

    for (const auto& response :
         {roundTrip("marketing"), flow_.callback(callback("")), flow_.start("nobody")}) {
        EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
        EXPECT_THAT(header(response, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
        EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
        EXPECT_EQ(header(response, "Cache-Control"), "no-store");
        EXPECT_THAT(response.body, Not(HasSubstr("<script")));
    }
}

TEST_F(BrowserFlowTest, AStateIsGoodOnce) {
    instance("marketing", {}, kAwaiting);
    const auto started = flow_.start("marketing");
    const auto request = callback("code=c1&state=" + stateOf(started), cookieOf(started));
    http::Request look = request;
    look.method = "HEAD";

    EXPECT_EQ(flow_.callback(look).status, 405);
    EXPECT_EQ(flow_.callback(request).status, 200);
    const auto again = flow_.callback(request);

    EXPECT_EQ(again.status, 400);
    EXPECT_THAT(again.body, HasSubstr("used already"));
}

TEST_F(BrowserFlowTest, AWrongStateAsksTheProviderNothing) {
    const InstanceId id = instance("marketing", {}, kAwaiting);
    flow_.start("marketing");

    const auto guessed = flow_.callback(callback("code=c1&state=guess"));
    EXPECT_EQ(guessed.status, 400);
    EXPECT_THAT(guessed.body, HasSubstr("<title>This link is not open here"));
    EXPECT_EQ(bodies_, "");
    EXPECT_EQ(store_.row(id).state, kAwaiting);
}

TEST_F(BrowserFlowTest, AnOldStateIsRefused) {
    instance("marketing", {}, kAwaiting);
    const auto started = flow_.start("marketing");
    clock_.advance(kStateLifetime);

    const auto response =
        flow_.callback(callback("code=c1&state=" + stateOf(started), cookieOf(started)));

    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("took too long"));
}

TEST_F(BrowserFlowTest, AnotherBrowserCannotFinish) {
    const InstanceId id = instance("marketing", {}, kAwaiting);
    const auto started = flow_.start("marketing");

    const auto response = flow_.callback(callback("code=c1&state=" + stateOf(started)));

    EXPECT_EQ(response.status, 403);
    EXPECT_THAT(response.body, HasSubstr("another browser"));
    EXPECT_EQ(store_.row(id).state, kAwaiting);
    EXPECT_EQ(bodies_, "");
}

TEST_F(BrowserFlowTest, ASecondTabLeavesTheFirstAsItWas) {
    const InstanceId id = instance("marketing", {}, kAwaiting);
    // As a browser keeps cookies; two tabs may share one, which then is the second one's.
    std::map<std::string, std::string> cookies;
    const auto begin = [&] {
        const auto started = flow_.start("marketing");
        const std::string cookie = cookieOf(started);
        const std::size_t equals = cookie.find('=');
        cookies[cookie.substr(0, equals)] = cookie.substr(equals + 1);
        return stateOf(started);
    };
    std::string first;
    std::string second;
    while (cookies.size() < 2) {
        cookies.clear();
        first = begin();
        second = begin();
    }
    std::string all;
    for (const auto& [name, value] : cookies)
        all += (all.empty() ? "" : "; ") + name + "=" + value;

    EXPECT_EQ(flow_.callback(callback("code=c1&state=" + first, all)).status, 200);
    EXPECT_EQ(flow_.callback(callback("code=c2&state=" + second, all)).status, 200);
    EXPECT_EQ(store_.row(id).state, InstanceState::Running);
    for (int i = 0; i < 200; ++i)
        begin();
    EXPECT_LE(cookies.size(), 16U) << "they are sent with every request";
}

TEST_F(BrowserFlowTest, AnInstanceThatWasDisabledMeanwhileIsToldAsThat) {
    const InstanceId id = instance("marketing", {}, kAwaiting);
    const auto started = flow_.start("marketing");
    store_.change(id, [](Instance& row) { row.state = InstanceState::Disabled; });

    const auto response =
        flow_.callback(callback("code=c1&state=" + stateOf(started), cookieOf(started)));

    EXPECT_EQ(response.status, 409);
    EXPECT_THAT(response.body, HasSubstr("was disabled while you were"));
    EXPECT_THAT(response.body, Not(HasSubstr("another account")));
}

TEST_F(BrowserFlowTest, ACallbackElsewhereIsNotBoundToACookie) {
    instance("marketing", {{"oauth.callback.url", "https://proxy.test/oauth/callback"}}, kAwaiting);

    const auto started = flow_.start("marketing");

    EXPECT_EQ(provider_->last_authorize.redirect_uri, "https://proxy.test/oauth/callback");
    EXPECT_EQ(header(started, "Set-Cookie"), "");
    EXPECT_EQ(flow_.callback(callback("code=c1&state=" + stateOf(started))).status, 200);
    EXPECT_THAT(bodies_, HasSubstr("redirect_uri=https://proxy.test/oauth/callback"));
}

TEST_F(BrowserFlowTest, DenialIsToldAndEscaped) {
    instance("marketing", {}, kAwaiting);
    const auto started = flow_.start("marketing");

    const auto response = flow_.callback(callback(
        "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E&state=" +
            stateOf(started),
        cookieOf(started)
    ));

    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("Access was denied"));
    EXPECT_THAT(response.body, HasSubstr("&lt;script&gt;"));
    EXPECT_THAT(response.body, Not(HasSubstr("<script")));
    EXPECT_THAT(response.body, HasSubstr("href=\"https://hub.test/oauth/start/marketing\""));
}

TEST_F(BrowserFlowTest, MalformedAnswersAreRefused) {
    instance("marketing", {}, kAwaiting);
    const std::string state = stateOf(flow_.start("marketing"));

    for (const std::string& query :
         {std::string(),
          std::string("code=c1"),
          "state=" + state,
          "code=c&error=e&state=" + state,
          "code=%zz&state=" + state,
          "code=" + std::string(5000, 'x') + "&state=" + state,
          "code=c&state=" + std::string(600, 'x')}) {
        EXPECT_EQ(flow_.callback(callback(query)).status, 400) << query;
    }
    EXPECT_EQ(bodies_, "");
}

TEST_F(BrowserFlowTest, WhatIsEmptyIsToldAsWhatIsMissing) {
    const auto page = [&](const std::string& query) {
        return flow_.callback(callback(query)).body;
    };
    EXPECT_THAT(page("code=c1"), AllOf(HasSubstr("has no state"), HasSubstr("link again")));
    EXPECT_EQ(page("code=c1&state="), page("code=c1"));
    EXPECT_THAT(page("state=s"), AllOf(HasSubstr("has no code"), HasSubstr("link again")));
    EXPECT_EQ(page("state=s&code="), page("state=s"));
    EXPECT_EQ(page("state=s&code=&error="), page("state=s"));
    EXPECT_THAT(page("code=c&error=e&state=s"), HasSubstr("both a code and an error"));
}

TEST_F(BrowserFlowTest, AWrongAccountIsNamed) {
    const InstanceId id = instance("marketing", {}, InstanceState::NeedsReauthorization);
    store_.change(id, [](Instance& row) { row.account_id = "acc-other"; });

    const auto response = roundTrip("marketing");

    EXPECT_EQ(response.status, 409);
    EXPECT_THAT(response.body, AllOf(HasSubstr("acc-other"), HasSubstr("acc-1")));
    EXPECT_EQ(store_.row(id).state, InstanceState::NeedsReauthorization);
}

TEST_F(BrowserFlowTest, ProviderFailuresHavePagesOfTheirOwn) {
    instance("marketing", {}, kAwaiting);
    struct Case {
        int provider_status;
        const char* provider_body;
        int status;
        const char* text;
    };
    for (const Case& one : {
             Case{503, "", 503, "not available at the moment"},
             Case{400, "invalid_grant", 400, "code is not accepted"},
             Case{400, "invalid_client", 502, "Check oauth.api.key"},
             Case{200, "nonsense", 500, "could not finish"},
         }) {
        {
            const std::lock_guard lock(mutex_);
            exchange_status_ = one.provider_status;
            exchange_body_ = one.provider_body;
        }
        const auto response = roundTrip("marketing");
        EXPECT_EQ(response.status, one.status) << one.text;
        EXPECT_THAT(response.body, HasSubstr(one.text));
        EXPECT_THAT(response.body, HasSubstr("Begin again"));
    }
}

TEST_F(BrowserFlowTest, ASlowProviderGetsAPageInTime) {
    instance("marketing", {}, kAwaiting);
    // Nobody steps this one, so its answer never comes.
    AccountAuthorizer idle(parts(network_), urls_, {});
    BrowserFlow flow(wakingParts(), idle, {Milliseconds(0), 1});
    const auto started = flow.start("marketing");

    const auto response =
        flow.callback(callback("code=c1&state=" + stateOf(started), cookieOf(started)));

    EXPECT_EQ(response.status, 504);
    EXPECT_THAT(response.body, HasSubstr("Still working"));
}

TEST_F(BrowserFlowTest, TooManyAtOneTimeAreTurnedAway) {
    instance("marketing", {}, kAwaiting);
    BrowserFlow flow(wakingParts(), authorizer_, {Milliseconds(1000), 0});
    const auto started = flow.start("marketing");

    EXPECT_EQ(
        flow.callback(callback("code=c1&state=" + stateOf(started), cookieOf(started))).status, 503
    );
    EXPECT_EQ(bodies_, "");
}

TEST_F(BrowserFlowTest, StartSaysWhyItCannot) {
    instance("off", {}, InstanceState::Disabled);
    instance("key", {{"authentication.type", "apiKey"}}, kAwaiting);
    instance("odd", {}, kAwaiting);

    EXPECT_EQ(flow_.start("nobody").status, 404);
    EXPECT_EQ(flow_.start("").status, 404);
    EXPECT_EQ(flow_.start("99999999999999999999").status, 404);
    EXPECT_EQ(flow_.start("off").status, 409);
    EXPECT_EQ(flow_.start("key").status, 409);
    provider_->authorize_url = "https://provider.test/\r\nX-Injected: 1";
    EXPECT_EQ(flow_.start("odd").status, 500);
    provider_->authorize_url = "javascript:alert(1)";
    EXPECT_EQ(flow_.start("odd").status, 500);
    directory_.providers.clear();
    EXPECT_EQ(flow_.start("odd").status, 503);
    store_.is_down = true;
    EXPECT_EQ(flow_.start("odd").status, 503);
}

}  // namespace
}  // namespace ferry::oauth
