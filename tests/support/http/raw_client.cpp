#include "support/http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace ferry::test {

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd_);
        fd_ = -1;
    }
}

RawClient::~RawClient() {
    if (fd_ >= 0) ::close(fd_);
}

bool RawClient::send(std::string_view bytes) {
    return sendExactly(withHosts(bytes));
}

bool RawClient::sendExactly(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::endSending() {
    ::shutdown(fd_, SHUT_WR);
}

bool RawClient::fill(std::chrono::milliseconds patience) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return false;
    char bytes[65536];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
}

std::string RawClient::readAnswer(std::chrono::milliseconds patience) {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill(patience)) return std::move(buffer_);
    }
    std::size_t length = end + 4;
    const std::size_t header = buffer_.find("Content-Length: ");
    if (header < end) {
        length += static_cast<std::size_t>(std::atoll(buffer_.c_str() + header + 16));
    }
    while (buffer_.size() < length && fill(patience)) {
    }
    std::string answer = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
}

std::size_t RawClient::readSome(char* into, std::size_t size) {
    if (buffer_.empty() && !fill(kPatience)) return 0;
    const std::size_t count = buffer_.copy(into, size);
    buffer_.erase(0, count);
    return count;
}

void RawClient::close() {
    ::close(fd_);
    fd_ = -1;
}

std::string RawClient::readToEnd() {
    while (fill(kPatience)) {
    }
    return std::move(buffer_);
}

bool RawClient::isClosedWithin(std::chrono::milliseconds patience) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return false;
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) <= 0;
}

std::string withHosts(std::string_view bytes) {
    static constexpr std::string_view kLineEnd = " HTTP/1.1\r\n";
    std::string text;
    while (true) {
        const std::size_t found = bytes.find(kLineEnd);
        if (found == std::string_view::npos) return text.append(bytes);
        const std::size_t begin = found + kLineEnd.size();
        text.append(bytes.substr(0, begin));
        bytes.remove_prefix(begin);
        const std::string_view head = bytes.substr(0, bytes.find("\r\n\r\n"));
        if (!head.starts_with("Host:") && head.find("\r\nHost:") == std::string_view::npos)
            text += "Host: test\r\n";
    }
}

int statusOfAnswer(std::string_view answer) {
    if (answer.substr(0, 7) != "HTTP/1." || answer.size() < 12) return 0;
    return std::atoi(std::string(answer.substr(9, 3)).c_str());
}

std::string bodyOfAnswer(std::string_view answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string_view::npos ? std::string() : std::string(answer.substr(end + 4));
}

}  // namespace ferry::test
