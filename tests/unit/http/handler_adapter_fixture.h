#pragma once
// A server with short limits whose handler tells what it was given, or throws.

#include "http/server.h"
#include "support/http/raw_client.h"

#include <Poco/Exception.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace ferry::http {

using test::bodyOfAnswer;
using test::RawClient;
using test::statusOfAnswer;

inline constexpr std::size_t kBodyMax = 1000;

inline Response echo(const Request& request) {
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
        options.refused = [this](const Refusal& refusal, const std::string&) {
            const std::lock_guard lock(mutex_);
            refusals_.push_back(fmt::format("{} {}", refusal.status, refusal.target));
        };
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
    std::vector<std::string> refusals_;
    std::unique_ptr<Server> server_;
};

}  // namespace ferry::http
