#pragma once
// A TCP client that sends what a test says, also what no HTTP client would.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::test {

/// Blocking, to 127.0.0.1. Every wait ends after `kPatience` at the latest, so that a broken
/// server fails a test instead of hanging it. Threads: one.
class RawClient {
  public:
    static constexpr std::chrono::milliseconds kPatience{10000};

    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// Each head of HTTP/1.1 in `bytes` that has no Host gets one, so that no test has to say it.
    /// False if the other side is gone.
    bool send(std::string_view bytes);
    /// The same without that.
    bool sendExactly(std::string_view bytes);
    /// Ends our half of the connection.
    void endSending();

    /// One answer: head and body by Content-Length. What was received so far if the connection
    /// ends, or `patience` does.
    std::string readAnswer(std::chrono::milliseconds patience = kPatience);
    /// Some bytes as they come, at most `size`; 0 if the connection ends, or patience does.
    std::size_t readSome(char* into, std::size_t size);
    /// Closes at once.
    void close();
    /// Everything until the other side closes.
    std::string readToEnd();
    /// True if the other side closes, without a byte, within `patience`.
    bool isClosedWithin(std::chrono::milliseconds patience);

  private:
    bool fill(std::chrono::milliseconds patience);

    int fd_ = -1;
    std::string buffer_;
};

/// `bytes` with a Host behind each request line of HTTP/1.1 whose head, as far as it is there, has
/// none.
std::string withHosts(std::string_view bytes);
/// The status of an answer; 0 if it is none.
int statusOfAnswer(std::string_view answer);
/// What stands behind the head.
std::string bodyOfAnswer(std::string_view answer);

}  // namespace ferry::test
