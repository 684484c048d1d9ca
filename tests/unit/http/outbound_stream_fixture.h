#pragma once
// One streamed exchange of a test: pipes at this end, and what comes of them.

#include "outbound_fixture.h"

#include <future>
#include <memory>
#include <string>
#include <utility>

namespace ferry::http {

inline constexpr Milliseconds kLong{30000};

/// A streamed exchange under way.
struct Streamed {
    std::shared_ptr<BodyPipe> up;
    std::shared_ptr<BodyPipe> down = std::make_shared<BodyPipe>();
    std::promise<OutboundResponse> head_promise;
    std::future<OutboundResponse> head = head_promise.get_future();
    test::Collector collector;
    bool has_started = false;

    /// The completion may come after the pipes have ended.
    ~Streamed() {
        if (has_started) collector.wait(1);
    }
    OutboundRequest request(const std::string& url, Milliseconds idle = kLong) {
        OutboundRequest request = postTo(url);
        request.body.clear();
        request.method = up ? "PUT" : "GET";
        request.stream.emplace();
        request.stream->request_body = up;
        request.stream->response_body = down;
        request.stream->on_head = [this](OutboundResponse answer) {
            head_promise.set_value(std::move(answer));
        };
        request.stream->idle_timeout = idle;
        return request;
    }
    void start(Outbound& outbound, OutboundRequest sent) {
        has_started = true;
        outbound.submit(std::move(sent), collector.completion());
    }
    TransportError error() {
        const auto responses = collector.wait(1);
        return responses.empty() ? TransportError::None : responses.front().error;
    }
    std::string readAll() {
        std::string all;
        char bytes[65536];
        for (;;) {
            const auto got = down->read(bytes, kLong);
            if (!got) return all + " error: " + std::string(errorCodeName(got.error().code));
            if (*got == 0) return all;
            all.append(bytes, *got);
        }
    }
};

}  // namespace ferry::http
