// Goal: whatever a handler throws and however requests follow each other, each gets its one answer.
// Method: the real server with short limits, driven byte by byte from raw sockets.

#include "unit/http/handler_adapter_fixture.h"

namespace ferry::http {
namespace {

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

TEST_F(HandlerAdapterTest, APostWithoutALengthHasNoBody) {
    RawClient client(server_->port());
    client.send("POST /a HTTP/1.1\r\nHost: a\r\n\r\n");

    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "POST /a /a  []");
}

TEST_F(HandlerAdapterTest, AConnectionGoesOnAfterAChunkedRequest) {
    RawClient client(server_->port());
    client.send(postChunked(3) + postChunked(4));
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "POST /a /a  [xxx]");
    EXPECT_EQ(bodyOfAnswer(client.readAnswer()), "POST /a /a  [xxxx]");
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
