#include "http/connection_gauge.h"

#include "base/check.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace ferry::http {

ConnectionGauge::ConnectionGauge(int threads)
    : threads_(threads), crowded_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    FERRY_CHECK(crowded_fd_ >= 0, "eventfd failed");
}

ConnectionGauge::~ConnectionGauge() {
    ::close(crowded_fd_);
}

void ConnectionGauge::opened() {
    const std::lock_guard lock(mutex_);
    open_.store(open() + 1);
    showCrowded(isCrowded());
}

void ConnectionGauge::closed() {
    const std::lock_guard lock(mutex_);
    open_.store(open() - 1);
    showCrowded(isCrowded());
    if (open() == 0) empty_.notify_all();
}

void ConnectionGauge::beginStop() {
    const std::lock_guard lock(mutex_);
    is_stopping_.store(true);
    showCrowded(true);
}

bool ConnectionGauge::waitUntilEmpty(Milliseconds grace) {
    std::unique_lock lock(mutex_);
    return empty_.wait_for(lock, grace, [this] { return open() == 0; });
}

void ConnectionGauge::showCrowded(bool is_crowded) {
    if (is_crowded == is_shown_) return;
    is_shown_ = is_crowded;
    std::uint64_t value = 1;
    const ssize_t done = is_crowded ? ::write(crowded_fd_, &value, sizeof value)
                                    : ::read(crowded_fd_, &value, sizeof value);
    FERRY_CHECK(done == sizeof value, "eventfd failed");
}

}  // namespace ferry::http
