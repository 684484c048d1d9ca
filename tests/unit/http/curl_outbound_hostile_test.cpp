// Goal: whatever a server does, the request ends once, in time, with the right error and in bounds.
// Method: a server on a raw socket for every way of misbehaving.

#include "http/curl_outbound.h"
#include "outbound_fixture.h"

#include <fmt/core.h>
#include <zlib.h>

#include <atomic>
#include <thread>

namespace ferry::http {
namespace {

using test::exchange;
using test::okAnswer;
using test::RawConnection;
using test::RawServer;

/// 64 MiB of zeros in 64 KiB.
std::string gzipBomb() {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    std::string zeros(1 << 20, '\0');
    std::string out(1 << 20, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    for (int i = 0; i < 64; ++i) {
        stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
        stream.avail_in = static_cast<uInt>(zeros.size());
        deflate(&stream, i == 63 ? Z_FINISH : Z_NO_FLUSH);
    }
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

struct Case {
    const char* name;
    RawServer::Script script;
    TransportError want;
    int status = 0;  ///< of the answer, if its head came whole before it was too large
};

/// Sends `text` as the answer to the first request, then closes.
RawServer::Script says(std::string text) {
    return [text = std::move(text)](RawConnection& connection) {
        connection.readRequest();
        connection.send(text);
    };
}

RawServer::Script endless(std::string head, std::string piece) {
    return [=](RawConnection& connection) {
        connection.readRequest();
        connection.send(head);
        while (connection.send(piece)) {
        }
    };
}

std::vector<Case> cases() {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
    std::vector<Case> all = {
        {"closes without a word", says(""), TransportError::Reset},
        {"truncates the head", says("HTTP/1.1 200 OK\r\nContent-"), TransportError::Reset},
        {"ends after an interim answer",
         says("HTTP/1.1 103 Early Hints\r\n\r\n"),
         TransportError::Reset},
        {"truncates the body", says(ok + "Content-Length: 10\r\n\r\nabc"), TransportError::Reset},
        {"truncates a chunk", says(chunked + "a\r\nabc"), TransportError::Reset},
        {"sends a bad chunk", says(chunked + "zz\r\nabc\r\n"), TransportError::Reset},
        {"does not speak HTTP", says("SSH-2.0-OpenSSH_9.2\r\n\r\n"), TransportError::Reset},
        {"sends no status", says("HTTP/1.1 \r\n\r\n"), TransportError::Reset},
        {"sends bad gzip",
         says(okAnswer("not gzip at all", "Content-Encoding: gzip\r\n")),
         TransportError::Reset},
        {"announces too much",
         says(ok + "Content-Length: 999999\r\n\r\n"),
         TransportError::TooLarge,
         200},
        {"announces too much and was refused",
         says("HTTP/1.1 503 Busy\r\nContent-Length: 999999\r\n\r\n"),
         TransportError::TooLarge,
         503},
        {"sends an endless body",
         endless(ok + "\r\n", std::string(4096, 'x')),
         TransportError::TooLarge,
         200},
        {"sends endless chunks",
         endless(chunked, "1000\r\n" + std::string(4096, 'x') + "\r\n"),
         TransportError::TooLarge,
         200},
        {"sends endless headers",
         endless(ok, "X-More: " + std::string(200, 'y') + "\r\n"),
         TransportError::TooLarge},
        {"sends one endless header",
         endless(ok + "X-Long: ", std::string(4096, 'y')),
         TransportError::Reset},
        {"sends endless interim answers",
         endless("", "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"),
         TransportError::TooLarge},
        {"sends a gzip bomb",
         says(okAnswer(gzipBomb(), "Content-Encoding: gzip\r\n")),
         TransportError::TooLarge,
         200},
    };
    all.push_back(
        {"resets",
         [](RawConnection& connection) {
             connection.readRequest();
             connection.reset();
         },
         TransportError::Reset}
    );
    all.push_back(
        {"resets in the body",
         [ok](RawConnection& connection) {
             connection.readRequest();
             connection.send(ok + "Content-Length: 10\r\n\r\nabc");
             connection.reset();
         },
         TransportError::Reset}
    );
    return all;
}

TEST(CurlOutboundHostile, EveryMisbehaviourHasItsError) {
    const auto outbound = makeOutbound();
    for (const Case& one : cases()) {
        RawServer server(one.script);
        OutboundRequest request = postTo(server.url());
        request.traffic = Traffic::Provider;
        request.response_bytes_max = 100000;

        const OutboundResponse response = exchange(*outbound, request);

        EXPECT_EQ(transportErrorName(response.error), transportErrorName(one.want))
            << one.name << ": " << response.error_detail;
        EXPECT_EQ(response.status, one.status) << one.name;
        EXPECT_FALSE(response.error_detail.empty()) << one.name;
        EXPECT_EQ(outbound->stats().in_flight, 0U) << one.name;
    }
}

TEST(CurlOutboundHostile, SilentServersTimeOut) {
    RawServer silent([](RawConnection& connection) { connection.waitForClose(); });
    RawServer stops_in_body([](RawConnection& connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        connection.waitForClose();
    });
    const auto outbound = makeOutbound();
    for (const RawServer* server : {&silent, &stops_in_body}) {
        OutboundRequest request = postTo(server->url());
        request.timeout = Milliseconds(50);
        const OutboundResponse response = exchange(*outbound, request);
        EXPECT_EQ(response.error, TransportError::Timeout) << response.error_detail;
        EXPECT_GE(response.latency, Milliseconds(50));
        EXPECT_TRUE(response.body.empty());
    }
}

TEST(CurlOutboundHostile, ADripDoesNotStretchTheTimeout) {
    RawServer server([](RawConnection& connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
        // Always something new, never enough; the client's close ends it.
        while (connection.send("x"))
            std::this_thread::yield();
    });
    OutboundRequest request = postTo(server.url());
    request.timeout = Milliseconds(100);
    request.response_bytes_max = 200 << 20;

    EXPECT_EQ(exchange(*makeOutbound(), request).error, TransportError::Timeout);
}

TEST(CurlOutboundHostile, BodiesUpToTheLimitPass) {
    const auto outbound = makeOutbound();
    for (std::size_t bytes : {999, 1000, 1001}) {
        for (const bool has_length : {true, false}) {
            const std::string body(bytes, 'x');
            RawServer server(says(has_length ? okAnswer(body) : "HTTP/1.1 200 OK\r\n\r\n" + body));
            OutboundRequest request = postTo(server.url());
            request.response_bytes_max = 1000;
            const OutboundResponse response = exchange(*outbound, request);
            const auto want = bytes > 1000 ? TransportError::TooLarge : TransportError::None;
            EXPECT_EQ(response.error, want) << bytes << response.error_detail;
            // Without a length it is kept as far as it goes; with one nothing of it is read.
            const std::size_t kept = bytes <= 1000 ? bytes : has_length ? 0 : 1000;
            EXPECT_EQ(response.body.size(), kept);
        }
    }
}

TEST(CurlOutboundHostile, NobodyListeningIsAConnectError) {
    std::string url;
    {
        const RawServer gone([](RawConnection&) {});
        url = gone.url();
    }
    EXPECT_EQ(exchange(*makeOutbound(), postTo(url)).error, TransportError::Connect);
}

TEST(CurlOutboundHostile, UnknownNamesAreDnsErrors) {
    // RFC 6761: never resolves.
    const OutboundResponse response = exchange(*makeOutbound(), postTo("http://ferry.invalid/"));

    EXPECT_EQ(response.error, TransportError::Dns) << response.error_detail;
}

TEST(CurlOutboundHostile, AConnectionThatTheServerClosedIsReplaced) {
    RawServer server(says(okAnswer("ok")));  // one answer, then closes, without saying so
    const auto outbound = makeOutbound();

    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(exchange(*outbound, postTo(server.url())).status, 200) << i;
    }
}

TEST(CurlOutboundHostile, AKeptConnectionThatTheServerResetsIsReplaced) {
    RawServer server([](RawConnection& connection) {
        connection.readRequest();
        connection.send(okAnswer("ok"));
        connection.readRequest();
        connection.reset();
    });
    const auto outbound = makeOutbound();

    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(exchange(*outbound, postTo(server.url())).status, 200) << i;
    }
}

TEST(CurlOutbound, AKeptConnectionThatIsCutCostsOneRepetitionNotOneForEachThatIsKept) {
    constexpr int kKept = 4;
    for (const bool is_reset : {false, true}) {
        std::atomic<int> requests{0};
        RawServer server([&](RawConnection& connection) {
            if (connection.readRequest().empty()) return;
            // The first ones wait for each other, so that each has a connection of its own.
            const int number = ++requests;
            while (requests < kKept)
                std::this_thread::sleep_for(Milliseconds(1));
            connection.send(okAnswer("{}"));
            if (number > kKept || connection.readRequest().empty()) return;
            ++requests;
            if (is_reset) connection.reset();
        });
        const auto outbound = makeOutbound();
        test::Collector collector;
        for (int i = 0; i < kKept; ++i)
            outbound->submit(postTo(server.url()), collector.completion());
        ASSERT_EQ(collector.wait(kKept).size(), static_cast<std::size_t>(kKept));
        ASSERT_EQ(server.connectionsTotal(), kKept);

        const OutboundResponse response = exchange(*outbound, postTo(server.url()));

        EXPECT_EQ(response.status, 200) << response.error_detail;
        EXPECT_EQ(requests, kKept + 2) << (is_reset ? "reset" : "closed");
    }
}

}  // namespace
}  // namespace ferry::http
