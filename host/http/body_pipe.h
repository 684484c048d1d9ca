#pragma once
// A bounded pipe between two threads for a body that nobody holds in memory: one end writes, the
// other reads, and the faster one waits for the slower. Either end may block, or go by a wake-up.

#include "http/message.h"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

namespace ferry::http {

/// What one transfer may hold in memory each way: some round trips' worth of a fast link.
inline constexpr std::size_t kBodyPipeBytes = 256 * 1024;

/// Threads: all functions from any; one writer and one reader at a time.
class BodyPipe final : public BodySource {
  public:
    explicit BodyPipe(std::size_t bytes_max = kBodyPipeBytes);
    BodyPipe(const BodyPipe&) = delete;
    BodyPipe& operator=(const BodyPipe&) = delete;

    // The writing end.

    enum class Offer : std::uint8_t {
        Taken,
        Full,  ///< nothing was taken; the wake-up comes when there is room
        Gone,  ///< nobody reads any more
    };
    /// Takes all of `bytes`, or nothing; never blocks. Bytes that are more than the pipe holds at
    /// all are a programmer error (checked).
    Offer offer(std::string_view bytes);
    /// Takes some of `bytes`, which must not be empty, and says how many; blocks for `patience` at
    /// most. Errors: DeadlineExceeded if there was no room in that time, Cancelled if nobody reads
    /// any more.
    Result<std::size_t> write(std::string_view bytes, Milliseconds patience);
    /// That was all of the body.
    void finish();
    /// The body is cut off: the reader gets `error` after what was written. After finish() or a
    /// first failure this does nothing.
    void fail(Error error);

    // The reading end.

    Result<std::size_t> read(std::span<char> into, Milliseconds patience) override;
    /// As read(); nullopt if that would have to wait: the wake-up comes when it has not to.
    std::optional<Result<std::size_t>> poll(std::span<char> into);
    /// Nobody reads any more; what is in the pipe is dropped.
    void abandon();

    /// `wake` is called, on the thread of the other end and with the pipe locked, when an offer
    /// that was Full, or a poll that had to wait, may be tried again. It must not call the pipe.
    /// Once this has returned, the one before is called no more. May be empty.
    void setWake(std::function<void()> wake);

  private:
    std::size_t take(std::span<char> into);
    void put(std::string_view bytes);
    bool isReadable() const { return held_ > 0 || is_finished_ || failure_; }
    void wakeWriter();
    void wakeReader();

    const std::size_t bytes_max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::unique_ptr<char[]> ring_;  // made when the first byte comes
    std::size_t first_ = 0;
    std::size_t held_ = 0;
    bool is_finished_ = false;
    bool is_abandoned_ = false;
    std::optional<Error> failure_;
    std::function<void()> wake_;
    bool is_writer_waiting_ = false;  // for the wake-up
    bool is_reader_waiting_ = false;
};

}  // namespace ferry::http
