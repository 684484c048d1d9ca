#pragma once
// Bare sockets for tests: a client that shows exactly what came over the wire, and a receiver that
// answers what it is told to.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ferry::demo {

inline sockaddr_in loopbackAddress(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

struct RawAnswer {
    std::string bytes;
    bool was_reset = false;
};

/// Sends `bytes` and reads to the end, at most `bytes_max`.
inline RawAnswer rawExchange(
    int port, const std::string& bytes, std::size_t bytes_max = 1U << 22U
) {
    RawAnswer answer;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopbackAddress(port);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) {
        char buffer[16384];
        ssize_t count = 0;
        while (answer.bytes.size() < bytes_max && (count = recv(fd, buffer, sizeof buffer, 0)) > 0
        ) {
            answer.bytes.append(buffer, static_cast<std::size_t>(count));
        }
        answer.was_reset = count < 0;
    }
    close(fd);
    return answer;
}

/// Takes requests one after the other. An answer of "" means: never answer.
class Receiver {
  public:
    Receiver() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address = loopbackAddress(0);
        socklen_t size = sizeof address;
        bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
        listen(listener_, 64);
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~Receiver() {
        shutdown(listener_, SHUT_RDWR);
        thread_.join();
        close(listener_);
        for (const int fd : kept_)
            close(fd);
    }
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }
    /// Used for the next request; 200 without a body when there is none.
    void answerNext(std::string response) {
        const std::lock_guard lock(mutex_);
        answers_.push_back(std::move(response));
    }
    /// Waits until `count` requests came, and gives all of them.
    std::vector<std::string> waitFor(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20), [&] {
            return requests_.size() >= count;
        });
        return requests_;
    }

  private:
    static bool isComplete(const std::string& request) {
        const std::size_t head = request.find("\r\n\r\n");
        if (head == std::string::npos) return false;
        const std::size_t length = request.find("Content-Length: ");
        const std::size_t body =
            length == std::string::npos ? 0 : std::stoul(request.substr(length + 16, 10));
        return request.size() >= head + 4 + body;
    }
    void run() {
        for (int fd = accept(listener_, nullptr, nullptr); fd >= 0;
             fd = accept(listener_, nullptr, nullptr)) {
            std::string request;
            char buffer[4096];
            ssize_t count = 0;
            while (!isComplete(request) && (count = recv(fd, buffer, sizeof buffer, 0)) > 0) {
                request.append(buffer, static_cast<std::size_t>(count));
            }
            const std::lock_guard lock(mutex_);
            std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            if (!answers_.empty()) {
                answer = answers_.front();
                answers_.pop_front();
            }
            requests_.push_back(std::move(request));
            if (answer.empty()) {
                kept_.push_back(fd);
            } else {
                send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
                close(fd);
            }
            changed_.notify_all();
        }
    }

    int listener_;
    int port_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> answers_;
    std::vector<std::string> requests_;
    std::vector<int> kept_;
    std::thread thread_;
};

}  // namespace ferry::demo
