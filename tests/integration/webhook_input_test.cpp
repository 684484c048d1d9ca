// Goal: whatever comes to the webhook URL gets the answer that it deserves, is counted, and
// disturbs nothing. Method: the whole hub, with requests that no provider would send.

#include "base/encoding.h"
#include "integration/hub_fixture.h"
#include "support/http/raw_client.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WebhookInputTest : public HubTest {
  protected:
    void SetUp() override { startWith("marketing"); }
    void TearDown() override {
        // Still in order: a change comes through, and nothing was invented.
        put("/at-last.txt");
        ASSERT_TRUE(receiver_.waitForEvents(1));
        EXPECT_THAT(loggedEvents(), ElementsAre("CREATED /at-last.txt"));
    }
    Answer post(const std::string& body) { return postWebhook(target_, body, app_.secret); }
    double rejected(const std::string& reason) {
        return metric(fmt::format("ferry_webhooks_rejected_total{{reason=\"{}\"}}", reason));
    }

    const std::string target_{kWebhookTarget};
};

TEST_F(WebhookInputTest, ABodyOverOneMebibyteIsTooLarge) {
    const std::size_t limit = 1U << 20;
    const std::string notice = noticeBody(account_);
    const std::string fits = notice + std::string(limit - notice.size(), ' ');
    EXPECT_EQ(post(fits).status, 200);
    EXPECT_EQ(post(fits + " ").status, 413);
    EXPECT_EQ(post(std::string(limit + 1, 'x')).status, 413);
    EXPECT_EQ(rejected("too_large"), 2);
    EXPECT_EQ(metric("ferry_http_requests_refused_total{status=\"413\"}"), 2);
}

TEST_F(WebhookInputTest, BadSignaturesAreRefusedAndCounted) {
    const std::string body = noticeBody(account_);
    EXPECT_EQ(postWebhook(target_, body, "another secret").status, 401);
    EXPECT_EQ(ask(hub_->port(), "POST", target_, {}, body).status, 401) << "none at all";
    for (const char* signature : {"", "00", "zz", "ä"}) {
        EXPECT_EQ(
            ask(hub_->port(), "POST", target_, {{"X-Dropbox-Signature", signature}}, body).status,
            401
        ) << signature;
    }
    EXPECT_EQ(rejected("bad_signature"), 6);
    EXPECT_EQ(metric("ferry_notices_marked_total"), 0);
}

TEST_F(WebhookInputTest, UnknownConnectorsAreNotFound) {
    const std::string body = noticeBody(account_);
    EXPECT_EQ(ask(hub_->port(), "POST", "/elements/api-v2/events/box", {}, body).status, 404);
    EXPECT_EQ(ask(hub_->port(), "POST", "/elements/api-v2/events/", {}, body).status, 404);
    EXPECT_EQ(ask(hub_->port(), "GET", "/elements/api-v2/events/box?challenge=x").status, 404);
    EXPECT_EQ(rejected("unknown_connector"), 2);
}

TEST_F(WebhookInputTest, UnknownAccountsAreAcceptedAndCounted) {
    EXPECT_EQ(post(noticeBody("dbid:nobody")).status, 200);
    EXPECT_EQ(metric("ferry_webhook_accounts_unknown_total"), 1);
    EXPECT_EQ(ask(hub_->port(), "POST", target_, {}, noticeBody("dbid:nobody")).status, 401);
    EXPECT_EQ(rejected("bad_signature"), 1);
}

TEST_F(WebhookInputTest, TheChallengeIsEchoedAsDropboxWantsIt) {
    const Answer answer = ask(hub_->port(), "GET", target_ + "?challenge=a%26b%3Cscript%3E");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "a&b<script>");
    EXPECT_THAT(answer.headers.at("content-type"), HasSubstr("text/plain"));
    EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
    EXPECT_TRUE(fake_->verifyWebhook(webhook_uris_.front(), "challenge-1"));
    for (const char* none : {"", "?challenge=", "?other=x"}) {
        const Answer lacking = ask(hub_->port(), "GET", target_ + none);
        EXPECT_EQ(lacking.status, 400);
        EXPECT_THAT(lacking.body, HasSubstr("by GET a challenge"));
        EXPECT_THAT(lacking.body, HasSubstr("{\"requestId\":\""));
    }
}

