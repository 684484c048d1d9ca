#include "support/http/raw_server.h"

#include "support/http/test_certificate.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace ferry::test {

long RawConnection::receive(char* bytes, std::size_t size) {
    if (tls_ != nullptr) return SSL_read(tls_, bytes, static_cast<int>(size));
    return ::recv(fd_, bytes, size, 0);
}

std::string RawConnection::readRequest() {
    for (;;) {
        const std::size_t end = buffer_.find("\r\n\r\n");
        if (end != std::string::npos) {
            std::size_t length = end + 4;
            const std::size_t header = buffer_.find("Content-Length: ");
            if (header < end) {
                length += static_cast<std::size_t>(std::atoll(buffer_.c_str() + header + 16));
            }
            if (buffer_.size() >= length) {
                std::string request = buffer_.substr(0, length);
                buffer_.erase(0, length);
                return request;
            }
        }
        char bytes[65536];
        const long got = receive(bytes, sizeof bytes);
        if (got <= 0) return {};
        buffer_.append(bytes, static_cast<std::size_t>(got));
    }
}

std::string RawConnection::readHead() {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        char bytes[4096];
        const long got = receive(bytes, sizeof bytes);
        if (got <= 0) return {};
        buffer_.append(bytes, static_cast<std::size_t>(got));
    }
    std::string head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    return head;
}

std::size_t RawConnection::readSome(char* into, std::size_t size) {
    if (buffer_.empty()) {
        const long got = receive(into, size);
        return got <= 0 ? 0 : static_cast<std::size_t>(got);
    }
    const std::size_t count = buffer_.copy(into, size);
    buffer_.erase(0, count);
    return count;
}

bool RawConnection::send(std::string_view bytes) {
    if (tls_ != nullptr) {
        return bytes.empty() || SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
    }
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawConnection::waitForClose() {
    char bytes[4096];
    while (receive(bytes, sizeof bytes) > 0) {
    }
}

void RawConnection::reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::string RawConnection::clientName() const {
    X509* certificate = tls_ == nullptr ? nullptr : SSL_get1_peer_certificate(tls_);
    if (certificate == nullptr) return {};
    char name[64] = {};
    X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate), NID_commonName, name, sizeof name
    );
    X509_free(certificate);
    return name;
}

bool RawConnection::isResumed() const {
    return tls_ != nullptr && SSL_session_reused(tls_) == 1;
}

RawServer::RawServer(Script script) : script_(std::move(script)) {
    start();
}

RawServer::RawServer(Script script, const TestCertificate& certificate)
    : script_(std::move(script)), tls_(SSL_CTX_new(TLS_server_method())) {
    useCertificate(certificate);
    start();
}

RawServer::RawServer(
    Script script, const TestCertificate& certificate, const std::vector<TestCertificate>& clients
)
    : script_(std::move(script)), tls_(SSL_CTX_new(TLS_server_method())) {
    useCertificate(certificate);
    for (const TestCertificate& client : clients)
        X509_STORE_add_cert(SSL_CTX_get_cert_store(tls_), client.certificate.get());
    SSL_CTX_set_verify(tls_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    // Without a context of its own no session could be taken up again.
    static constexpr unsigned char kContext[] = "raw-server";
    SSL_CTX_set_session_id_context(tls_, kContext, sizeof kContext);
    start();
}

void RawServer::useCertificate(const TestCertificate& certificate) {
    SSL_CTX_use_certificate(tls_, certificate.certificate.get());
    SSL_CTX_use_PrivateKey(tls_, certificate.key.get());
}

void RawServer::start() {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd_, raw, length) != 0 || ::listen(fd_, 1024) != 0) std::abort();
    ::getsockname(fd_, raw, &length);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { acceptAll(); });
}

RawServer::~RawServer() {
    ::shutdown(fd_, SHUT_RDWR);
    accepting_.join();
    ::close(fd_);
    {
        const std::lock_guard lock(mutex_);
        for (Session& session : sessions_)
            ::shutdown(session.fd, SHUT_RDWR);
    }
    for (Session& session : sessions_)
        session.thread.join();
    for (Session& session : sessions_)
        ::close(session.fd);
    SSL_CTX_free(tls_);
}

std::string RawServer::url() const {
    return fmt::format("{}://127.0.0.1:{}/", tls_ != nullptr ? "https" : "http", port_);
}

void RawServer::acceptAll() {
    for (;;) {
        const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        ++connections_total_;
        const std::lock_guard lock(mutex_);
        Session& session = sessions_.emplace_back();
        session.fd = fd;
        session.thread = std::thread([this, &session] { serve(session); });
    }
}

void RawServer::serve(Session& session) {
    SSL* tls = nullptr;
    int fd = -1;
    {
        const std::lock_guard lock(mutex_);
        fd = session.fd;
    }
    if (tls_ != nullptr) {
        tls = SSL_new(tls_);
        SSL_set_fd(tls, fd);
        if (SSL_accept(tls) != 1) {
            SSL_free(tls);
            ::shutdown(fd, SHUT_RDWR);
            return;
        }
    }
    RawConnection connection(fd, tls);
    script_(connection);
    SSL_free(tls);
    linger mode{};
    socklen_t length = sizeof mode;
    ::getsockopt(fd, SOL_SOCKET, SO_LINGER, &mode, &length);
    if (mode.l_onoff == 0) {
        ::shutdown(fd, SHUT_RDWR);
        return;
    }
    // A reset needs a real close; the destructor then closes another descriptor in its place.
    const std::lock_guard lock(mutex_);
    ::close(fd);
    session.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

std::string okAnswer(std::string_view body, std::string_view more_headers) {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), more_headers, body
    );
}

}  // namespace ferry::test
