#pragma once
// A server whose routes below /stream take bodies in pieces, with handlers of the test's.

#include "http/server.h"
#include "support/http/raw_client.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>

namespace ferry::http {

using test::bodyOfAnswer;
using test::RawClient;
using test::statusOfAnswer;

/// What is left of a streamed body, and how it ended.
inline std::string readAll(BodySource& source) {
    std::string all;
    char bytes[1000];
    for (;;) {
        const auto got = source.read(bytes, Milliseconds(50));
        if (got && *got == 0) return all;
        if (got) {
            all.append(bytes, *got);
        } else if (got.error().code != ErrorCode::DeadlineExceeded) {
            return all + " error: " + got.error().message;
        }
    }
}

/// Gives its pieces one by one, then ends, fails or gives no more. Tells when it is dropped.
class ScriptedSource final : public BodySource {
  public:
    enum class End : std::uint8_t { Finish, Fail, Stall };
    ScriptedSource(std::deque<std::string> pieces, End end, std::atomic<int>& dropped)
        : pieces_(std::move(pieces)), end_(end), dropped_(dropped) {}
    ~ScriptedSource() override { ++dropped_; }
    ScriptedSource(const ScriptedSource&) = delete;
    ScriptedSource& operator=(const ScriptedSource&) = delete;

    Result<std::size_t> read(std::span<char> into, Milliseconds) override {
        if (pieces_.empty() && end_ == End::Finish) return std::size_t{0};
        if (pieces_.empty() && end_ == End::Fail) return fail(ErrorCode::Unavailable, "cut");
        if (pieces_.empty()) return fail(ErrorCode::DeadlineExceeded, "not yet");
        const std::size_t count = pieces_.front().copy(into.data(), into.size());
        pieces_.pop_front();
        return count;
    }

  private:
    std::deque<std::string> pieces_;
    const End end_;
    std::atomic<int>& dropped_;
};

class StreamServerTest : public ::testing::Test {
  protected:
    void start(Handler handler, Milliseconds stream_timeout = Milliseconds(30000)) {
        ServerOptions options;
        options.threads = 3;
        options.body_bytes_max = 1000;
        options.stream_timeout = stream_timeout;
        options.streams_body = [](std::string_view, std::string_view target) {
            return target.starts_with("/stream");
        };
        server_ = std::make_unique<Server>(options, std::move(handler), nullptr, random_);
        ASSERT_TRUE(server_->start());
    }
    /// Answers with the body that was read, by whichever way it came.
    static Response echo(const Request& request) {
        Response response;
        response.body =
            request.streams_body
                ? fmt::format(
                      "{} {}",
                      request.stream_bytes ? static_cast<int>(*request.stream_bytes) : -1,
                      readAll(*request.client)
                  )
                : "whole " + request.body;
        return response;
    }
    static std::string post(std::string_view path, std::string_view body) {
        return fmt::format(
            "POST {} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}", path, body.size(), body
        );
    }

    SystemRandom random_;
    std::atomic<int> dropped_{0};
    std::unique_ptr<Server> server_;
};

}  // namespace ferry::http