TEST_F(WebhookInputTest, HostileBodiesAreRefusedNotSwallowed) {
    const std::string good = noticeBody(account_);
    const std::string bodies[] = {
        "",
        "{",
        good.substr(0, good.size() / 2),
        "null",
        "[]",
        "\"text\"",
        std::string("\xFF\xFE\x00\x01", 4),
        "{\"list_folder\":{\"accounts\":[\"\xFF\"]}}",
        "<html>",
        std::string(100'000, '['),
        std::string(500'000, '{'),
    };
    for (const std::string& body : bodies) {
        const Answer answer = post(body);
        EXPECT_EQ(answer.status, 400) << body.substr(0, 60);
    }
    EXPECT_EQ(rejected("malformed"), static_cast<double>(std::size(bodies)));
    EXPECT_EQ(rejected("fault"), 0);
    // JSON that names nobody is nobody's business.
    EXPECT_EQ(post(R"({"list_folder":{"accounts":"dbid:x"}})").status, 200);
    EXPECT_EQ(post(R"({"list_folder":{"accounts":[1,null,{}]}})").status, 200);
    EXPECT_EQ(metric("ferry_notices_marked_total"), 0);
}

TEST_F(WebhookInputTest, TheFakesOddNoticesAreUnderstood) {
    using demo::FaultKind;
    for (const FaultKind kind :
         {FaultKind::SpacedBody,
          FaultKind::TeamsForm,
          FaultKind::AccountTwice,
          FaultKind::UnknownAccount,
          FaultKind::DuplicateNotice}) {
        const double before = metric("ferry_webhooks_verified_total");
        fake_->faults().nextNotice(kind);
        fake_->notify(app_.key, account_);
        EXPECT_TRUE(eventually([&] { return metric("ferry_webhooks_verified_total") > before; }))
            << demo::faultKindName(kind);
    }
    for (const FaultKind kind :
         {FaultKind::WrongSignature, FaultKind::MissingSignature, FaultKind::ShortSignature}) {
        const double before = rejected("bad_signature");
        fake_->faults().nextNotice(kind);
        fake_->notify(app_.key, account_);
        EXPECT_TRUE(eventually([&] { return rejected("bad_signature") > before; }))
            << demo::faultKindName(kind);
    }
}

TEST_F(WebhookInputTest, OversizedAndMalformedRequestsAreToldCountedAndLogged) {
    const auto send = [this](const std::string& bytes) {
        RawClient client(hub_->port());
        client.send(bytes);
        return client.readToEnd();
    };
    const std::string post = "POST " + target_ + " HTTP/1.1\r\n";
    const std::string large = send(post + "A: " + std::string(9'000, 'b') + "\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(large), 431);
    EXPECT_THAT(bodyOfAnswer(large), HasSubstr("{\"requestId\":\""));
    const std::string chunks =
        send(post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx\r\n0\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(chunks), 400);
    EXPECT_THAT(bodyOfAnswer(chunks), HasSubstr("chunk"));
    EXPECT_EQ(metric("ferry_http_requests_refused_total{status=\"431\"}"), 1);
    EXPECT_EQ(metric("ferry_http_requests_refused_total{status=\"400\"}"), 1);
    EXPECT_EQ(rejected("malformed"), 2);
    EXPECT_TRUE(waitForLog("a request was refused"));
    EXPECT_THAT(logText(), HasSubstr("a header field is too large"));
}

TEST_F(WebhookInputTest, HostileConnectionsDelayNeitherHealthNorWebhooks) {
    const std::string post = "POST " + target_ + " HTTP/1.1\r\n";
    const std::string unfinished[] = {
        post + "Host: a\r\n",
        post + "Content-Length: 1000\r\n\r\n{",
        "GET /healthz HTTP/1.1\r\n\r\n" + post + "Content-Length: 1000\r\n\r\n{",
    };
    std::vector<std::unique_ptr<RawClient>> hostile;
    for (const std::string& bytes : unfinished) {
        for (int i = 0; i < 100; ++i) {
            hostile.push_back(std::make_unique<RawClient>(hub_->port()));
            hostile.back()->send(bytes);
        }
    }
    for (int i = 0; i < 3; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        EXPECT_EQ(ask(hub_->port(), "GET", "/healthz").status, 200);
        EXPECT_EQ(postWebhook(target_, noticeBody(account_), app_.secret).status, 200);
        EXPECT_LT(std::chrono::steady_clock::now() - begun, Milliseconds(2'000)) << "1 s each";
    }
    EXPECT_GE(metric("ferry_http_connections_waiting"), 100);
}

TEST_F(WebhookInputTest, HealthIsTold) {
    EXPECT_EQ(ask(hub_->port(), "GET", "/healthz").status, 200);
    const Answer ready = ask(hub_->port(), "GET", "/readyz");
    EXPECT_EQ(ready.status, 200);
    EXPECT_THAT(ready.body, HasSubstr("\"ready\":true"));
    EXPECT_EQ(ask(hub_->port(), "GET", "/nowhere").status, 404);
    const Answer looked = ask(hub_->port(), "HEAD", target_);
    EXPECT_EQ(looked.status, 200);
    EXPECT_EQ(looked.body, "");
    EXPECT_EQ(ask(hub_->port(), "HEAD", target_ + "/MTIz").status, 404) << "no such instance";
    const Answer wrong = ask(hub_->port(), "DELETE", target_);
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers.at("allow"), "GET, HEAD, POST");
    EXPECT_THAT(wrong.body, HasSubstr("{\"requestId\":\""));
    EXPECT_EQ(rejected("method"), 1);
    EXPECT_EQ(ask(hub_->port(), "POST", target_ + "/!").status, 404);
    EXPECT_EQ(rejected("unknown_instance"), 2);
    EXPECT_EQ(metric("ferry_instances{state=\"running\"}"), 1);
}

}  // namespace
}  // namespace ferry::test
