// Goal: what goes wrong below HTTP really goes over the socket. Method: bare sockets against a
// running fake, one fault at a time; the connection after it works again.

#include "unit/demo/fake_fixture.h"
#include "unit/demo/loopback.h"

namespace ferry::demo {
namespace {

class Wire : public FakeFixture {
  protected:
    Wire() {
        (void)fake.addManyFiles(account, "/Many", 300);
        EXPECT_TRUE(fake.start());
        port = std::stoi(fake.url().substr(fake.url().rfind(':') + 1));
    }
    RawAnswer list(std::size_t bytes_max = 1U << 22U) {
        const std::string body = R"({"path":"","recursive":true})";
        return rawExchange(
            port,
            "POST /2/files/list_folder HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            "Content-Type: application/json\r\nAuthorization: Bearer " +
                tokens.access_token + "\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body,
            bytes_max
        );
    }
    RawAnswer listWith(FaultKind kind, Milliseconds delay = Milliseconds(0)) {
        fake.faults().slow("files/list_folder", kind, delay);
        return list();
    }
    static std::string bodyOf(const RawAnswer& answer) {
        const std::size_t end = answer.bytes.find("\r\n\r\n");
        return end == std::string::npos ? "" : answer.bytes.substr(end + 4);
    }
    static bool isWhole(const RawAnswer& answer) {
        Json json;
        const std::string body = bodyOf(answer);
        json.Parse(body.data(), body.size());
        return !json.HasParseError() && json["entries"].Size() == 301;
    }

    int port = 0;
};

TEST_F(Wire, PlainAnswersHaveExactlyTheContentTypeTheSdksWant) {
    const RawAnswer answer = list();
    EXPECT_TRUE(isWhole(answer));
    EXPECT_NE(answer.bytes.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
    EXPECT_NE(answer.bytes.find("\r\nX-Dropbox-Request-Id: "), std::string::npos);
}

TEST_F(Wire, TruncatedAndResetBodiesStopInTheMiddle) {
    const std::size_t whole = bodyOf(list()).size();
    const RawAnswer cut = listWith(FaultKind::TruncateBody);
    EXPECT_FALSE(cut.was_reset);
    EXPECT_NEAR(static_cast<double>(bodyOf(cut).size()), static_cast<double>(whole) / 2, 200);
    EXPECT_NE(cut.bytes.find("Content-Length: "), std::string::npos);
    const RawAnswer reset = listWith(FaultKind::ResetConnection);
    EXPECT_TRUE(reset.was_reset);
    EXPECT_FALSE(isWhole(reset));
    EXPECT_EQ(listWith(FaultKind::NoReply).bytes, "");
    EXPECT_TRUE(isWhole(list()));
}

TEST_F(Wire, SlowAndLateAnswersTakeTheirTimeAndAreWhole) {
    for (const FaultKind kind : {FaultKind::SlowBody, FaultKind::Delay}) {
        const auto before = std::chrono::steady_clock::now();
        EXPECT_TRUE(isWhole(listWith(kind, Milliseconds(100))));
        EXPECT_GE(std::chrono::steady_clock::now() - before, Milliseconds(95));
    }
}

TEST_F(Wire, ChunkedGzipAndOddHeaders) {
    const RawAnswer chunked = listWith(FaultKind::Chunked);
    EXPECT_NE(chunked.bytes.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_TRUE(chunked.bytes.ends_with("\r\n0\r\n\r\n"));
    const RawAnswer gzip = listWith(FaultKind::Gzip);
    EXPECT_NE(gzip.bytes.find("Content-Encoding: gzip\r\n"), std::string::npos);
    EXPECT_TRUE(bodyOf(gzip).starts_with("\x1f\x8b"));
    EXPECT_NE(
        listWith(FaultKind::WrongContentType).bytes.find("application/json; charset=utf-8"),
        std::string::npos
    );
    EXPECT_EQ(
        listWith(FaultKind::NoRequestId).bytes.find("X-Dropbox-Request-Id"), std::string::npos
    );
}

TEST_F(Wire, EndlessBodyGoesOnUntilTheClientLeaves) {
    fake.faults().next("files/list_folder", FaultKind::EndlessBody);
    EXPECT_GE(list(3U << 20U).bytes.size(), 3U << 20U);
    EXPECT_TRUE(isWhole(list()));
}

TEST_F(Wire, StopEndsWaitingCallsAndStartWorksAgain) {
    fake.faults().slow("files/list_folder", FaultKind::Delay, std::chrono::hours(1));
    std::thread client([&] { (void)list(); });
    while (fake.requests("files/list_folder") == 0)
        std::this_thread::yield();
    fake.stop();
    client.join();
    ASSERT_TRUE(fake.start());
    port = std::stoi(fake.url().substr(fake.url().rfind(':') + 1));
    EXPECT_TRUE(isWhole(list()));
}

TEST_F(Wire, APortInUseIsAnError) {
    FakeDropboxOptions options;
    options.port = static_cast<std::uint16_t>(port);
    FakeDropbox second(options, clock);
    const Status started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace ferry::demo
