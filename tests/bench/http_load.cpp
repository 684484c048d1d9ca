#include "bench/http_load.h"

#include "base/crypto.h"
#include "base/encoding.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <deque>

namespace ferry::bench {

namespace {

int connectTo(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd);
        return -1;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/// Bytes of the whole answer at the start of `text`, or 0 if it is not all there. `status` is set.
std::size_t answerBytes(std::string_view text, int& status) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos || text.size() < 12) return 0;
    status = std::atoi(text.data() + 9);
    std::size_t body = 0;
    for (const char* name : {"Content-Length: ", "content-length: "}) {
        const auto at = text.substr(0, end).find(name);
        if (at != std::string_view::npos) body = std::strtoul(text.data() + at + 16, nullptr, 10);
    }
    const std::size_t total = end + 4 + body;
    return text.size() >= total ? total : 0;
}

/// The connections of one run.
class Clients {
  public:
    Clients(std::uint16_t port, int count) : port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        clients_.resize(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < clients_.size(); ++i)
            open(i);
    }
    ~Clients() {
        for (const Client& client : clients_) {
            if (client.fd >= 0) ::close(client.fd);
        }
        ::close(epoll_);
    }
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;

    std::size_t size() const { return clients_.size(); }

    /// Sends at once; `since` is what the latency is counted from.
    void send(std::size_t index, std::string_view request, Steady::time_point since) {
        Client& client = clients_[index];
        client.since = since;
        client.request = request;
        if (::send(client.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size())) {
            ++result.broken;
            open(index);
            ::send(client.fd, request.data(), request.size(), MSG_NOSIGNAL);
        }
    }

    /// Takes what came within `timeout`; calls `free(index)` for each client with its answer.
    template <typename Free>
    void poll(int timeout_ms, const Free& free) {
        epoll_event events[64];
        const int ready = ::epoll_wait(epoll_, events, 64, timeout_ms);
        for (int i = 0; i < ready; ++i) {
            const auto index = static_cast<std::size_t>(events[i].data.u64);
            if (receive(index)) free(index);
        }
    }

    LoadResult result;

  private:
    struct Client {
        int fd = -1;
        std::string input;
        std::string_view request;
        Steady::time_point since;
    };

    void open(std::size_t index) {
        Client& client = clients_[index];
        if (client.fd >= 0) ::close(client.fd);
        client.fd = connectTo(port_);
        client.input.clear();
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = index;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    }

    bool receive(std::size_t index) {
        Client& client = clients_[index];
        char buffer[4096];
        const ssize_t got = ::recv(client.fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (got <= 0) {
            ++result.broken;
            open(index);
            if (!client.request.empty()) send(index, client.request, client.since);
            return false;
        }
        client.input.append(buffer, static_cast<std::size_t>(got));
        int status = 0;
        const std::size_t bytes = answerBytes(client.input, status);
        if (bytes == 0) return false;
        client.input.erase(0, bytes);
        client.request = {};
        const auto took = Steady::now() - client.since;
        if (status == 200) {
            ++result.answered;
            result.latencies_us.push_back(static_cast<std::uint32_t>(
                std::chrono::duration_cast<std::chrono::microseconds>(took).count()
            ));
        } else {
            ++result.failed;
        }
        return true;
    }

    const std::uint16_t port_;
    const int epoll_;
    std::vector<Client> clients_;
};

}  // namespace

double LoadResult::percentileMs(double part) {
    if (latencies_us.empty()) return 0;
    const auto last = static_cast<double>(latencies_us.size() - 1);
    const auto at = latencies_us.begin() + static_cast<std::ptrdiff_t>(last * part);
    std::nth_element(latencies_us.begin(), at, latencies_us.end());
    return static_cast<double>(*at) / 1000;
}

LoadResult closedLoop(
    std::uint16_t port,
    int connections,
    const std::vector<std::string>& requests,
    std::chrono::milliseconds duration
) {
    Clients clients(port, connections);
    const auto begin = Steady::now();
    const auto end = begin + duration;
    std::size_t next = 0;
    std::size_t under_way = 0;
    const auto send = [&](std::size_t index) {
        clients.send(index, requests[next++ % requests.size()], Steady::now());
        ++under_way;
    };
    for (std::size_t i = 0; i < clients.size(); ++i)
        send(i);
    while (under_way > 0 && Steady::now() < end + std::chrono::seconds(5)) {
        clients.poll(100, [&](std::size_t index) {
            --under_way;
            if (Steady::now() < end) send(index);
        });
    }
    clients.result.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    return std::move(clients.result);
}

LoadResult openLoop(
    std::uint16_t port,
    int connections,
    std::uint64_t count,
    Steady::time_point begin,
    std::chrono::nanoseconds interval,
    const std::function<std::string_view(std::uint64_t)>& make
) {
    Clients clients(port, connections);
    std::vector<std::size_t> idle;
    for (std::size_t i = 0; i < clients.size(); ++i)
        idle.push_back(i);
    struct Waiting {
        std::string_view request;
        Steady::time_point since;
    };
    std::deque<Waiting> waiting;
    const auto take = [&](std::size_t index) { idle.push_back(index); };
    std::uint64_t made = 0;
    const auto give_up =
        begin + interval * static_cast<std::int64_t>(count) + std::chrono::seconds(10);
    while (idle.size() < clients.size() || !waiting.empty() || made < count) {
        const auto now = Steady::now();
        if (now > give_up) break;
        for (; made < count; ++made) {
            const auto time = begin + interval * static_cast<std::int64_t>(made);
            if (time > now) break;
            waiting.push_back({make(made), time});
        }
        while (!waiting.empty() && !idle.empty()) {
            clients.send(idle.back(), waiting.front().request, waiting.front().since);
            idle.pop_back();
            waiting.pop_front();
        }
        clients.poll(1, take);
    }
    clients.result.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    return std::move(clients.result);
}

std::string notification(const std::string& secret, const std::string& account) {
    const std::string body = fmt::format(
        R"({{"list_folder":{{"accounts":["{}"]}},"delta":{{"users":[12345678]}}}})", account
    );
    return fmt::format(
        "POST /elements/api-v2/events/dropbox HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "User-Agent: DropboxWebhooks/1.0\r\nAccept: */*\r\nContent-Type: application/json\r\n"
        "X-Dropbox-Signature: {}\r\nContent-Length: {}\r\n\r\n{}",
        hexEncode(asText(hmacSha256(secret, body))),
        body.size(),
        body
    );
}

std::string fetch(std::uint16_t port, const std::string& path) {
    return ask(
        port, fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path)
    );
}

std::string askWhole(std::uint16_t port, const std::string& request) {
    const int fd = connectTo(port);
    if (fd < 0) return {};
    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    std::vector<char> buffer(256 << 10);
    int status = 0;
    while (answerBytes(answer, status) == 0) {
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) break;
        answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ::close(fd);
    return answer;
}

std::string ask(std::uint16_t port, const std::string& request) {
    const std::string answer = askWhole(port, request);
    const auto body = answer.find("\r\n\r\n");
    int status = 0;
    if (answerBytes(answer, status) == 0 || status != 200) return {};
    return answer.substr(body + 4);
}

}  // namespace ferry::bench
