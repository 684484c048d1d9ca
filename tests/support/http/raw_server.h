#pragma once
// A TCP (or TLS) server whose every connection runs a script of the test's: it truncates, drips,
// resets, or says nothing, as hostile and broken servers do.

#include <openssl/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ferry::test {

struct TestCertificate;

/// One connection, for its script. Reads and writes fail once the server is being destroyed.
class RawConnection {
  public:
    RawConnection(int fd, SSL* tls) : fd_(fd), tls_(tls) {}

    /// The next request, head and body by Content-Length; empty if the client is gone.
    std::string readRequest();
    /// The next request's head alone; its body is for readSome().
    std::string readHead();
    /// Some bytes as they come; 0 when the client sends no more.
    std::size_t readSome(char* into, std::size_t size);
    /// False if the client is gone.
    bool send(std::string_view bytes);
    /// Waits until the client has closed.
    void waitForClose();
    /// Closes with a reset instead of an orderly end.
    void reset();
    /// Common name of the client's certificate; empty: it showed none.
    std::string clientName() const;
    /// True if the TLS session of an earlier connection was taken up.
    bool isResumed() const;

  private:
    long receive(char* bytes, std::size_t size);

    int fd_;
    SSL* tls_;
    std::string buffer_;
};

/// Listens on 127.0.0.1; a thread per connection; everything ends with the destructor.
class RawServer {
  public:
    using Script = std::function<void(RawConnection&)>;

    explicit RawServer(Script script);
    /// Speaks TLS with `certificate`, which is copied.
    RawServer(Script script, const TestCertificate& certificate);
    /// Also demands that the client shows one of `clients`.
    RawServer(
        Script script,
        const TestCertificate& certificate,
        const std::vector<TestCertificate>& clients
    );
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// "http://127.0.0.1:4711/" or https.
    std::string url() const;
    int connectionsTotal() const noexcept { return connections_total_.load(); }

  private:
    struct Session {
        int fd = -1;
        std::thread thread;
    };
    void useCertificate(const TestCertificate& certificate);
    void start();
    void acceptAll();
    void serve(Session& session);

    Script script_;
    SSL_CTX* tls_ = nullptr;
    int fd_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_total_{0};
    std::mutex mutex_;
    std::list<Session> sessions_;
    std::thread accepting_;
};

/// "HTTP/1.1 200 OK" with `body` and its length.
std::string okAnswer(std::string_view body, std::string_view more_headers = {});

}  // namespace ferry::test
