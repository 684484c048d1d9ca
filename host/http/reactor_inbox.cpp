#include "http/reactor_inbox.h"

#include "base/check.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace ferry::http {

ReactorInbox::ReactorInbox() : wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    FERRY_CHECK(wake_fd_ >= 0, "eventfd failed");
}

ReactorInbox::~ReactorInbox() {
    ::close(wake_fd_);
}

void ReactorInbox::bring(Answered answered) {
    const std::lock_guard lock(mutex_);
    brought_.answers.push_back(std::move(answered));
    wakeOnce();
}

void ReactorInbox::bring(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    brought_.newcomers.push_back(std::move(connection));
    wakeOnce();
}

void ReactorInbox::wake() {
    const std::lock_guard lock(mutex_);
    wakeOnce();
}

ReactorInbox::Brought ReactorInbox::take() {
    const std::lock_guard lock(mutex_);
    std::uint64_t ignored = 0;
    const ssize_t got = ::read(wake_fd_, &ignored, sizeof ignored);
    FERRY_CHECK(got == sizeof ignored || errno == EAGAIN, "eventfd failed");
    is_woken_ = false;
    return std::exchange(brought_, {});
}

void ReactorInbox::wakeOnce() {
    if (std::exchange(is_woken_, true)) return;
    const std::uint64_t one = 1;
    // It can't be full: take() empties it.
    FERRY_CHECK(::write(wake_fd_, &one, sizeof one) == sizeof one, "eventfd failed");
}

}  // namespace ferry::http
