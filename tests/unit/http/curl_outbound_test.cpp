// Goal: a request goes out as it was given, and only to where the egress policy lets it.
// Method: scripted servers on loopback that show what they received.

#include "http/curl_outbound.h"

#include "outbound_fixture.h"

#include <fmt/core.h>
#include <zlib.h>

#include <atomic>

namespace ferry::http {
namespace {

using test::exchange;
using test::okAnswer;
using test::RawConnection;
using test::RawServer;

/// Answers every request with the request itself.
void mirror(RawConnection& connection) {
    for (;;) {
        const std::string request = connection.readRequest();
        if (request.empty() || !connection.send(okAnswer(request, "X-One: 1\r\n"))) return;
    }
}

std::string gzip(const std::string& text) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    std::string in = text;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

TEST(CurlOutbound, SendsWhatItWasGivenAndNothingElse) {
    RawServer server(mirror);
    const auto outbound = makeOutbound();
    OutboundRequest request = postTo(server.url() + "a/../b?c=%20d");
    request.headers.add("X-Empty", "");

    const OutboundResponse response = exchange(*outbound, request);

    EXPECT_EQ(response.status, 200) << response.error_detail;
    EXPECT_EQ(response.headers.get("x-one"), "1");
    EXPECT_EQ(
        response.body,
        fmt::format(
            "POST /a/../b?c=%20d HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUser-Agent: Ferry/0.1.0\r\n"
            "Accept: */*\r\nContent-Type: application/json\r\nX-Empty:\r\n"
            "Content-Length: 2\r\n\r\n{{}}",
            server.port()
        )
    );
}

TEST(CurlOutbound, WhatStartsLaterStartsWithTheNextOrWhenItIsTold) {
    RawServer server(mirror);
    const auto outbound = makeOutbound();
    OutboundRequest later = postTo(server.url());
    later.starts_later = true;
    test::Collector collector;

    outbound->submit(later, collector.completion());
    outbound->submit(later, collector.completion());
    outbound->submit(postTo(server.url()), collector.completion());
    ASSERT_EQ(collector.wait(3).size(), 3U);

    outbound->submit(later, collector.completion());
    outbound->startSubmitted();
    for (const OutboundResponse& response : collector.wait(4))
        EXPECT_EQ(response.status, 200) << response.error_detail;
    EXPECT_EQ(collector.count(), 4U);
}

TEST(CurlOutbound, OneConnectionServesRequestsOfEveryMethod) {
    RawServer server(mirror);
    const auto outbound = makeOutbound();
    const std::pair<const char*, const char*> cases[] = {
        {"POST", "body"}, {"GET", ""}, {"DELETE", ""}, {"PUT", "body"}, {"GET", ""}, {"POST", ""}};
    for (const auto& [method, body] : cases) {
        OutboundRequest request;
        request.method = method;
        request.url = server.url();
        request.body = body;
        const OutboundResponse response = exchange(*outbound, request);
        ASSERT_EQ(response.status, 200) << method << response.error_detail;
        EXPECT_EQ(response.body.find(fmt::format("{} / HTTP/1.1", method)), 0U) << response.body;
        EXPECT_EQ(response.body.substr(response.body.find("\r\n\r\n") + 4), body) << method;
        EXPECT_EQ(response.body.find("Content-Type"), std::string::npos) << response.body;
    }
    EXPECT_EQ(server.connectionsTotal(), 1);
}

TEST(CurlOutbound, AHeadRequestDoesNotWaitForABody) {
    RawServer server([](RawConnection& connection) {
        while (!connection.readRequest().empty()) {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        }
    });
    const auto outbound = makeOutbound();
    OutboundRequest request = postTo(server.url());
    request.method = "HEAD";
    request.body.clear();

    EXPECT_EQ(exchange(*outbound, request).status, 200);
    EXPECT_EQ(exchange(*outbound, request).status, 200);
}

TEST(CurlOutbound, RedirectsAreAnswersLikeAnyOther) {
    RawServer other(mirror);
    RawServer server([&](RawConnection& connection) {
        connection.readRequest();
        connection.send(fmt::format(
            "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", other.url()
        ));
    });

    const OutboundResponse response = exchange(*makeOutbound(), postTo(server.url()));

    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(response.headers.get("Location"), other.url());
    EXPECT_EQ(other.connectionsTotal(), 0);
}

TEST(CurlOutbound, InterimAnswersAndTrailersAreNotTheAnswer) {
    RawServer server([](RawConnection& connection) {
        connection.readRequest();
        connection.send(
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Real: 1\r\n"
            "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n"
        );
        connection.waitForClose();
    });

    const OutboundResponse response = exchange(*makeOutbound(), postTo(server.url()));

    EXPECT_EQ(response.status, 200) << response.error_detail;
    EXPECT_EQ(response.body, "ok");
    EXPECT_TRUE(response.headers.get("X-Real"));
    EXPECT_FALSE(response.headers.get("X-Early"));
    EXPECT_FALSE(response.headers.get("X-Late"));
}

TEST(CurlOutbound, ProvidersMayAnswerGzippedWithinTheLimit) {
    std::atomic<bool> is_asked{false};
    RawServer server([&](RawConnection& connection) {
        for (;;) {
            const std::string request = connection.readRequest();
            if (request.empty()) return;
            is_asked = request.find("Accept-Encoding: gzip\r\n") != std::string::npos;
            connection.send(okAnswer(gzip(std::string(5000, 'a')), "Content-Encoding: gzip\r\n"));
        }
    });
    const auto outbound = makeOutbound();
    OutboundRequest request = postTo(server.url());
    request.traffic = Traffic::Provider;
    request.response_bytes_max = 5000;

    EXPECT_EQ(exchange(*outbound, request).body, std::string(5000, 'a'));
    EXPECT_TRUE(is_asked);

    request.response_bytes_max = 4999;
    const OutboundResponse cut = exchange(*outbound, request);
    EXPECT_EQ(cut.error, TransportError::TooLarge);
    EXPECT_EQ(cut.body, std::string(4999, 'a'));

    request.traffic = Traffic::Callback;
    EXPECT_EQ(exchange(*outbound, request).status, 200) << "left as it is: nobody asked for it";
    EXPECT_FALSE(is_asked);
}

TEST(CurlOutbound, CallbacksDoNotReachPrivateAddressesByAnyName) {
    RawServer server(mirror);
    const auto outbound = makeOutbound(CurlOutboundOptions());
    const std::string port = std::to_string(server.port());
    for (const char* host :
         {"127.0.0.1",
          "localhost",
          "127.1",
          "2130706433",
          "0x7f.1",
          "0177.0.0.1",
          "0.0.0.0",
          "[::1]",
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "[64:ff9b::7f00:1]"}) {
        const OutboundResponse response =
            exchange(*outbound, postTo(fmt::format("http://{}:{}/", host, port)));
        EXPECT_EQ(response.error, TransportError::Refused) << host << response.error_detail;
        EXPECT_NE(
            response.error_detail.find("is refused; delivery.allow_networks"), std::string::npos
        ) << host;
    }
    EXPECT_EQ(server.connectionsTotal(), 0);
}

TEST(CurlOutbound, AnAllowedNetworkIsReachedByAddressAndByName) {
    RawServer server(mirror);
    const auto outbound = makeOutbound();

    EXPECT_EQ(exchange(*outbound, postTo(server.url())).status, 200);
    EXPECT_EQ(
        exchange(*outbound, postTo(fmt::format("http://localhost:{}/", server.port()))).status, 200
    );
}

TEST(CurlOutbound, AConnectionThatAProviderOpenedIsNotLentToCallbacks) {
    RawServer server(mirror);
    const auto outbound = makeOutbound(CurlOutboundOptions());
    OutboundRequest request = postTo(server.url());
    request.traffic = Traffic::Provider;
    ASSERT_EQ(exchange(*outbound, request).status, 200);

    request.traffic = Traffic::Callback;
    EXPECT_EQ(exchange(*outbound, request).error, TransportError::Refused);

    request.traffic = Traffic::Provider;
    EXPECT_EQ(exchange(*outbound, request).status, 200);
    EXPECT_EQ(server.connectionsTotal(), 1) << "the pooled connection was there to be lent";
}

TEST(CurlOutbound, AProxyInTheEnvironmentIsNotUsed) {
    RawServer proxy(mirror);
    RawServer server(mirror);
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    const auto response = exchange(*makeOutbound(), postTo(server.url()));
    ::unsetenv("http_proxy");

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(proxy.connectionsTotal(), 0);
}

TEST(CurlOutbound, RefusesBadRequestsWithoutTraffic) {
    RawServer server(mirror);
    const auto outbound = makeOutbound();
    for (const char* url :
         {"",
          "nowhere",
          "/a",
          "http://",
          "ftp://127.0.0.1/",
          "file:///etc/passwd",
          "gopher://127.0.0.1:70/",
          "http://user@127.0.0.1/",
          "http://@127.0.0.1/",
          "http://u:p@127.0.0.1/",
          "http://127.0.0.1:22/",
          "http://127.0.0.1:99999/",
          "http://127.0.0.1/\r\nA: b"}) {
        const OutboundResponse response = exchange(*outbound, postTo(url));
        EXPECT_EQ(response.error, TransportError::Refused) << url;
        EXPECT_FALSE(response.error_detail.empty()) << url;
    }
    for (const auto& [name, value] :
         {std::pair("A", "b\r\nC: d"),
          std::pair("A:", "b"),
          std::pair("", "b"),
          std::pair("Content-Length", "5"),
          std::pair("transfer-encoding", "chunked"),
          std::pair("Host", "other.example")}) {
        OutboundRequest request = postTo(server.url());
        request.headers.add(name, value);
        EXPECT_EQ(exchange(*outbound, request).error, TransportError::Refused) << name;
    }
    OutboundRequest request = postTo(server.url());
    request.method = "GET / HTTP/1.1\r\nA:";
    EXPECT_EQ(exchange(*outbound, request).error, TransportError::Refused);
    EXPECT_EQ(server.connectionsTotal(), 0);
}

}  // namespace
}  // namespace ferry::http
