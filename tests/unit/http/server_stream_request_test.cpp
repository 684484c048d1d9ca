// Goal: a handler that streams gets a body of any length as it comes, and learns of one that is cut
// off, malformed or late; what it leaves unread harms nobody, and other routes keep their limit.
// Method: raw clients that send bodies in their own way.

#include "stream_server_fixture.h"
#include "support/eventually.h"
#include "support/resident_memory.h"

#include <future>
#include <thread>

namespace ferry::http {
namespace {

constexpr auto kChunked = "POST /stream HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(StreamServerTest, ABodyComesInPiecesAndTheConnectionGoesOn) {
    start(echo);
    const std::string large(5000, 'x');
    RawClient client(server_->port());
    client.send(post("/stream?a=b", large) + post("/stream", "second") + post("/whole", "third"));
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "5000 " + large);
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "6 second");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "whole third");
    client.send(std::string(kChunked) + "3\r\nabc\r\n");
    client.send("A;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "-1 abc0123456789");
    client.send(post("/stream", ""));
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "whole ") << "nothing to stream";
}

TEST_F(StreamServerTest, TheHandlerRunsBeforeTheBodyIsThere) {
    std::promise<void> begun;
    start([&](const Request& request) {
        begun.set_value();
        return echo(request);
    });
    RawClient client(server_->port());
    client.send("POST /stream HTTP/1.1\r\nContent-Length: 6\r\n\r\n");
    EXPECT_EQ(begun.get_future().wait_for(test::kPatience), std::future_status::ready);
    for (const char* byte : {"a", "b", "c", "d", "e", "f"})
        client.send(byte);
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "6 abcdef");
    server_.reset();
}

TEST_F(StreamServerTest, OtherRoutesKeepTheirLimit) {
    start(echo);
    RawClient client(server_->port());
    client.send(post("/whole", std::string(1001, 'x')));
    EXPECT_EQ(statusOfAnswer(client.readAnswer()), 413);
}

TEST_F(StreamServerTest, ContinueIsSaidWhenTheBodyIsRead) {
    start([](const Request& request) {
        if (request.path == "/stream/refused") {
            Response response;
            response.status = 403;
            return response;
        }
        return echo(request);
    });
    const auto expecting = [](std::string_view path) {
        return fmt::format(
            "POST {} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", path
        );
    };
    RawClient client(server_->port());
    client.send(expecting("/stream"));
    EXPECT_EQ(statusOfAnswer(client.readAnswer()), 100);
    client.send("abc");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "3 abc");
    RawClient refused(server_->port());
    refused.send(expecting("/stream/refused"));
    EXPECT_EQ(statusOfAnswer(refused.readAnswer()), 403);
    EXPECT_TRUE(refused.isClosedWithin(test::kPatience)) << "the body is not waited for";
}

TEST_F(StreamServerTest, AnUnreadBodyEndsTheConnectionAfterTheAnswer) {
    start([](const Request&) {
        Response response;
        response.status = 401;
        response.body = "who are you?";
        return response;
    });
    for (const std::string& head :
         {std::string("POST /stream HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n"),
          std::string(kChunked) + "98967F\r\n"}) {
        RawClient client(server_->port());
        client.send(head + std::string(200'000, 'x'));
        const std::string answer = client.readToEnd();
        EXPECT_EQ(statusOfAnswer(answer), 401) << "and no reset before it is read";
        EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    }
    EXPECT_TRUE(test::eventually([&] { return server_->stats().connections_open == 0; }));
}

TEST_F(StreamServerTest, ABodyThatIsCutOffIsNotTakenForWhole) {
    for (const std::string& bytes :
         {std::string("POST /stream HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc"),
          std::string(kChunked) + "3\r\nabc\r\n"}) {
        std::promise<std::string> read;
        start([&](const Request& request) {
            read.set_value(readAll(*request.client));
            return Response();
        });
        RawClient client(server_->port());
        client.send(bytes);
        client.close();
        EXPECT_EQ(read.get_future().get(), "abc error: the body is shorter than announced");
        server_.reset();
    }
}

TEST_F(StreamServerTest, MalformedChunksAreAnError) {
    start(echo);
    RawClient client(server_->port());
    client.send(std::string(kChunked) + "3\r\nabcd\r\n0\r\n\r\n");
    EXPECT_EQ(
        bodyOfAnswer(client.readToEnd()), "-1 abc error: a chunk of the body is longer than it says"
    );
}

TEST_F(StreamServerTest, ABodyThatStopsComingIsGivenUp) {
    start(echo, Milliseconds(100));
    RawClient client(server_->port());
    client.send("POST /stream HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc");
    EXPECT_EQ(bodyOfAnswer(client.readToEnd()), "6 abc error: the body took too long to arrive");
    // Slow, but not as slow: each byte has the time again.
    RawClient slow(server_->port());
    slow.send("POST /stream HTTP/1.1\r\nContent-Length: 6\r\n\r\n");
    for (const char* byte : {"a", "b", "c", "d", "e", "f"}) {
        std::this_thread::sleep_for(Milliseconds(40));
        slow.send(byte);
    }
    EXPECT_EQ(bodyOfAnswer(slow.readAnswer()), "6 abcdef");
}

TEST_F(StreamServerTest, TheHandlerCanSeeThatTheClientIsGone) {
    std::promise<void> begun;
    std::promise<bool> was_there;
    std::promise<bool> is_gone;
    start([&](const Request& request) {
        was_there.set_value(!request.client->isGone());
        begun.set_value();
        is_gone.set_value(test::eventually([&] { return request.client->isGone(); }));
        return Response();
    });
    RawClient client(server_->port());
    client.send("GET /any HTTP/1.1\r\n\r\n");
    begun.get_future().wait();
    client.close();
    EXPECT_TRUE(was_there.get_future().get());
    EXPECT_TRUE(is_gone.get_future().get());
    server_.reset();
}

TEST_F(StreamServerTest, ALargeBodyTakesNoMemory) {
    start([](const Request& request) {
        std::size_t count = 0;
        std::vector<char> bytes(1 << 16);
        while (const std::size_t got = request.client->read(bytes, test::kPatience).value_or(0))
            count += got;
        Response response;
        response.body = std::to_string(count);
        return response;
    });
    const std::string piece(1 << 20, 'x');
    for (const bool is_chunked : {false, true}) {
        const std::size_t before = test::residentBytes();
        RawClient client(server_->port());
        client.send(
            is_chunked ? std::string(kChunked)
                       : fmt::format(
                             "POST /stream HTTP/1.1\r\nContent-Length: {}\r\n\r\n", test::kLargeBody
                         )
        );
        for (std::size_t sent = 0; sent < test::kLargeBody; sent += piece.size()) {
            if (is_chunked) client.send("100000\r\n");
            ASSERT_TRUE(client.sendExactly(piece));
            if (is_chunked) client.send("\r\n");
        }
        if (is_chunked) client.send("0\r\n\r\n");
        EXPECT_EQ(bodyOfAnswer(client.readAnswer()), std::to_string(test::kLargeBody));
        EXPECT_LT(test::residentBytes(), before + (4 << 20));
    }
}

}  // namespace
}  // namespace ferry::http
