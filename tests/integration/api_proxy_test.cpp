// Goal: a caller's own requests reach the provider with a fresh token and nothing else changed,
// stream both ways, end with either side, and leave threads for everybody else. Method: the whole
// hub between raw callers and a fake Dropbox.

#include "demo/fake_dropbox/content_hash.h"
#include "integration/connector_call_fixture.h"
#include "support/resident_memory.h"

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kListRoot = R"({"path":""})";

class ApiProxyTest : public ConnectorCallTest {
  protected:
    ApiProxyTest() { config_.http.threads = 20; }  // so two connector calls at a time

    Answer list() {
        return proxy(
            "POST", "api/2/files/list_folder", {{"Content-Type", "application/json"}}, kListRoot
        );
    }
    double calls() { return metric("ferry_connector_calls"); }
};

TEST_F(ApiProxyTest, CarriesTheCallersRequestAndTheProvidersAnswer) {
    const Answer listed = list();
    EXPECT_EQ(listed.status, 200) << listed.body;
    EXPECT_EQ(listed.headers.at("content-type"), "application/json");
    EXPECT_THAT(listed.body, HasSubstr("/top.txt"));
    EXPECT_TRUE(listed.headers.contains("x-dropbox-request-id"));
    EXPECT_EQ(listed.headers.at("elements-element-instance-id"), std::to_string(id()));
    // The provider's own refusals come as they are.
    const Answer refused = proxy(
        "POST",
        "api/2/files/get_metadata",
        {{"Content-Type", "application/json"}},
        R"({"path":"/nothing"})"
    );
    EXPECT_EQ(refused.status, 409);
    EXPECT_THAT(refused.body, HasSubstr("error_summary"));
    fake_->faults().rateLimit("files/list_folder", 7);
    const Answer limited = list();
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(limited.headers.at("retry-after"), "7");
    EXPECT_THAT(limited.body, HasSubstr("too_many_requests"));
}

TEST_F(ApiProxyTest, ABrowsersQuestionIsNoCall) {
    const std::string target = "/elements/api-v2/proxy/api/2/files/list_folder";
    const Answer question =
        ask(hub_->port(),
            "OPTIONS",
            target,
            {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}});
    EXPECT_EQ(question.status, 405) << "http/cors makes the answer of it";
    EXPECT_EQ(question.headers.at("allow"), "GET, POST, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(ask(hub_->port(), "OPTIONS", target).status, 401);
}

TEST_F(ApiProxyTest, RefreshesATokenThatIsRefusedOnce) {
    fake_->expireAccessTokens(account_);
    EXPECT_EQ(list().status, 200);
    fake_->faults().unionError("files/list_folder", 401, "expired_access_token", 2);
    EXPECT_EQ(list().status, 401) << "the second refusal is the caller's to see";
    EXPECT_EQ(list().status, 200);
}

