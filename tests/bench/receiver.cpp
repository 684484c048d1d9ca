#include "bench/receiver.h"

#include "base/check.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <set>
#include <string_view>
#include <unordered_map>

namespace ferry::bench {

namespace {

int listenAnywhere(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    FERRY_CHECK(
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(fd, 4096) == 0 &&
            ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0,
        "a port can be listened to"
    );
    port = ntohs(address.sin_port);
    return fd;
}

void watch(int epoll, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/// Size of the whole request at the start of `text`, or 0; `head` is the size of its head.
std::size_t requestBytes(std::string_view text, std::size_t& head) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    head = end + 4;
    constexpr std::string_view kLength = "Content-Length: ";
    const auto at = text.substr(0, end).find(kLength);
    const std::size_t body = at == std::string_view::npos
                                 ? 0
                                 : std::strtoul(text.data() + at + kLength.size(), nullptr, 10);
    return text.size() >= head + body ? head + body : 0;
}

bool isForHanging(std::string_view request) {
    return request.substr(0, request.find("\r\n")).find("/hanging/") != std::string_view::npos;
}

}  // namespace

Receiver::Receiver(std::size_t count) : arrivals_(count), listener_(listenAnywhere(port_)) {
    thread_ = std::thread([this] { run(); });
}

void Receiver::stop() {
    is_stopping_ = true;
    if (!thread_.joinable()) return;
    thread_.join();
    ::close(listener_);
}

void Receiver::take(const char* body, std::size_t size) {
    const auto now = Steady::now();
    const std::string_view text(body, size);
    constexpr std::string_view kName = "/n-";
    std::set<std::size_t> seen;  // one event names its file several times
    for (auto at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
        seen.insert(std::strtoul(body + at + kName.size(), nullptr, 10));
    }
    for (const std::size_t number : seen) {
        if (number >= arrivals_.size()) continue;
        if (arrivals_[number] != Steady::time_point()) {
            ++repeated_;
            continue;
        }
        arrivals_[number] = now;
        ++arrived_;
    }
}

void Receiver::run() {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listener_);
    std::unordered_map<int, std::string> inputs;
    std::vector<char> buffer(64 << 10);
    while (!is_stopping_) {
        epoll_event events[64];
        const int ready = ::epoll_wait(epoll, events, 64, 50);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[i].data.fd;
            if (fd == listener_) {
                const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
                const int on = 1;
                ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                inputs[peer];
                watch(epoll, peer);
                continue;
            }
            const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (got <= 0) {
                inputs.erase(fd);
                ::close(fd);
                continue;
            }
            std::string& input = inputs[fd];
            input.append(buffer.data(), static_cast<std::size_t>(got));
            std::size_t head = 0;
            for (std::size_t size = requestBytes(input, head); size > 0;
                 size = requestBytes(input, head)) {
                const bool is_held = is_hanging_ && isForHanging(input);
                if (!is_held && !arrivals_.empty()) take(input.data() + head, size - head);
                body_bytes_ += size - head;
                input.erase(0, size);
                if (is_held) continue;
                ++requests_;
                ::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
            }
        }
    }
    for (const auto& [fd, input] : inputs)
        ::close(fd);
    ::close(epoll);
}

SilentServer::SilentServer() : listener_(listenAnywhere(port_)) {}

SilentServer::~SilentServer() {
    ::close(listener_);
}

std::string SilentServer::url() const {
    return fmt::format("http://127.0.0.1:{}", port_);
}

}  // namespace ferry::bench
