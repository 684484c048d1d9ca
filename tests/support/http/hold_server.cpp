#include "support/http/hold_server.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace ferry::test {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void watch(int epoll_fd, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) std::abort();
}

/// Bytes of the first whole request in `bytes`, 0 if there is none.
std::size_t requestLength(const std::string& bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    const std::size_t header = bytes.find("Content-Length: ");
    std::size_t length = end + 4;
    if (header < end) {
        length += static_cast<std::size_t>(std::atoll(bytes.c_str() + header + 16));
    }
    return bytes.size() >= length ? length : 0;
}

}  // namespace

HoldServer::HoldServer(int hold_until)
    : hold_until_(hold_until),
      listen_fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listen_fd_, raw, length) != 0 || ::listen(listen_fd_, 4096) != 0) std::abort();
    ::getsockname(listen_fd_, raw, &length);
    port_ = ntohs(address.sin_port);
    watch(epoll_fd_, listen_fd_);
    watch(epoll_fd_, wake_fd_);
    thread_ = std::thread([this] { run(); });
}

HoldServer::~HoldServer() {
    is_ending_ = true;
    release();
    thread_.join();
    for (const auto& [fd, bytes] : received_)
        ::close(fd);
    for (int fd : {listen_fd_, epoll_fd_, wake_fd_})
        ::close(fd);
}

std::string HoldServer::url() const {
    return fmt::format("http://127.0.0.1:{}/", port_);
}

void HoldServer::release() {
    is_released_ = true;
    const std::uint64_t one = 1;
    if (::write(wake_fd_, &one, sizeof one) != sizeof one) std::abort();
}

void HoldServer::run() {
    epoll_event events[256];
    while (!is_ending_) {
        const int ready = ::epoll_wait(epoll_fd_, events, 256, -1);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[i].data.fd;
            if (fd == listen_fd_) {
                acceptAll();
            } else if (fd == wake_fd_) {
                std::uint64_t count = 0;
                [[maybe_unused]] const ssize_t got = ::read(wake_fd_, &count, sizeof count);
                answerHeld();
            } else {
                receive(fd);
            }
        }
    }
}

void HoldServer::acceptAll() {
    for (;;) {
        const int fd = ::accept4(listen_fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ++connections_total_;
        received_.emplace(fd, std::string());
        watch(epoll_fd_, fd);
    }
}

void HoldServer::receive(int fd) {
    char bytes[65536];
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0) {
        received_.erase(fd);
        const auto gone = std::remove(held_.begin(), held_.end(), fd);
        held_.erase(gone, held_.end());
        held_now_ = static_cast<int>(held_.size());
        ::close(fd);
        return;
    }
    std::string& buffer = received_[fd];
    buffer.append(bytes, static_cast<std::size_t>(got));
    while (const std::size_t length = requestLength(buffer)) {
        buffer.erase(0, length);
        if (is_released_) {
            answer(fd);
            continue;
        }
        held_.push_back(fd);
        held_now_ = static_cast<int>(held_.size());
        held_max_ = std::max(held_max_.load(), held_now_.load());
        if (held_max_ >= hold_until_) {
            is_released_ = true;
            answerHeld();
        }
    }
}

void HoldServer::answer(int fd) {
    ::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
}

void HoldServer::answerHeld() {
    for (int fd : held_)
        answer(fd);
    held_.clear();
    held_now_ = 0;
}

std::size_t raiseDescriptorLimit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace ferry::test
