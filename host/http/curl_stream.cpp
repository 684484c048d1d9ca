#include "http/curl_stream.h"

#include <fmt/core.h>

#include <span>
#include <utility>

namespace ferry::http {

CurlStream::~CurlStream() {
    if (!has_ended_) end(TransportError::Cancelled, "cancelled");
}

void CurlStream::begin(const std::function<void()>& wake) {
    moved_ = Steady::now();
    stream_.response_body->setWake(wake);
    if (stream_.request_body) stream_.request_body->setWake(wake);
}

void CurlStream::end(TransportError error, const std::string& detail) {
    has_ended_ = true;
    if (stream_.request_body) {
        stream_.request_body->setWake(nullptr);
        stream_.request_body->abandon();
    }
    stream_.response_body->setWake(nullptr);
    if (error == TransportError::None) {
        stream_.response_body->finish();
    } else {
        stream_.response_body->fail(Error(
            error == TransportError::Cancelled ? ErrorCode::Cancelled : ErrorCode::Unavailable,
            fmt::format("the answer is cut off: {} ({})", detail, transportErrorName(error))
        ));
    }
}

curl_off_t CurlStream::requestBytes() const noexcept {
    return stream_.request_bytes ? static_cast<curl_off_t>(*stream_.request_bytes) : -1;
}

void CurlStream::takeHead(OutboundResponse head) {
    moved_ = Steady::now();
    if (stream_.on_head) std::exchange(stream_.on_head, nullptr)(std::move(head));
}

std::size_t CurlStream::takeBody(std::string_view bytes) {
    switch (stream_.response_body->offer(bytes)) {
        case BodyPipe::Offer::Taken:
            moved_ = Steady::now();
            return bytes.size();
        case BodyPipe::Offer::Full:
            is_receiving_paused_ = true;
            return CURL_WRITEFUNC_PAUSE;
        case BodyPipe::Offer::Gone:
            break;
    }
    was_given_up_ = true;
    return 0;
}

std::size_t CurlStream::onRead(char* into, std::size_t size, std::size_t count, void* user) {
    auto& self = *static_cast<CurlStream*>(user);
    // Asked for more: what was given before is on its way.
    self.moved_ = Steady::now();
    const auto got = self.stream_.request_body->poll(std::span<char>(into, size * count));
    if (!got) {
        self.is_sending_paused_ = true;
        return CURL_READFUNC_PAUSE;
    }
    if (got->has_value()) return **got;
    self.was_given_up_ = true;
    return CURL_READFUNC_ABORT;
}

CURLcode CurlStream::resume(CURL* easy) {
    is_receiving_paused_ = is_sending_paused_ = false;
    moved_ = Steady::now();
    return curl_easy_pause(easy, CURLPAUSE_CONT);
}

CurlStream::Steady::time_point CurlStream::idleAt() const {
    const bool is_held_up = is_receiving_paused_ || is_sending_paused_;
    return (is_held_up ? Steady::now() : moved_) + stream_.idle_timeout;
}

std::string CurlStream::idleText() const {
    return fmt::format("nothing was sent or received for {} ms", stream_.idle_timeout.count());
}

}  // namespace ferry::http