TEST_F(ApiProxyTest, ABodyThatCantBeSentTwiceIsGoodTheNextTime) {
    const std::string content(200'000, 'u');
    for (const bool is_chunked : {false, true}) {
        const std::string path = is_chunked ? "/chunked.bin" : "/whole.bin";
        const auto upload = [&] {
            RawClient client(hub_->port());
            client.send(head(
                "POST",
                "/proxy/content/2/files/upload",
                "Content-Type: application/octet-stream\r\nDropbox-API-Arg: {\"path\":\"" + path +
                    "\"}\r\n" +
                    (is_chunked ? "Transfer-Encoding: chunked\r\n"
                                : fmt::format("Content-Length: {}\r\n", content.size()))
            ));
            if (is_chunked) client.send(fmt::format("{:x}\r\n", content.size()));
            client.send(content);
            if (is_chunked) client.send("\r\n0\r\n\r\n");
            return client.readAnswer(kPatience);
        };
        fake_->expireAccessTokens(account_);
        const std::string refused = upload();
        EXPECT_EQ(statusOfAnswer(refused), 401) << refused;
        EXPECT_THAT(refused, HasSubstr("expired_access_token")) << "the provider's own answer";
        const std::string answer = upload();
        EXPECT_EQ(statusOfAnswer(answer), 200) << answer;
        EXPECT_EQ(get("/files?path=" + path).body, content);
    }
}

TEST_F(ApiProxyTest, GoesNowhereElse) {
    for (const char* path :
         {"api/../2/files/list_folder",
          "api/%2e%2e/x",
          "api/a%252f..%252f..%252fx",
          "api/a%5c..%5cb",
          "api/..;/x"}) {
        EXPECT_EQ(proxy("POST", path, {}, "{}").status, 400) << path;
    }
    EXPECT_EQ(proxy("GET", "nothing/2/x").status, 404);
    EXPECT_EQ(proxy("GET", "http:%2F%2Fevil.test/x").status, 404);
    EXPECT_EQ(ask(hub_->port(), "GET", "/elements/api-v2/proxy/api/2/x").status, 401);
}

TEST_F(ApiProxyTest, ProvidersThatFailAreToldApart) {
    // Twice: a kept connection that closes is taken for a stale one, and the call is made once
    // more.
    fake_->faults().next("files/list_folder", demo::FaultKind::NoReply, 2);
    const Answer reset = list();
    EXPECT_EQ(reset.status, 502);
    EXPECT_THAT(reset.body, HasSubstr("providerMessage"));
    fake_->stop();
    EXPECT_EQ(list().status, 502);
}

TEST_F(ApiProxyTest, StreamsAnUploadOfAnyForm) {
    const std::string content(20 << 20, 'u');
    const std::string piece = content.substr(0, 1 << 20);
    for (const bool is_chunked : {false, true}) {
        const std::string path = is_chunked ? "/chunked.bin" : "/whole.bin";
        RawClient client(hub_->port());
        client.send(head(
            "POST",
            "/proxy/content/2/files/upload",
            "Content-Type: application/octet-stream\r\nDropbox-API-Arg: {\"path\":\"" + path +
                "\"}\r\n" +
                (is_chunked ? "Transfer-Encoding: chunked\r\n"
                            : fmt::format("Content-Length: {}\r\n", content.size()))
        ));
        for (std::size_t sent = 0; sent < content.size(); sent += piece.size()) {
            if (is_chunked) client.send(fmt::format("{:x}\r\n", piece.size()));
            ASSERT_TRUE(client.sendExactly(piece));
            if (is_chunked) client.send("\r\n");
        }
        if (is_chunked) client.send("0\r\n\r\n");
        const std::string answer = client.readAnswer(kPatience);
        EXPECT_EQ(statusOfAnswer(answer), 200) << answer;
        EXPECT_THAT(answer, HasSubstr(demo::contentHash(content))) << path;
        EXPECT_EQ(get("/files?path=" + path).body, content) << "and back again";
    }
}

TEST_F(ApiProxyTest, AnUploadThatIsCutOffNeverBecomesAFile) {
    RawClient client(hub_->port());
    client.send(head(
        "POST",
        "/proxy/content/2/files/upload",
        "Content-Type: application/octet-stream\r\nDropbox-API-Arg: {\"path\":\"/cut.bin\"}\r\n"
        "Content-Length: 1000000\r\n"
    ));
    client.send(std::string(500'000, 'x'));
    ASSERT_TRUE(eventually([&] { return calls() == 1; }));
    client.close();
    EXPECT_TRUE(eventually([&] { return calls() == 0; }));
    EXPECT_TRUE(eventually([&] { return metric("ferry_outbound_in_flight") == 0; }));
    EXPECT_EQ(get("/files/metadata?path=/cut.bin").status, 404);
}

TEST_F(ApiProxyTest, ACallerThatLeavesEndsTheDownload) {
    put("/large.bin", std::string(30 << 20, 'd'));
    RawClient client(hub_->port());
    client.send(head("GET", "/files?path=/large.bin", ""));
    char bytes[1000];
    EXPECT_GT(client.readSome(bytes, sizeof bytes), 0U);
    ASSERT_TRUE(eventually([&] { return calls() == 1; }));
    client.close();
    EXPECT_TRUE(eventually([&] { return calls() == 0; }));
    EXPECT_TRUE(eventually([&] { return metric("ferry_outbound_in_flight") == 0; }));
}

TEST_F(ApiProxyTest, AProviderThatLeavesCutsTheDownloadVisibly) {
    put("/large.bin", std::string(1 << 20, 'd'));
    fake_->faults().next("files/download", demo::FaultKind::ResetConnection);
    RawClient client(hub_->port());
    client.send(head("GET", "/files?path=/large.bin", ""));
    const std::string answer = client.readToEnd();
    EXPECT_EQ(statusOfAnswer(answer), 200);
    EXPECT_THAT(answer, HasSubstr("Content-Length: 1048576"));
    EXPECT_LT(bodyOfAnswer(answer).size(), std::size_t{1} << 20) << "shorter than it says";
}

TEST_F(ApiProxyTest, TakesNoMoreThreadsThanItMay) {
    put("/slow.bin", std::string(1 << 20, 'd'));
    fake_->faults().slow("files/download", demo::FaultKind::SlowBody, Milliseconds(20'000), 2);
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 2; ++i) {
        slow.push_back(std::make_unique<RawClient>(hub_->port()));
        slow.back()->send(head("GET", "/files?path=/slow.bin", ""));
    }
    ASSERT_TRUE(eventually([&] { return calls() == 2; }));
    const Answer shed = list();
    EXPECT_EQ(shed.status, 503);
    EXPECT_EQ(shed.headers.at("retry-after"), "1");
    EXPECT_EQ(metric("ferry_connector_calls_shed_total"), 1);
    // Webhooks and calls that wait for nobody go on.
    EXPECT_EQ(
        postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret).status, 200
    );
    EXPECT_EQ(call("GET", "/elements").status, 200);
    slow.clear();
    EXPECT_TRUE(eventually([&] { return calls() == 0; }));
    EXPECT_EQ(list().status, 200);
}

TEST_F(ApiProxyTest, TheApiLeavesThreadsToTheWebhooks) {
    config_.api.requests_in_flight = 1;
    put("/slow.bin", std::string(1 << 20, 'd'));
    fake_->faults().slow("files/download", demo::FaultKind::SlowBody, Milliseconds(20'000), 1);
    hub_.reset();
    startHub();
    RawClient slow(hub_->port());
    slow.send(head("GET", "/files?path=/slow.bin", ""));
    ASSERT_TRUE(eventually([&] { return metric("ferry_api_requests") == 1; }));

    const Answer shed = call("GET", "/elements");
    EXPECT_EQ(shed.status, 503);
    EXPECT_EQ(shed.headers.at("retry-after"), "1");
    EXPECT_EQ(metric("ferry_api_requests_shed_total"), 1);
    EXPECT_EQ(
        postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret).status, 200
    );
}

TEST_F(ApiProxyTest, NoTokenAndNoSecretIsEverShown) {
    fake_->expireAccessTokens(account_);
    list();
    fake_->faults().next("files/list_folder", demo::FaultKind::NoReply);
    const Answer failed = list();
    fake_->unlink(app_.key, account_);
    const Answer refused = list();
    EXPECT_EQ(refused.status, 401) << refused.body;
    for (const std::string& shown : {failed.body, refused.body, logText()}) {
        EXPECT_THAT(shown, Not(HasSubstr("sl.")));
        EXPECT_THAT(shown, Not(HasSubstr("Bearer ")));
        EXPECT_THAT(shown, Not(HasSubstr(refresh_tokens_.at("marketing"))));
        EXPECT_THAT(shown, Not(HasSubstr(std::string(kUserSecret))));
        EXPECT_THAT(shown, Not(HasSubstr(app_.secret)));
    }
}

}  // namespace
}  // namespace ferry::test
