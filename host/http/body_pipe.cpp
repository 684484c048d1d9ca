#include "http/body_pipe.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace ferry::http {

BodyPipe::BodyPipe(std::size_t bytes_max) : bytes_max_(bytes_max) {}

BodyPipe::Offer BodyPipe::offer(std::string_view bytes) {
    FERRY_CHECK(bytes.size() <= bytes_max_, "more is offered than the pipe can ever take");
    const std::lock_guard lock(mutex_);
    if (is_abandoned_) return Offer::Gone;
    if (bytes.size() > bytes_max_ - held_) {
        is_writer_waiting_ = true;
        return Offer::Full;
    }
    put(bytes);
    return Offer::Taken;
}

Result<std::size_t> BodyPipe::write(std::string_view bytes, Milliseconds patience) {
    std::unique_lock lock(mutex_);
    const bool is_ready =
        changed_.wait_for(lock, patience, [this] { return is_abandoned_ || held_ < bytes_max_; });
    if (is_abandoned_) return ferry::fail(ErrorCode::Cancelled, "nobody reads the body any more");
    if (!is_ready)
        return ferry::fail(ErrorCode::DeadlineExceeded, "the reader of the body is too slow");
    bytes = bytes.substr(0, bytes_max_ - held_);
    put(bytes);
    return bytes.size();
}

void BodyPipe::finish() {
    const std::lock_guard lock(mutex_);
    if (failure_) return;
    is_finished_ = true;
    wakeReader();
}

void BodyPipe::fail(Error error) {
    const std::lock_guard lock(mutex_);
    if (is_finished_ || failure_) return;
    failure_ = std::move(error);
    wakeReader();
}

Result<std::size_t> BodyPipe::read(std::span<char> into, Milliseconds patience) {
    std::unique_lock lock(mutex_);
    const bool is_ready = changed_.wait_for(lock, patience, [this] { return isReadable(); });
    if (!is_ready) return ferry::fail(ErrorCode::DeadlineExceeded, "no more of the body came yet");
    if (held_ == 0 && failure_) return ferry::fail(*failure_);
    return take(into);
}

std::optional<Result<std::size_t>> BodyPipe::poll(std::span<char> into) {
    const std::lock_guard lock(mutex_);
    if (!isReadable()) {
        is_reader_waiting_ = true;
        return std::nullopt;
    }
    if (held_ == 0 && failure_) return Result<std::size_t>(ferry::fail(*failure_));
    return Result<std::size_t>(take(into));
}

void BodyPipe::abandon() {
    const std::lock_guard lock(mutex_);
    is_abandoned_ = true;
    held_ = 0;
    ring_.reset();
    wakeWriter();
}

void BodyPipe::setWake(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
}

std::size_t BodyPipe::take(std::span<char> into) {
    const std::size_t count = std::min(into.size(), held_);
    const std::size_t to_end = std::min(count, bytes_max_ - first_);
    if (count > 0) {
        std::memcpy(into.data(), ring_.get() + first_, to_end);
        std::memcpy(into.data() + to_end, ring_.get(), count - to_end);
    }
    first_ = (first_ + count) % bytes_max_;
    held_ -= count;
    // A writer is woken for a good part of the pipe, not for each piece that is read.
    if (held_ <= bytes_max_ / 2) wakeWriter();
    return count;
}

void BodyPipe::put(std::string_view bytes) {
    if (bytes.empty()) return;
    if (!ring_) ring_.reset(new char[bytes_max_]);
    const std::size_t begin = (first_ + held_) % bytes_max_;
    const std::size_t to_end = std::min(bytes.size(), bytes_max_ - begin);
    std::memcpy(ring_.get() + begin, bytes.data(), to_end);
    std::memcpy(ring_.get(), bytes.data() + to_end, bytes.size() - to_end);
    held_ += bytes.size();
    wakeReader();
}

void BodyPipe::wakeWriter() {
    changed_.notify_all();
    if (std::exchange(is_writer_waiting_, false) && wake_) wake_();
}

void BodyPipe::wakeReader() {
    changed_.notify_all();
    if (std::exchange(is_reader_waiting_, false) && wake_) wake_();
}

}  // namespace ferry::http
