// Goal: receivers that let in only whom they know, or want to be asked first, get their events.
// Method: the whole hub; a token URL, a TLS server that demands client certificates, and a receiver
// that grants its permission later.

#include "integration/hub_fixture.h"
#include "support/http/raw_server.h"
#include "support/http/test_certificate.h"

#include <fmt/format.h>

#include <fstream>

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CallbackAccessTest : public HubTest {
  protected:
    static http::Response tokenAnswer(const std::string& token) {
        http::Response response;
        response.body = fmt::format(R"({{"access_token":"{}","expires_in":3600}})", token);
        return response;
    }
    static http::Response status(int code) {
        http::Response response;
        response.status = code;
        return response;
    }
    static std::string header(const http::Request& request, std::string_view name) {
        return std::string(request.headers.get(name).value_or("none"));
    }
    /// A reference to a file with this text.
    std::string fileOf(const std::string& name, const std::string& text) {
        const auto path = folder_.path() / name;
        std::ofstream(path) << text;
        return "${file:" + path.string() + "}";
    }
};

TEST_F(CallbackAccessTest, ATokenIsFetchedKeptAndReplacedWhenItIsRefused) {
    receiver_.answerNext(tokenAnswer("tok-1"));
    startWith(
        "marketing",
        {{"event.notification.oauth2.token.url", receiver_.url("/token")},
         {"event.notification.oauth2.client.id", "ferry"},
         {"event.notification.oauth2.client.secret", "client-s3cret"},
         {"event.notification.oauth2.client.authentication", "client_secret_post"}}
    );
    put("/one.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    receiver_.answerNext(status(401));
    receiver_.answerNext(tokenAnswer("tok-2"));
    put("/two.txt");
    ASSERT_TRUE(receiver_.waitForEvents(2));

    const auto requests = receiver_.requests();
    ASSERT_EQ(requests.size(), 5U);
    EXPECT_EQ(requests[0].path, "/token");
    EXPECT_EQ(
        requests[0].body,
        "grant_type=client_credentials&client_id=ferry&client_secret=client-s3cret"
    );
    EXPECT_EQ(header(requests[1], "Authorization"), "Bearer tok-1");
    EXPECT_EQ(header(requests[2], "Authorization"), "Bearer tok-1");
    EXPECT_EQ(requests[3].path, "/token");
    EXPECT_EQ(header(requests[4], "Authorization"), "Bearer tok-2");
    EXPECT_TRUE(isSigned(requests[4], signature_key_));
    for (const char* secret : {"s3cret", "tok-"}) {
        EXPECT_THAT(logText(), Not(HasSubstr(secret)));
    }
}

TEST_F(CallbackAccessTest, ATokenUrlThatFailsIsTriedAgainLikeACallback) {
    receiver_.answerNext(status(410));
    receiver_.answerNext(tokenAnswer("tok-1"));
    startWith(
        "marketing",
        {{"event.notification.oauth2.token.url", receiver_.url("/token")},
         {"event.notification.oauth2.client.id", "ferry"},
         {"event.notification.oauth2.client.secret", "client-s3cret"},
         {"event.notification.retry.schedule", "100ms, 100ms"}}
    );
    put("/one.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    EXPECT_THAT(logText(), HasSubstr("no access token from the token URL: it answered 410"));
    EXPECT_THAT(logText(), Not(HasSubstr("switched off")));
}

TEST_F(CallbackAccessTest, EachInstanceShowsItsOwnCertificate) {
    const TestCertificate server_certificate = makeCertificate("IP:127.0.0.1");
    const TestCertificate anna = makeCertificate("DNS:anna.example", {"anna", 90 * 86'400});
    const TestCertificate bert = makeCertificate("DNS:bert.example", {"bert", 90 * 86'400});
    std::mutex mutex;
    std::multimap<std::string, std::string> got;  // the client's name, and what came from it
    RawServer server(
        [&](RawConnection& connection) {
            for (;;) {
                const std::string request = connection.readRequest();
                if (request.empty()) return;
                const std::lock_guard lock(mutex);
                got.emplace(connection.clientName(), request);
                connection.send(okAnswer("{}"));
            }
        },
        server_certificate,
        {anna, bert}
    );
    const auto access = [&](const std::string& name, const TestCertificate& client) {
        return Overrides{
            {"event.notification.callback.url", server.url() + "events"},
            {"event.notification.tls.ca", fileOf("ca.pem", server_certificate.pem)},
            {"event.notification.tls.client.certificate", fileOf(name + ".pem", client.pem)},
            {"event.notification.tls.client.key", fileOf(name + ".key", client.key_pem)}};
    };
    declare("anna", access("anna", anna));
    declare("bert", access("bert", bert));
    startHub();
    ASSERT_TRUE(waitUntilLive("anna"));
    ASSERT_TRUE(waitUntilLive("bert"));
    for (int i = 0; i < 3; ++i) {
        put(fmt::format("/{}.txt", i));
        ASSERT_TRUE(eventually([&] {
            const std::lock_guard lock(mutex);
            return got.size() == 2U * (static_cast<std::size_t>(i) + 1);
        }));
    }
    const std::lock_guard lock(mutex);
    EXPECT_EQ(got.count("anna"), 3U);
    for (const auto& [name, request] : got)
        EXPECT_THAT(request, HasSubstr(fmt::format(R"("instanceName":"{}")", name)));
}

TEST_F(CallbackAccessTest, NothingIsDeliveredBeforeTheReceiverAllowsIt) {
    receiver_.answerNext(status(202));
    startWith(
        "marketing",
        {{"event.notification.format", "cloudevents"},
         {"event.notification.cloudevents.handshake", "true"},
         {"event.notification.rate.limit", "100/s"}}
    );
    put("/one.txt");
    ASSERT_TRUE(waitForLog("has not given its permission"));
    EXPECT_EQ(metric("ferry_callbacks_without_permission"), 1);
    ASSERT_EQ(receiver_.requests().size(), 1U);
    const http::Request question = receiver_.requests().front();
    EXPECT_EQ(question.method, "OPTIONS");
    EXPECT_EQ(header(question, "WebHook-Request-Origin"), "hub.test");
    EXPECT_EQ(header(question, "WebHook-Request-Rate"), "6000");
    const std::string grant = header(question, "WebHook-Request-Callback");
    ASSERT_THAT(grant, StartsWith("http://hub.test/callbacks/permission/"));
    const std::string target = grant.substr(std::string("http://hub.test").size());
    EXPECT_EQ(ask(hub_->port(), "GET", target + "0").status, 404);

    const Answer granted = ask(hub_->port(), "GET", target);
    EXPECT_EQ(granted.status, 200);
    EXPECT_THAT(granted.body, HasSubstr("hub.test may now send callbacks"));
    ASSERT_TRUE(receiver_.waitForRequests(2));
    EXPECT_EQ(receiver_.requests()[1].method, "POST");
    EXPECT_EQ(header(receiver_.requests()[1], "WebHook-Request-Origin"), "hub.test");
    EXPECT_EQ(metric("ferry_callbacks_without_permission"), 0);

    // It is kept: after a restart nobody is asked.
    stopHub();
    hub_.reset();
    startHub();
    ASSERT_TRUE(waitUntilLive("marketing"));
    put("/two.txt");
    ASSERT_TRUE(receiver_.waitForRequests(3));
    EXPECT_EQ(receiver_.requests()[2].method, "POST");
}

}  // namespace
}  // namespace ferry::test
