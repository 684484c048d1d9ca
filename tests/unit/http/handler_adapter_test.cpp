// Goal: whatever a client sends and a handler throws, there is one clear answer and no harm.
// Method: the real server with short limits, driven byte by byte from raw sockets.

#include "http/server.h"
#include "support/http/raw_client.h"

#include <Poco/Exception.h>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>

namespace ferry::http {
namespace {

using test::bodyOfAnswer;
using test::RawClient;
using test::statusOfAnswer;

constexpr std::size_t kBodyMax = 1000;

Response echo(const Request& request) {
    if (request.path == "/throw/std") throw std::runtime_error("standard");
    if (request.path == "/throw/poco") throw Poco::IOException("poco");
    if (request.path == "/throw/int") throw 7;
    Response response;
    response.content_type = "text/plain";
    if (request.path == "/split") response.headers.add("Location", "/a\r\nX-Evil: 1");
    response.body = fmt::format(
        "{} {} {} {} [{}]",
        request.method,
        request.path,
        request.raw_path,
        request.query,
        request.body
    );
    return response;
}

class HandlerAdapterTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ServerOptions options;
        options.threads = 4;
        options.body_bytes_max = kBodyMax;
        options.head_timeout = Milliseconds(150);
        options.body_timeout = Milliseconds(150);
        server_ = std::make_unique<Server>(
            options,
            echo,
            [this](const Request&, std::string_view what) {
                const std::lock_guard lock(mutex_);
                failures_.emplace_back(what);
            },
            random_
        );
        ASSERT_TRUE(server_->start());
    }

    /// All that comes back for `bytes` on a connection of their own.
    std::string exchange(const std::string& bytes) {
        RawClient client(server_->port());
        client.send(bytes);
        client.endSending();
        return client.readToEnd();
    }

    static std::string post(std::size_t bytes) {
        return fmt::format(
            "POST /a HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}", bytes, std::string(bytes, 'x')
        );
    }
    static std::string postChunked(std::size_t bytes) {
        return fmt::format(
            "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
            bytes,
            std::string(bytes, 'x')
        );
    }

    SystemRandom random_;
    std::mutex mutex_;
    std::vector<std::string> failures_;
    std::unique_ptr<Server> server_;
};

