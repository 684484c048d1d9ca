#pragma once
// A browser's verbs, the real token worker's thread, and a provider that answers on threads of its
// own.

#include "base/encoding.h"
#include "oauth/browser_flow.h"
#include "oauth/token_worker.h"
#include "oauth_fixture.h"
#include "support/answering_outbound.h"

namespace ferry::oauth {

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
    AccountAuthorizer authorizer_{wakingParts(), urls_, {}};
    TokenRefresher refresher_{wakingParts()};
    TokenWorker token_worker_{authorizer_, refresher_};
    Worker worker_{"tokens", token_worker_, clock_};
    BrowserFlow flow_{wakingParts(), authorizer_, {}};
};

}  // namespace ferry::oauth
