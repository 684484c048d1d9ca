// Goal: when one end of a streamed exchange goes, or nothing moves, it ends at both and frees
// everything; no half body passes for a whole one.
// Method: pipes at this end, raw sockets at the other.

#include "http/curl_outbound.h"
#include "outbound_stream_fixture.h"
#include "support/eventually.h"

namespace ferry::http {
namespace {

using test::RawConnection;
using test::RawServer;

TEST(CurlOutboundStreamEnd, EndsWithTheReader) {
    std::promise<void> is_closed;
    RawServer server([&](RawConnection& connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        while (connection.send(std::string(1 << 16, 'x'))) {
        }
        is_closed.set_value();
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.start(*outbound, stream.request(server.url()));
    stream.head.get();
    stream.down->abandon();
    EXPECT_EQ(stream.error(), TransportError::Cancelled);
    EXPECT_EQ(is_closed.get_future().wait_for(kLong), std::future_status::ready);
    EXPECT_EQ(outbound->stats().in_flight, 0U);
}

TEST(CurlOutboundStreamEnd, EndsWithTheWriter) {
    std::promise<std::size_t> received;
    RawServer server([&](RawConnection& connection) {
        connection.readHead();
        char bytes[4096];
        std::size_t all = 0;
        while (const std::size_t got = connection.readSome(bytes, sizeof bytes))
            all += got;
        received.set_value(all);
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.up = std::make_shared<BodyPipe>();
    OutboundRequest put = stream.request(server.url());
    put.stream->request_bytes = 1000;
    stream.start(*outbound, std::move(put));
    stream.up->write("abc", kLong).value();
    stream.up->fail(Error(ErrorCode::Cancelled, "the client is gone"));
    EXPECT_EQ(stream.error(), TransportError::Cancelled);
    EXPECT_LT(received.get_future().get(), 1000U) << "the provider never sees a whole request";
    EXPECT_EQ(stream.readAll(), " error: cancelled");
}

TEST(CurlOutboundStreamEnd, AServerThatCutsTheAnswerOffIsNoEnd) {
    RawServer server([](RawConnection& connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.start(*outbound, stream.request(server.url()));
    EXPECT_EQ(stream.head.get().status, 200);
    EXPECT_EQ(stream.readAll(), "abc error: unavailable");
    EXPECT_EQ(stream.error(), TransportError::Reset);
}

TEST(CurlOutboundStreamEnd, AServerThatGoesFreesTheWriter) {
    RawServer server([](RawConnection& connection) {
        connection.readHead();
        connection.reset();
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.up = std::make_shared<BodyPipe>();
    stream.start(*outbound, stream.request(server.url()));
    const std::string piece(1 << 16, 'x');
    Result<std::size_t> written = 1;
    while (written)
        written = stream.up->write(piece, kLong);
    EXPECT_EQ(written.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(stream.error(), TransportError::Reset);
}

TEST(CurlOutboundStreamEnd, AnEarlyAnswerReachesTheReader) {
    RawServer server([](RawConnection& connection) {
        connection.readHead();
        connection.send(
            "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig"
        );
        connection.waitForClose();
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.up = std::make_shared<BodyPipe>();
    OutboundRequest put = stream.request(server.url());
    put.stream->request_bytes = std::size_t{1} << 40;
    stream.start(*outbound, std::move(put));
    const std::string piece(1 << 16, 'x');
    while (stream.up->write(piece, kLong)) {
    }
    EXPECT_EQ(stream.head.get().status, 413);
    EXPECT_EQ(stream.readAll(), "big");
}

TEST(CurlOutboundStreamEnd, EndsWhenNothingMoves) {
    RawServer silent([](RawConnection& connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        connection.waitForClose();
    });
    const auto outbound = makeOutbound();
    Streamed stream;
    stream.start(*outbound, stream.request(silent.url(), Milliseconds(100)));
    EXPECT_EQ(stream.error(), TransportError::Timeout);
    EXPECT_EQ(stream.readAll(), "abc error: unavailable");
}

TEST(CurlOutboundStreamEnd, StopFreesBothEnds) {
    RawServer server([](RawConnection& connection) {
        connection.readHead();
        connection.waitForClose();
    });
    auto outbound = makeOutbound();
    Streamed stream;
    stream.up = std::make_shared<BodyPipe>();
    stream.start(*outbound, stream.request(server.url()));
    test::eventually([&] { return outbound->stats().in_flight == 1; });
    outbound.reset();
    EXPECT_EQ(stream.readAll(), " error: cancelled");
    EXPECT_EQ(stream.up->write("x", kLong).error().code, ErrorCode::Cancelled);
    Streamed late;
    auto other = makeOutbound();
    other->stop();
    late.start(*other, late.request(server.url()));
    EXPECT_EQ(late.readAll(), " error: cancelled") << "also of what never began";
}

}  // namespace
}  // namespace ferry::http