TEST_F(HandlerAdapterTest, EveryExceptionBecomesAProblemAndTheConnectionStays) {
    RawClient client(server_->port());
    for (const char* path : {"/throw/std", "/throw/poco", "/throw/int"}) {
        client.send(fmt::format("GET {} HTTP/1.1\r\n\r\n", path));
        const std::string answer = client.readAnswer();
        EXPECT_EQ(statusOfAnswer(answer), 500) << path;
        EXPECT_NE(bodyOfAnswer(answer).find(R"({"requestId":")"), std::string::npos) << answer;
    }
    client.send("GET /fine HTTP/1.1\r\n\r\n");
    EXPECT_EQ(statusOfAnswer(client.readAnswer()), 200);

    const std::lock_guard lock(mutex_);
    ASSERT_EQ(failures_.size(), 3U);
    EXPECT_EQ(failures_[0], "standard");
    EXPECT_EQ(failures_[1], "I/O error: poco");
}

TEST_F(HandlerAdapterTest, BodiesUpToTheLimitPassAndLongerOnesGet413) {
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

TEST_F(HandlerAdapterTest, AnswersTooLargeWithoutWaitingForTheBody) {
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

TEST_F(HandlerAdapterTest, AClientThatIsStillSendingSeesThe413) {
    RawClient client(server_->port());
    client.send("POST /a HTTP/1.1\r\nContent-Length: 400000\r\n\r\n" + std::string(400000, 'x'));

    EXPECT_EQ(statusOfAnswer(client.readToEnd()), 413);
}

TEST_F(HandlerAdapterTest, TruncatedBodiesGet400) {
    EXPECT_EQ(statusOfAnswer(exchange("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")), 400);
    const std::string chunked = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(statusOfAnswer(exchange(chunked + "a\r\nabc")), 400);
    EXPECT_EQ(statusOfAnswer(exchange(chunked + "3\r\nabc\r\n")), 400);
}

TEST_F(HandlerAdapterTest, LengthsThatCantBeTrustedAreRefused) {
    // What Poco can't read as a number it closes without an answer, before any code of ours.
    constexpr int kClosed = 0;
    const std::pair<const char*, int> cases[] = {
        {"Content-Length: 3\r\nContent-Length: 4", 400},
        {"Content-Length: 3\r\nTransfer-Encoding: chunked", 400},
        {"Content-Length: abc", kClosed},
        {"Content-Length: -3", 400},
        {"Content-Length: +3", 400},
        {"Content-Length: 3, 3", kClosed},
        {"Content-Length: 99999999999999999999", kClosed},
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

TEST_F(HandlerAdapterTest, APostWithoutALengthHasNoBody) {
    RawClient client(server_->port());
    client.send("POST /a HTTP/1.1\r\nHost: a\r\n\r\n");

    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "POST /a /a  []");
}

TEST_F(HandlerAdapterTest, GarbageIsAnsweredOrClosed) {
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
        EXPECT_TRUE(
            answer.empty() || statusOfAnswer(answer) == 400 ||
            garbage.find("9.9") != std::string::npos
        ) << garbage.substr(0, 40)
          << "\n"
          << answer;
    }
    EXPECT_EQ(statusOfAnswer(exchange("GET /fine HTTP/1.1\r\n\r\n")), 200);
}

TEST_F(HandlerAdapterTest, ASlowBodyGets408EvenIfItDrips) {
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

TEST_F(HandlerAdapterTest, ASlowHeadIsCutOffEvenIfItDrips) {
    RawClient dripping(server_->port());
    dripping.send("GET / HTTP/1.1\r\nA: ");
    bool is_closed = false;
    for (int i = 0; i < 2000 && !is_closed; ++i) {
        dripping.send("x");
        is_closed = !dripping.readAnswer(Milliseconds(5)).empty() ||
                    dripping.isClosedWithin(Milliseconds(0));
    }
    EXPECT_TRUE(is_closed);
}

TEST_F(HandlerAdapterTest, PathsAndQueriesArriveAsSent) {
    RawClient client(server_->port());
    const std::pair<const char*, const char*> cases[] = {
        {"/a%20b%2Fc?d=%20", "GET /a b/c /a%20b%2Fc d=%20 []"},
        {"http://hub.example/a?b", "GET /a /a b []"},
        {"http://hub.example", "GET / /  []"},
        {"/a+b?", "GET /a+b /a+b  []"},
    };
    for (const auto& [target, want] : cases) {
        client.send(fmt::format("GET {} HTTP/1.1\r\n\r\n", target));
        EXPECT_EQ(bodyOfAnswer(client.readAnswer()), want) << target;
    }
}

TEST_F(HandlerAdapterTest, AHeadAnswerHasNoBody) {
    const std::string answer = exchange("HEAD /a HTTP/1.1\r\n\r\n");

    EXPECT_EQ(statusOfAnswer(answer), 200);
    EXPECT_EQ(bodyOfAnswer(answer), "");
    EXPECT_NE(answer.find("Content-Length: 14\r\n"), std::string::npos) << answer;
}

TEST_F(HandlerAdapterTest, AHandlersHeaderCantSplitTheAnswer) {
    const std::string answer = exchange("GET /split HTTP/1.1\r\n\r\n");

    EXPECT_EQ(statusOfAnswer(answer), 500);
    EXPECT_EQ(answer.find("X-Evil"), std::string::npos);
}

TEST_F(HandlerAdapterTest, RequestIdsAreTwentyFourHexDigitsAndDiffer) {
    std::vector<std::string> ids;
    RawClient client(server_->port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET /a HTTP/1.1\r\n\r\n");
        const std::string answer = client.readAnswer();
        const std::size_t at = answer.find("X-Request-Id: ");
        ASSERT_NE(at, std::string::npos);
        ids.push_back(answer.substr(at + 14, answer.find('\r', at) - at - 14));
        EXPECT_EQ(ids.back().size(), 24U);
        EXPECT_EQ(ids.back().find_first_not_of("0123456789abcdef"), std::string::npos);
    }
    EXPECT_NE(ids[0], ids[1]);
}

TEST_F(HandlerAdapterTest, PipelinedRequestsAreAnsweredInOrder) {
    RawClient client(server_->port());
    client.send(post(3) + "GET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n");

    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "POST /a /a  [xxx]");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "GET /b /b  []");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "GET /c /c  []");
}

TEST_F(HandlerAdapterTest, RequestsThatStartAndEndInTheMiddleOfAReadArriveWhole) {
    std::string all;
    for (std::size_t i = 0; i < 30; ++i)
        all += post(kBodyMax - i);
    RawClient client(server_->port());
    client.send(all);

    for (std::size_t i = 0; i < 30; ++i) {
        EXPECT_EQ(
            bodyOfAnswer(client.readAnswer()),
            fmt::format("POST /a /a  [{}]", std::string(kBodyMax - i, 'x'))
        ) << i;
    }
}

}  // namespace
}  // namespace ferry::http
