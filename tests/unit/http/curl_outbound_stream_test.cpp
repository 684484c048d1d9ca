// Goal: streamed bodies go through whole and in bounded memory, whoever is slow holds up the other
// side.
// Method: pipes at this end, raw sockets at the other.

#include "http/curl_outbound.h"
#include "outbound_stream_fixture.h"
#include "support/eventually.h"
#include "support/resident_memory.h"

#include <fmt/core.h>

#include <atomic>
#include <future>

namespace ferry::http {
namespace {

using test::RawConnection;
using test::RawServer;

constexpr std::size_t kGrowthMax = 8 << 20;

TEST(CurlOutboundStream, HandsOnHeadAndBodyAsTheyCome) {
    std::promise<void> go_on;
    RawServer server([&](RawConnection& connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
        connection.send(
            "HTTP/1.1 206 Partial Content\r\nX-A: b\r\nContent-Encoding: gzip\r\n"
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        );
        go_on.get_future().wait();
        connection.send("2\r\nde\r\n0\r\n\r\n");
        connection.waitForClose();
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.start(*outbound, stream.request(server.url()));

    const OutboundResponse head = stream.head.get();
    EXPECT_EQ(head.status, 206);
    EXPECT_EQ(head.headers.get("X-A"), "b");
    EXPECT_FALSE(head.headers.get("Link")) << "of an interim answer";
    char bytes[100];
    EXPECT_EQ(stream.down->read(bytes, kLong).value(), 3U);
    EXPECT_EQ(stream.collector.count(), 0U) << "it goes on";
    go_on.set_value();
    EXPECT_EQ(stream.readAll(), "de") << "and was not decoded, though it says gzip";
    EXPECT_EQ(stream.error(), TransportError::None);
}

TEST(CurlOutboundStream, AnswersWithoutABodyEndTheirPipe) {
    RawServer server([&](RawConnection& connection) {
        while (!connection.readRequest().empty())
            connection.send("HTTP/1.1 204 No Content\r\n\r\n");
    });
    const auto outbound = makeOutbound();
    for (int i = 0; i < 3; ++i) {
        Streamed stream;
        stream.start(*outbound, stream.request(server.url()));
        EXPECT_EQ(stream.readAll(), "");
        EXPECT_EQ(stream.head.get().status, 204);
        EXPECT_EQ(stream.error(), TransportError::None);
    }
    EXPECT_EQ(server.connectionsTotal(), 1) << "connections are kept";
}

/// Reads a request with a body of known length, and tells the sum of its bytes.
void countBody(RawConnection& connection, std::size_t length) {
    std::vector<char> bytes(1 << 18);
    std::size_t received = 0;
    std::uint64_t sum = 0;
    while (received < length) {
        const std::size_t got = connection.readSome(bytes.data(), bytes.size());
        if (got == 0) return;
        for (std::size_t i = 0; i < got; ++i)
            sum += static_cast<unsigned char>(bytes[i]);
        received += got;
    }
    connection.send(test::okAnswer(fmt::format("{} {}", received, sum)));
}

TEST(CurlOutboundStream, LargeBodiesBothWaysTakeNoMemory) {
    const std::string piece(100'000, '\1');
    RawServer server([&](RawConnection& connection) {
        if (connection.readHead().starts_with("PUT"))
            return countBody(connection, test::kLargeBody);
        connection.send(
            fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", test::kLargeBody)
        );
        for (std::size_t sent = 0; sent < test::kLargeBody; sent += piece.size())
            connection.send(std::string_view(piece).substr(0, test::kLargeBody - sent));
    });
    const auto outbound = makeOutbound();
    Streamed upload;
    upload.up = std::make_shared<BodyPipe>();
    Streamed download;
    const std::size_t before = test::residentBytes();

    OutboundRequest put = upload.request(server.url());
    put.stream->request_bytes = test::kLargeBody;
    upload.start(*outbound, std::move(put));
    for (std::size_t sent = 0; sent < test::kLargeBody;) {
        const auto room = std::string_view(piece).substr(0, test::kLargeBody - sent);
        sent += upload.up->write(room, kLong).value();
    }
    upload.up->finish();
    EXPECT_EQ(upload.readAll(), fmt::format("{} {}", test::kLargeBody, test::kLargeBody));
    const std::size_t after_upload = test::residentBytes();

    download.start(*outbound, download.request(server.url()));
    std::size_t received = 0;
    std::vector<char> bytes(1 << 16);
    while (const std::size_t got = download.down->read(bytes, kLong).value())
        received += got;
    EXPECT_EQ(received, test::kLargeBody);
    EXPECT_LT(after_upload, before + kGrowthMax);
    EXPECT_LT(test::residentBytes(), before + kGrowthMax);
}

TEST(CurlOutboundStream, ABodyOfUnknownLengthGoesInChunks) {
    RawServer server([&](RawConnection& connection) {
        const std::string head = connection.readHead();
        std::string body;
        char bytes[4096];
        while (!body.ends_with("0\r\n\r\n"))
            body.append(bytes, connection.readSome(bytes, sizeof bytes));
        const bool is_chunked = head.find("Transfer-Encoding: chunked\r\n") != std::string::npos &&
                                head.find("Content-Length") == std::string::npos;
        connection.send(test::okAnswer(is_chunked ? body : "not chunked: " + head));
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.up = std::make_shared<BodyPipe>();
    stream.start(*outbound, stream.request(server.url()));
    stream.up->write("abc", kLong).value();
    stream.up->finish();
    EXPECT_EQ(stream.readAll(), "3\r\nabc\r\n0\r\n\r\n");
}

TEST(CurlOutboundStream, ASlowReaderHoldsTheServerUp) {
    std::atomic<std::size_t> sent{0};
    RawServer server([&](RawConnection& connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        const std::string piece(1 << 16, 'x');
        while (sent < (std::size_t{64} << 20) && connection.send(piece))
            sent += piece.size();
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    // Nothing is read for many times the time limit: who is held up is not idle.
    stream.start(*outbound, stream.request(server.url(), Milliseconds(100)));
    EXPECT_EQ(stream.head.get().status, 200);
    std::size_t last = 1;
    EXPECT_TRUE(test::eventually([&] {
        std::this_thread::sleep_for(Milliseconds(500));
        return std::exchange(last, sent.load()) == sent.load();
    }));
    EXPECT_LT(sent, std::size_t{32} << 20) << "the rest is in the system's buffers";
    EXPECT_EQ(stream.collector.count(), 0U);
    EXPECT_EQ(stream.readAll().size(), std::size_t{64} << 20);
    EXPECT_EQ(stream.error(), TransportError::None);
}

TEST(CurlOutboundStream, ASlowServerHoldsTheWriterUp) {
    std::promise<void> go_on;
    RawServer server([&](RawConnection& connection) {
        connection.readHead();
        go_on.get_future().wait();
        countBody(connection, std::size_t{64} << 20);
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.up = std::make_shared<BodyPipe>();
    OutboundRequest put = stream.request(server.url());
    put.stream->request_bytes = std::size_t{64} << 20;
    stream.start(*outbound, std::move(put));
    const std::string piece(1 << 16, '\0');
    std::size_t sent = 0;
    while (const std::size_t count = stream.up->write(piece, Milliseconds(1000)).value_or(0))
        sent += count;
    EXPECT_LT(sent, std::size_t{32} << 20);
    go_on.set_value();
    while (sent < std::size_t{64} << 20)
        sent += stream.up->write(piece, kLong).value();
    stream.up->finish();
    EXPECT_EQ(stream.readAll(), fmt::format("{} 0", std::size_t{64} << 20));
}

}  // namespace
}  // namespace ferry::http
