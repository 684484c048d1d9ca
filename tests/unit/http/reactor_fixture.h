#pragma once
// A server whose paths below /later/ are answered when a test says so.

#include "http/server.h"
#include "support/eventually.h"
#include "support/http/raw_client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::http {

inline std::string later(std::string_view what, std::string_view fields = "") {
    return fmt::format("POST /later/{} HTTP/1.1\r\nContent-Length: 2\r\n{}\r\nhi", what, fields);
}

class ReactorTest : public ::testing::Test {
  protected:
    struct Kept {
        std::string path;
        Answer answer;
    };

    void SetUp() override {
        options_.threads = 1;
        options_.head_timeout = Milliseconds(300);
        options_.body_timeout = Milliseconds(300);
        options_.body_bytes_max = 1000;
        options_.deferred.test = [](std::string_view, std::string_view target) {
            return target.starts_with("/later/");
        };
        options_.deferred.handler = [this](const Request& request, Answer answer) {
            handle(request, std::move(answer));
        };
    }

    void start() {
        const auto at_once = [](const Request& request) {
            return textOf(200, "now " + request.path);
        };
        const auto report = [this](const Request&, std::string_view what) {
            const std::lock_guard lock(mutex_);
            reports_.emplace_back(what);
        };
        server_ = std::make_unique<Server>(options_, at_once, report, random_);
        ASSERT_TRUE(server_->start());
    }

    static Response textOf(int status, std::string body) {
        Response response;
        response.status = status;
        response.content_type = "text/plain";
        response.body = std::move(body);
        return response;
    }

    void handle(const Request& request, Answer answer) {
        if (request.path == "/later/throw") throw std::runtime_error("broken");
        if (request.path == "/later/drop") return;
        if (request.path == "/later/now") return answer(textOf(201, request.body));
        if (request.path == "/later/twice") {
            answer(textOf(201, "first"));
            return answer(textOf(202, "second"));
        }
        if (request.path == "/later/unsendable") return answer(textOf(99, ""));
        const std::lock_guard lock(mutex_);
        kept_.push_back({request.path, std::move(answer)});
    }

    bool keeps(std::size_t count) {
        return test::eventually([&] {
            const std::lock_guard lock(mutex_);
            return kept_.size() == count;
        });
    }

    /// Answers all that is kept with its path, from a thread of its own.
    void answerAll() {
        std::thread([this] {
            const std::lock_guard lock(mutex_);
            for (Kept& kept : kept_)
                kept.answer(textOf(200, kept.path));
            kept_.clear();
        }).join();
    }

    std::vector<std::string> reports() {
        const std::lock_guard lock(mutex_);
        return reports_;
    }

    ServerOptions options_;
    SystemRandom random_;
    std::mutex mutex_;
    std::vector<Kept> kept_;
    std::vector<std::string> reports_;
    std::unique_ptr<Server> server_;
};

}  // namespace ferry::http
