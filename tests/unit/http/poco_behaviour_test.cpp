// Goal: what host/http relies on in Poco's server, and works around, is still so after an upgrade.
// Method: Poco alone, without our adapter, probed from raw sockets; defaults are read back.

#include "support/http/raw_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/ThreadPool.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace ferry::http {
namespace {

using Poco::Net::HTTPServerParams;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using test::RawClient;

using Body = std::function<void(HTTPServerRequest&, HTTPServerResponse&)>;

class FunctionHandler final : public Poco::Net::HTTPRequestHandler {
  public:
    explicit FunctionHandler(const Body& body) : body_(body) {}
    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
        body_(request, response);
    }

  private:
    const Body& body_;
};

class FunctionFactory final : public Poco::Net::HTTPRequestHandlerFactory {
  public:
    explicit FunctionFactory(Body body) : body_(std::move(body)) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override {
        return body_ ? new FunctionHandler(body_) : nullptr;
    }

  private:
    Body body_;
};

/// Poco's server with `threads` threads on a free port.
struct PocoServer {
    explicit PocoServer(Body body, int threads = 4, int queued = 64, int keep_alive_ms = 15000)
        : pool(2, threads + 2), socket(Poco::Net::SocketAddress("127.0.0.1", 0)) {
        HTTPServerParams::Ptr params = new HTTPServerParams;
        params->setMaxThreads(threads);
        params->setMaxQueued(queued);
        params->setKeepAliveTimeout(Poco::Timespan(keep_alive_ms * 1000));
        server = std::make_unique<Poco::Net::HTTPServer>(
            new FunctionFactory(std::move(body)), pool, socket, params
        );
        server->start();
    }
    ~PocoServer() { server->stopAll(true); }
    std::uint16_t port() const { return socket.address().port(); }

    Poco::ThreadPool pool;
    Poco::Net::ServerSocket socket;
    std::unique_ptr<Poco::Net::HTTPServer> server;
};

void answerOk(HTTPServerRequest&, HTTPServerResponse& response) {
    response.sendBuffer("ok", 2);
}

constexpr auto kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(PocoBehaviour, PocoExceptionGivesAnEmpty500) {
    PocoServer server([](auto&, auto&) { throw Poco::NotFoundException("x"); });
    RawClient client(server.port());

    client.send(kGet);
    const std::string answer = client.readToEnd();

    EXPECT_EQ(test::statusOfAnswer(answer), 500);
    EXPECT_EQ(test::bodyOfAnswer(answer), "");
}

TEST(PocoBehaviour, StandardExceptionGivesNoAnswerAtAll) {
    PocoServer server([](auto&, auto&) { throw std::runtime_error("x"); });
    RawClient client(server.port());

    client.send(kGet);

    EXPECT_EQ(client.readToEnd(), "");
}

TEST(PocoBehaviour, NoHandlerGives501) {
    PocoServer server(nullptr);
    RawClient client(server.port());

    client.send(kGet);

    EXPECT_EQ(test::statusOfAnswer(client.readToEnd()), 501);
}

TEST(PocoBehaviour, AnIdleKeepAliveConnectionHoldsItsThread) {
    PocoServer server(answerOk, 1, 64, 300);
    RawClient idle(server.port());
    idle.send(kGet);
    ASSERT_EQ(test::statusOfAnswer(idle.readAnswer()), 200);
    const auto begun = std::chrono::steady_clock::now();

    RawClient next(server.port());
    next.send(kGet);
    ASSERT_EQ(test::statusOfAnswer(next.readAnswer()), 200);

    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(200));
}

TEST(PocoBehaviour, AConnectionBeyondTheQueueIsClosedWithoutAnAnswer) {
    std::promise<void> entered;
    std::promise<void> leave;
    auto leaving = leave.get_future().share();
    std::once_flag once;
    PocoServer server(
        [&](HTTPServerRequest& request, HTTPServerResponse& response) {
            std::call_once(once, [&] { entered.set_value(); });
            leaving.wait();
            answerOk(request, response);
        },
        1,
        1
    );
    RawClient running(server.port());
    running.send(kGet);
    entered.get_future().wait();

    RawClient queued(server.port());
    RawClient refused(server.port());
    const bool is_closed = refused.isClosedWithin(RawClient::kPatience);
    leave.set_value();

    EXPECT_TRUE(is_closed);
    EXPECT_EQ(server.server->refusedConnections(), 1);
    EXPECT_EQ(test::statusOfAnswer(running.readAnswer()), 200);
}

TEST(PocoBehaviour, DefaultsAreThoseOfTheCodeAndNotOfItsDocumentation) {
    const HTTPServerParams::Ptr params = new HTTPServerParams;

    EXPECT_EQ(params->getTimeout().totalSeconds(), 60);
    EXPECT_TRUE(params->getKeepAlive());
    EXPECT_EQ(params->getKeepAliveTimeout().totalSeconds(), 15);
    EXPECT_EQ(params->getMaxKeepAliveRequests(), 0);
    EXPECT_EQ(params->getMaxThreads(), 0);
    EXPECT_EQ(params->getMaxQueued(), 64);
}

int statusOfHead(const std::string& head) {
    PocoServer server(answerOk);
    RawClient client(server.port());
    client.send(head);
    client.endSending();
    return test::statusOfAnswer(client.readToEnd());
}

TEST(PocoBehaviour, HeadsAreBounded) {
    std::string fields_100;
    for (int i = 0; i < 99; ++i)
        fields_100 += "A" + std::to_string(i) + ": b\r\n";
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";

    EXPECT_EQ(statusOfHead(start + fields_100 + "\r\n"), 200);
    EXPECT_EQ(statusOfHead(start + fields_100 + "More: b\r\n\r\n"), 400);
    EXPECT_EQ(statusOfHead(start + "A: " + std::string(8000, 'b') + "\r\n\r\n"), 200);
    EXPECT_EQ(statusOfHead(start + "A: " + std::string(8300, 'b') + "\r\n\r\n"), 400);
    EXPECT_EQ(statusOfHead("GET /" + std::string(16000, 'a') + " HTTP/1.1\r\n\r\n"), 200);
    EXPECT_EQ(statusOfHead("GET /" + std::string(17000, 'a') + " HTTP/1.1\r\n\r\n"), 400);
}

TEST(PocoBehaviour, ATruncatedChunkedBodyLooksWhole) {
    std::string seen;
    PocoServer server([&](HTTPServerRequest& request, HTTPServerResponse& response) {
        seen.assign(std::istreambuf_iterator<char>(request.stream()), {});
        answerOk(request, response);
    });
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc");
    client.endSending();

    EXPECT_EQ(test::statusOfAnswer(client.readToEnd()), 200);
    EXPECT_EQ(seen, "abc");
}

}  // namespace
}  // namespace ferry::http
