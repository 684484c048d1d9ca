// Goal: a streamed answer reaches the client whole, or the client sees that it is not; a client
// that is slow or gone holds nothing but its own thread, and not for long. Method: sources of the
// test's, raw clients that read in their own way.

#include "http/in_flight_limit.h"
#include "stream_server_fixture.h"
#include "support/eventually.h"
#include "support/resident_memory.h"

namespace ferry::http {
namespace {

using End = ScriptedSource::End;

std::string get(std::string_view method = "GET", std::string_view version = "1.1") {
    return fmt::format("{} / HTTP/{}\r\n\r\n", method, version);
}

/// Never ends, and counts.
class EndlessSource final : public BodySource {
  public:
    explicit EndlessSource(std::atomic<std::size_t>& given) : given_(given) {}
    Result<std::size_t> read(std::span<char> into, Milliseconds) override {
        given_ += into.size();
        return into.size();
    }

  private:
    std::atomic<std::size_t>& given_;
};

class StreamedAnswerTest : public StreamServerTest {
  protected:
    void startWith(End end, std::optional<std::uint64_t> bytes, int status = 200) {
        start([=, this](const Request&) {
            Response response;
            response.status = status;
            response.stream = std::make_shared<ScriptedSource>(
                std::deque<std::string>{"abc", std::string(300, 'x')}, end, dropped_
            );
            response.stream_bytes = bytes;
            return response;
        });
    }
    const std::string chunks_ = "3\r\nabc\r\n12c\r\n" + std::string(300, 'x') + "\r\n";
    const std::string plain_ = "abc" + std::string(300, 'x');
};

TEST_F(StreamedAnswerTest, GoesInChunksAndTheConnectionGoesOn) {
    startWith(End::Finish, std::nullopt);
    RawClient client(server_->port());
    client.send(get() + get());
    client.endSending();
    const std::string both = client.readToEnd();
    const std::string first = both.substr(0, both.find("0\r\n\r\n") + 5);
    EXPECT_EQ(bodyOfAnswer(first), chunks_ + "0\r\n\r\n");
    EXPECT_NE(first.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_EQ(first.find("Content-Length"), std::string::npos);
    EXPECT_EQ(bodyOfAnswer(both.substr(first.size())), chunks_ + "0\r\n\r\n");
    EXPECT_EQ(dropped_, 2);
}

TEST_F(StreamedAnswerTest, OfKnownLengthIsSentAsItIs) {
    startWith(End::Finish, 303);
    RawClient client(server_->port());
    client.send(get() + get());
    for (int i = 0; i < 2; ++i) {
        const std::string answer = client.readAnswer();
        EXPECT_EQ(bodyOfAnswer(answer), plain_);
        EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos);
    }
}

TEST_F(StreamedAnswerTest, ToHeadHasItsLengthAndNoBody) {
    startWith(End::Stall, 303);
    RawClient client(server_->port());
    client.send(get("HEAD"));
    client.endSending();
    const std::string answer = client.readToEnd();
    EXPECT_NE(answer.find("Content-Length: 303\r\n"), std::string::npos);
    EXPECT_EQ(bodyOfAnswer(answer), "");
    EXPECT_EQ(dropped_, 1);
}

TEST_F(StreamedAnswerTest, OfAStatusWithoutABodyHasNone) {
    startWith(End::Finish, std::nullopt, 204);
    RawClient client(server_->port());
    client.send(get() + get());
    client.endSending();
    const std::string answers = client.readToEnd();
    EXPECT_EQ(answers.find("abc"), std::string::npos);
    EXPECT_EQ(answers.find("chunked"), std::string::npos);
    EXPECT_EQ(statusOfAnswer(bodyOfAnswer(answers)), 204) << "the second follows the first head";
}

TEST_F(StreamedAnswerTest, ToAnOldClientEndsWithTheConnection) {
    startWith(End::Finish, std::nullopt);
    RawClient client(server_->port());
    client.send(get("GET", "1.0"));
    const std::string answer = client.readToEnd();
    EXPECT_EQ(bodyOfAnswer(answer), plain_);
    EXPECT_EQ(answer.find("chunked"), std::string::npos);
}

TEST_F(StreamedAnswerTest, ThatFailsIsCutOffVisibly) {
    startWith(End::Fail, std::nullopt);
    RawClient client(server_->port());
    client.send(get());
    EXPECT_EQ(bodyOfAnswer(client.readToEnd()), chunks_) << "without the last chunk";
}

TEST_F(StreamedAnswerTest, ThatIsShorterOrLongerThanAnnouncedIsCutOff) {
    for (const std::uint64_t announced : {400U, 302U, 2U}) {
        startWith(End::Finish, announced);
        RawClient client(server_->port());
        client.send(get());
        const std::string body = bodyOfAnswer(client.readToEnd());
        EXPECT_NE(body.size(), announced) << "never a whole body of the wrong bytes";
        EXPECT_TRUE(plain_.starts_with(body));
    }
}

TEST_F(StreamedAnswerTest, IsDroppedWhenTheClientIsGone) {
    startWith(End::Stall, std::nullopt);
    RawClient client(server_->port());
    client.send(get());
    char bytes[1000];
    EXPECT_GT(client.readSome(bytes, sizeof bytes), 0U);
    client.close();
    EXPECT_TRUE(test::eventually([&] { return dropped_ == 1; }))
        << "though the source gives nothing";
    EXPECT_TRUE(test::eventually([&] { return server_->stats().connections_open == 0; }));
}

TEST_F(StreamedAnswerTest, WaitsForASlowClientAndGivesUpOnOneThatStops) {
    std::atomic<std::size_t> given{0};
    start(
        [&](const Request&) {
            Response response;
            response.stream = std::make_shared<EndlessSource>(given);
            return response;
        },
        Milliseconds(500)
    );
    RawClient client(server_->port());
    client.send(get());
    EXPECT_TRUE(test::eventually([&] { return server_->stats().connections_open == 0; }))
        << "who reads nothing is given up";
    EXPECT_LT(given, std::size_t{32} << 20) << "what the system's buffers take, and no more";
    server_.reset();
}

TEST_F(StreamedAnswerTest, ALargeOneTakesNoMemory) {
    std::atomic<std::size_t> given{0};
    start([&](const Request&) {
        Response response;
        response.stream = std::make_shared<EndlessSource>(given);
        return response;
    });
    RawClient client(server_->port());
    client.send(get());
    std::vector<char> bytes(1 << 16);
    std::size_t received = client.readSome(bytes.data(), bytes.size());
    const std::size_t before = test::residentBytes();
    while (received < test::kLargeBody) {
        const std::size_t got = client.readSome(bytes.data(), bytes.size());
        ASSERT_GT(got, 0U);
        received += got;
    }
    EXPECT_LT(test::residentBytes(), before + (4 << 20));
    server_.reset();
}

TEST_F(StreamedAnswerTest, IsInFlightUntilAllOfItIsSent) {
    InFlightLimit limit(1, Milliseconds(1000));
    start(limit.wrap([&](const Request& request) {
        Response response;
        if (request.method == "GET") {
            response.stream = std::make_shared<ScriptedSource>(
                std::deque<std::string>{"abc"}, End::Stall, dropped_
            );
        }
        return response;
    }));
    RawClient streaming(server_->port());
    streaming.send(get());
    char bytes[1000];
    EXPECT_GT(streaming.readSome(bytes, sizeof bytes), 0U);
    RawClient other(server_->port());
    other.send(get("PUT"));
    EXPECT_EQ(statusOfAnswer(other.readAnswer()), 503);
    streaming.close();
    EXPECT_TRUE(test::eventually([&] { return limit.inFlight() == 0; }));
    other.send(get("PUT"));
    EXPECT_EQ(statusOfAnswer(other.readAnswer()), 200);
    server_.reset();
}

TEST_F(StreamedAnswerTest, EndsWhenTheServerStops) {
    startWith(End::Stall, std::nullopt);
    RawClient client(server_->port());
    client.send(get());
    char bytes[1000];
    EXPECT_GT(client.readSome(bytes, sizeof bytes), 0U);
    EXPECT_FALSE(server_->stop(Milliseconds(50)));
    EXPECT_EQ(dropped_, 1);
}

}  // namespace
}  // namespace ferry::http
