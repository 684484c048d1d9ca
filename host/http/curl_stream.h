#pragma once
// The bodies of one streamed transfer, between curl's callbacks and the pipes at their other ends:
// what curl may have or must wait for, and since when nothing moves.

#include "http/outbound.h"

#include <curl/curl.h>

#include <chrono>
#include <functional>

namespace ferry::http {

/// Threads: the outbound one. Does not move: curl holds its address.
class CurlStream {
  public:
    using Steady = std::chrono::steady_clock;

    explicit CurlStream(OutboundStream stream) : stream_(std::move(stream)) {}
    /// As end(), if that was not called: with Cancelled.
    ~CurlStream();
    CurlStream(const CurlStream&) = delete;
    CurlStream& operator=(const CurlStream&) = delete;

    /// `wake` is called on other threads when resume() is due; until end() has returned.
    void begin(const std::function<void()>& wake);
    /// Closes both pipes: the answer's body came whole if `error` is None.
    void end(TransportError error, const std::string& detail);

    bool sendsBody() const noexcept { return stream_.request_body != nullptr; }
    /// -1 if that is not known.
    curl_off_t requestBytes() const noexcept;

    void takeHead(OutboundResponse head);
    /// For curl's write callback: what it returns. All bytes, a pause, or 0 if nobody reads.
    std::size_t takeBody(std::string_view bytes);
    /// curl's read callback; `user` is a CurlStream.
    static std::size_t onRead(char* into, std::size_t size, std::size_t count, void* user);

    /// Lets curl go on after a pause; it may pause again at once.
    CURLcode resume(CURL* easy);
    /// When it will have been idle for too long, if nothing moves until then.
    Steady::time_point idleAt() const;
    std::string idleText() const;
    /// True if one of the pipes' other ends gave up, and thereby ended the transfer.
    bool wasGivenUp() const noexcept { return was_given_up_; }

  private:
    OutboundStream stream_;
    Steady::time_point moved_ = Steady::now();
    bool is_receiving_paused_ = false;
    bool is_sending_paused_ = false;
    bool was_given_up_ = false;
    bool has_ended_ = false;
};

}  // namespace ferry::http
