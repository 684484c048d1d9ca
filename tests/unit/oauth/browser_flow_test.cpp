// Goal: a person with a browser gets an instance authorized, and each way to fail shows a page that
// says what happened and what to do. Method: the flow with the real token worker's thread and a
// fake provider that answers on threads of its own.

#include "oauth/browser_flow.h"

#include "base/encoding.h"
#include "oauth/pkce.h"
#include "oauth/result_page.h"
#include "oauth/token_refresher.h"
#include "oauth/token_worker.h"
#include "oauth_fixture.h"
#include "support/answering_outbound.h"

#include <gmock/gmock.h>

namespace ferry::oauth {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class BrowserFlowTest : public OauthFixture {
  protected:
    BrowserFlowTest() { worker_.start(); }
    ~BrowserFlowTest() override { worker_.stop(); }

    OauthParts wakingParts() {
        OauthParts parts = OauthFixture::parts(network_);
        parts.wake = [this] { worker_.wake(); };
        return parts;
    }
    http::OutboundResponse provide(const http::OutboundRequest& request) {
        const std::lock_guard lock(mutex_);
        bodies_ += request.body + "\n";
        http::OutboundResponse response;
        response.status = 200;
        if (request.url.ends_with("exchange")) {
            response.status = exchange_status_;
            response.body = exchange_body_;
        } else {
            response.body = verify_body_;
        }
        return response;
    }

    static std::string header(const http::Response& response, std::string_view name) {
        return std::string(response.headers.get(name).value_or(""));
    }
    static std::string stateOf(const http::Response& started) {
        const std::string location = header(started, "Location");
        return location.substr(location.find("state=") + 6);
    }
    static std::string cookieOf(const http::Response& started) {
        const std::string cookie = header(started, "Set-Cookie");
        return cookie.substr(0, cookie.find(';'));
    }
    static http::Request callback(std::string query, const std::string& cookie = {}) {
        http::Request request;
        request.method = "GET";
        request.path = "/oauth/callback";
        request.query = std::move(query);
        if (!cookie.empty()) request.headers.add("Cookie", "other=1; " + cookie + "; more=2");
        return request;
    }
    /// Begins and comes back with `code`.
    http::Response roundTrip(std::string_view name, std::string_view code = "c1") {
        const auto started = flow_.start(name);
        EXPECT_EQ(started.status, 302);
        return flow_.callback(callback(
            "code=" + percentEncode(code) + "&state=" + stateOf(started), cookieOf(started)
        ));
    }

    std::mutex mutex_;
    std::string bodies_;
    int exchange_status_ = 200;
    std::string exchange_body_ = "access=a1;refresh=r1;expires_in=14400";
    std::string verify_body_ = "account=acc-1;label=Ann <ann@example.com>";
    test::AnsweringOutbound network_{[this](const auto& request) { return provide(request); }};
    AccountAuthorizer authorizer_{wakingParts(), {}};
    TokenRefresher refresher_{wakingParts()};
    TokenWorker token_worker_{authorizer_, refresher_};
    Worker worker_{"tokens", token_worker_, clock_};
    BrowserFlow flow_{wakingParts(), authorizer_, {}};
};

constexpr auto kAwaiting = InstanceState::AwaitingAuthorization;

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

    EXPECT_EQ(flow_.callback(request).status, 200);
    const auto again = flow_.callback(request);

    EXPECT_EQ(again.status, 400);
    EXPECT_THAT(again.body, HasSubstr("used already"));
}

TEST_F(BrowserFlowTest, AWrongStateAsksTheProviderNothing) {
    const InstanceId id = instance("marketing", {}, kAwaiting);
    flow_.start("marketing");

    EXPECT_EQ(flow_.callback(callback("code=c1&state=guess")).status, 400);
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
             Case{400, "invalid_grant", 400, "used already or has expired"},
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
    AccountAuthorizer idle(parts(network_), {});
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

TEST(ResultPage, EscapesEverything) {
    EXPECT_EQ(
        escapeHtml("<a href=\"x\">'&'\n</a>"),
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39; &lt;/a&gt;"
    );
    EXPECT_EQ(escapeHtml("grün"), "grün");
    EXPECT_EQ(escapeHtml("\xff\xfe"), "(not readable)");
}

TEST(ResultPage, LinksLeadToTheWebOnly) {
    const auto body = [](std::string link) {
        return renderPage({200, "t", {}, std::move(link), "go"}).body;
    };

    EXPECT_THAT(
        body("https://x.test/\"><i>"), HasSubstr("href=\"https://x.test/&quot;&gt;&lt;i&gt;\"")
    );
    EXPECT_THAT(body("javascript:alert(1)"), Not(HasSubstr("href")));
}

}  // namespace
}  // namespace ferry::oauth
