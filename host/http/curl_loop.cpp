#include "http/curl_loop.h"

#include "base/check.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace ferry::http {
namespace {

constexpr std::uint64_t kWakeTag = ~std::uint64_t{0};
constexpr int kEventsMax = 256;

std::size_t indexOf(Traffic traffic) {
    return traffic == Traffic::Provider ? 0 : 1;
}

}  // namespace

CurlLoop::CurlLoop(std::size_t connections_kept_max)
    : epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    FERRY_CHECK(epoll_fd_ >= 0 && wake_fd_ >= 0, "out of descriptors at the start");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kWakeTag;
    FERRY_CHECK(::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) == 0, "epoll_ctl failed");
    for (std::uint64_t index = 0; index < 2; ++index) {
        Multi& multi = multis_[index];
        multi.loop = this;
        multi.index = index;
        multi.handle = curl_multi_init();
        FERRY_CHECK(multi.handle != nullptr, "curl_multi_init failed");
        curl_multi_setopt(multi.handle, CURLMOPT_SOCKETFUNCTION, &CurlLoop::onSocket);
        curl_multi_setopt(multi.handle, CURLMOPT_SOCKETDATA, &multi);
        curl_multi_setopt(multi.handle, CURLMOPT_TIMERFUNCTION, &CurlLoop::onTimer);
        curl_multi_setopt(multi.handle, CURLMOPT_TIMERDATA, &multi);
        curl_multi_setopt(
            multi.handle, CURLMOPT_MAXCONNECTS, static_cast<long>(connections_kept_max)
        );
    }
}

CurlLoop::~CurlLoop() {
    for (Multi& multi : multis_)
        curl_multi_cleanup(multi.handle);
    ::close(wake_fd_);
    ::close(epoll_fd_);
}

void CurlLoop::add(Traffic traffic, CURL* easy) {
    const CURLMcode code = curl_multi_add_handle(multis_[indexOf(traffic)].handle, easy);
    FERRY_CHECK(code == CURLM_OK, "curl_multi_add_handle failed");
}

void CurlLoop::remove(Traffic traffic, CURL* easy) {
    const CURLMcode code = curl_multi_remove_handle(multis_[indexOf(traffic)].handle, easy);
    FERRY_CHECK(code == CURLM_OK, "curl_multi_remove_handle failed");
}

const std::vector<CurlLoop::Done>& CurlLoop::runOnce(std::optional<Steady::time_point> until) {
    epoll_event events[kEventsMax];
    const int ready = waitForEvents(events, kEventsMax, until);
    int running = 0;
    for (int i = 0; i < ready; ++i) {
        if (events[i].data.u64 == kWakeTag) {
            drainWake();
            continue;
        }
        const auto fd = static_cast<curl_socket_t>(events[i].data.u64 & 0xffffffffU);
        int mask = 0;
        if ((events[i].events & EPOLLIN) != 0) mask |= CURL_CSELECT_IN;
        if ((events[i].events & EPOLLOUT) != 0) mask |= CURL_CSELECT_OUT;
        if ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0) mask |= CURL_CSELECT_ERR;
        curl_multi_socket_action(multis_[events[i].data.u64 >> 32].handle, fd, mask, &running);
    }
    for (Multi& multi : multis_) {
        if (!multi.timer || *multi.timer > Steady::now()) continue;
        multi.timer.reset();
        curl_multi_socket_action(multi.handle, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    collectDone();
    return done_;
}

int CurlLoop::waitForEvents(
    epoll_event* events, int events_max, std::optional<Steady::time_point> until
) {
    Phase phase = Phase::Working;
    const bool may_wait = phase_.compare_exchange_strong(phase, Phase::Waiting);
    const int milliseconds = may_wait ? waitMilliseconds(until) : 0;
    const int ready = ::epoll_wait(epoll_fd_, events, events_max, milliseconds);
    FERRY_CHECK(ready >= 0 || errno == EINTR, "epoll_wait failed");
    // A wake() that comes after this ends the next wait.
    phase_.store(Phase::Working);
    return ready;
}

void CurlLoop::wake() {
    // While the loop works it looks at what is new before it waits.
    if (phase_.exchange(Phase::Woken) != Phase::Waiting) return;
    const std::uint64_t one = 1;
    FERRY_CHECK(::write(wake_fd_, &one, sizeof one) == sizeof one, "eventfd failed");
}

int CurlLoop::onSocket(CURL*, curl_socket_t fd, int what, void* user, void* mark) {
    auto* multi = static_cast<Multi*>(user);
    const int epoll_fd = multi->loop->epoll_fd_;
    if (what == CURL_POLL_REMOVE) {
        // May be closed already, which took it out of the set.
        ::epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, nullptr);
        return 0;
    }
    epoll_event event{};
    if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
    event.data.u64 = (multi->index << 32) | static_cast<std::uint32_t>(fd);
    // curl keeps a mark for each socket that it watches, until it removes it.
    const bool is_new = mark == nullptr;
    if (is_new) curl_multi_assign(multi->handle, fd, multi);
    if (::epoll_ctl(epoll_fd, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    return ::epoll_ctl(epoll_fd, is_new ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -1;
}

int CurlLoop::onTimer(CURLM*, long timeout_ms, void* user) {
    auto* multi = static_cast<Multi*>(user);
    if (timeout_ms < 0) {
        multi->timer.reset();
    } else {
        multi->timer = Steady::now() + std::chrono::milliseconds(timeout_ms);
    }
    return 0;
}

int CurlLoop::waitMilliseconds(std::optional<Steady::time_point> until) const {
    for (const Multi& multi : multis_) {
        if (multi.timer) until = until ? std::min(*until, *multi.timer) : multi.timer;
    }
    if (!until) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - Steady::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60000));
}

void CurlLoop::drainWake() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_fd_, &count, sizeof count);
}

void CurlLoop::collectDone() {
    done_.clear();
    for (Multi& multi : multis_) {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi.handle, &left)) {
            if (message->msg == CURLMSG_DONE) {
                done_.push_back({message->easy_handle, message->data.result});
            }
        }
    }
}

}  // namespace ferry::http
