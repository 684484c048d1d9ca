// Goal: what a client sends that is too large, too slow, cut or no request is refused, and says
// why. Method: the real server with short limits, driven byte by byte from raw sockets.

#include "unit/http/handler_adapter_fixture.h"

namespace ferry::http {
namespace {

using RequestRefusalTest = HandlerAdapterTest;

TEST_F(RequestRefusalTest, BodiesUpToTheLimitPassAndLongerOnesGet413) {
    for (std::size_t bytes : {std::size_t{0}, kBodyMax - 1, kBodyMax}) {
        EXPECT_EQ(statusOfAnswer(exchange(post(bytes))), 200) << bytes;
        if (bytes == 0) continue;
        const std::string answer = exchange(postChunked(bytes));
        EXPECT_EQ(statusOfAnswer(answer), 200) << bytes;
        EXPECT_NE(answer.find("[" + std::string(bytes, 'x') + "]"), std::string::npos) << bytes;
    }
    EXPECT_EQ(statusOfAnswer(exchange(post(kBodyMax + 1))), 413);
    EXPECT_EQ(statusOfAnswer(exchange(postChunked(kBodyMax + 1))), 413);
}

TEST_F(RequestRefusalTest, AnswersTooLargeWithoutWaitingForTheBody) {
    RawClient client(server_->port());
    client.send("POST /a HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(client.readAnswer()), 413);

    RawClient polite(server_->port());
    polite.send("POST /a HTTP/1.1\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(polite.readAnswer()), 413) << "and no 100 before it";

    RawClient right(server_->port());
    right.send("POST /a HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(right.readAnswer()), 100);
    right.send("abc");
    EXPECT_EQ(statusOfAnswer(right.readAnswer()), 200);
}

TEST_F(RequestRefusalTest, AClientThatIsStillSendingSeesThe413) {
    RawClient client(server_->port());
    client.send("POST /a HTTP/1.1\r\nContent-Length: 400000\r\n\r\n" + std::string(400000, 'x'));

    EXPECT_EQ(statusOfAnswer(client.readToEnd()), 413);
}

TEST_F(RequestRefusalTest, ARequestNamesOneHost) {
    const auto ask = [this](const std::string& head) {
        RawClient client(server_->port());
        client.sendExactly(head + "\r\n");
        return client.readAnswer();
    };
    EXPECT_EQ(statusOfAnswer(ask("GET /a HTTP/1.1\r\nHost: a\r\n")), 200);
    EXPECT_EQ(statusOfAnswer(ask("GET /a HTTP/1.0\r\n")), 200);
    const std::string refused = ask("GET /a HTTP/1.1\r\n");
    EXPECT_EQ(statusOfAnswer(refused), 400);
    EXPECT_NE(bodyOfAnswer(refused).find("the header host is missing"), std::string::npos);
    EXPECT_EQ(statusOfAnswer(ask("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n")), 400);
}

TEST_F(RequestRefusalTest, TruncatedBodiesGet400) {
    EXPECT_EQ(statusOfAnswer(exchange("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")), 400);
    const std::string chunked = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(statusOfAnswer(exchange(chunked + "a\r\nabc")), 400);
    EXPECT_EQ(statusOfAnswer(exchange(chunked + "3\r\nabc\r\n")), 400);
}

TEST_F(RequestRefusalTest, LengthsThatCantBeTrustedAreRefused) {
    const std::pair<const char*, int> cases[] = {
        {"Content-Length: 3\r\nContent-Length: 4", 400},
        {"Content-Length: 3\r\nTransfer-Encoding: chunked", 400},
        {"Content-Length: abc", 400},
        {"Content-Length: -3", 400},
        {"Content-Length: +3", 400},
        {"Content-Length: 3, 3", 400},
        {"Content-Length: 99999999999999999999", 400},
        {"Transfer-Encoding: gzip, chunked", 501},
        {"Transfer-Encoding: identity", 501},
    };
    for (const auto& [headers, want] : cases) {
        const std::string answer =
            exchange(fmt::format("POST /a HTTP/1.1\r\n{}\r\n\r\nabc", headers));
        EXPECT_EQ(statusOfAnswer(answer), want) << headers << "\n" << answer;
        EXPECT_EQ(answer.find("HTTP/1.1 200"), std::string::npos) << headers;
    }
}

TEST_F(RequestRefusalTest, GarbageIsAnsweredOrClosed) {
    const std::string cases[] = {
        "\r\n\r\n",
        "hello\r\n\r\n",
        std::string(20000, 'x'),
        std::string("\0\1\2\3\r\n\r\n", 8),
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\nbroken",
        "GET / HTTP/9.9\r\n\r\n",
        "GET nowhere HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n\r\n",
        "GET /%00 HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"};
    for (const std::string& garbage : cases) {
        const std::string answer = exchange(garbage);
        const int status = statusOfAnswer(answer);
        if (garbage == "\r\n\r\n" && answer.empty()) continue;  // nothing was asked
        EXPECT_TRUE(status == 400 || status == 414 || status == 505)
            << garbage.substr(0, 40) << "\n"
            << answer;
        EXPECT_NE(answer.find(R"({"requestId":")"), std::string::npos) << answer;
    }
    EXPECT_EQ(statusOfAnswer(exchange("GET /fine HTTP/1.1\r\n\r\n")), 200);
}

TEST_F(RequestRefusalTest, ASlowBodyGets408EvenIfItDrips) {
    RawClient silent(server_->port());
    silent.send("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(statusOfAnswer(silent.readAnswer()), 408);

    RawClient dripping(server_->port());
    dripping.send("POST /a HTTP/1.1\r\nContent-Length: 900\r\n\r\n");
    std::string answer;
    for (int i = 0; i < 899 && answer.empty(); ++i) {
        dripping.send("x");
        answer = dripping.readAnswer(Milliseconds(5));
    }
    EXPECT_EQ(statusOfAnswer(answer), 408);
}

TEST_F(RequestRefusalTest, ASlowHeadIsCutOffEvenIfItDrips) {
    RawClient dripping(server_->port());
    dripping.send("GET / HTTP/1.1\r\nA: ");
    bool is_closed = false;
    for (int i = 0; i < 2000 && !is_closed; ++i) {
        dripping.send("x");
        is_closed = !dripping.readAnswer(Milliseconds(5)).empty() ||
                    dripping.isClosedWithin(Milliseconds(0));
    }
    EXPECT_TRUE(is_closed);

    RawClient silent(server_->port());
    silent.send("GET / HTTP/1.1\r\nA: ");
    EXPECT_EQ(statusOfAnswer(silent.readAnswer()), 408);
}

TEST_F(RequestRefusalTest, ARefusedHeadGetsTheSameErrorBodyAsAnyOther) {
    const std::string answer =
        exchange("GET /a HTTP/1.1\r\nA: " + std::string(9000, 'b') + "\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(answer), 431);
    EXPECT_NE(answer.find("Content-Type: application/json\r\n"), std::string::npos);
    EXPECT_NE(
        bodyOfAnswer(answer).find(R"(,"message":"a header field is too large"})"), std::string::npos
    ) << answer;
    EXPECT_EQ(bodyOfAnswer(exchange("HEAD /a HTTP/1.1\r\nA b\r\n\r\n")), "");

    const std::lock_guard lock(mutex_);
    EXPECT_THAT(refusals_, testing::ElementsAre("431 /a", "400 /a"));
}

}  // namespace
}  // namespace ferry::http
