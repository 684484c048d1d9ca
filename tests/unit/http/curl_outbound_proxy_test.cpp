// Goal: with a proxy all callbacks go through it and nothing else does; it resolves their names,
// and what their URLs tell by themselves is still refused here. Method: proxies of the test's on
// loopback: one that answers itself, one that tunnels to a TLS server, one that speaks SOCKS 5.

#include "http/curl_outbound.h"
#include "outbound_fixture.h"
#include "support/http/test_certificate.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <thread>

namespace ferry::http {
namespace {

using test::exchange;
using test::makeCertificate;
using test::okAnswer;
using test::RawConnection;
using test::RawServer;
using test::TestCertificate;

std::unique_ptr<CurlOutbound> through(const std::string& proxy) {
    CurlOutboundOptions options;  // no network is allowed: the proxy itself needs no permission
    options.callback_proxy = Secret(proxy);
    return makeOutbound(options);
}

/// Answers every request with its head.
void mirrorHead(RawConnection& connection) {
    for (;;) {
        const std::string request = connection.readRequest();
        if (request.empty()) return;
        connection.send(okAnswer(request.substr(0, request.find("\r\n\r\n"))));
    }
}

/// Carries bytes between the client and a server on loopback until one of them is done.
void relay(RawConnection& client, std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port);
    ASSERT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    std::thread back([&] {
        char bytes[4096];
        for (ssize_t got = 0; (got = ::recv(fd, bytes, sizeof bytes, 0)) > 0;)
            client.send({bytes, static_cast<std::size_t>(got)});
    });
    char bytes[4096];
    for (std::size_t got = 0; (got = client.readSome(bytes, sizeof bytes)) > 0;)
        ::send(fd, bytes, got, MSG_NOSIGNAL);
    ::shutdown(fd, SHUT_RDWR);
    back.join();
    ::close(fd);
}

/// So many bytes from the client.
std::string take(RawConnection& connection, std::size_t count) {
    std::string out(count, '\0');
    for (std::size_t at = 0; at < count;) {
        const std::size_t got = connection.readSome(out.data() + at, count - at);
        if (got == 0) return {};
        at += got;
    }
    return out;
}

TEST(CurlOutboundProxy, ResolvesNamesInPlaceOfTheHub) {
    RawServer proxy(mirrorHead);
    const auto outbound = through(fmt::format("http://ferry:pw@127.0.0.1:{}", proxy.port()));

    const auto response = exchange(*outbound, postTo("http://app.example.invalid/hook"));

    ASSERT_EQ(response.status, 200) << response.error_detail;
    EXPECT_EQ(response.body.find("POST http://app.example.invalid/hook HTTP/1.1\r\n"), 0U);
    EXPECT_NE(response.body.find("Proxy-Authorization: Basic ZmVycnk6cHc="), std::string::npos);
}

TEST(CurlOutboundProxy, CarriesTlsThatEndsAtTheReceiver) {
    const TestCertificate certificate = makeCertificate("DNS:app.example.invalid");
    const TestCertificate client = makeCertificate("DNS:ferry.example", {"ferry"});
    RawServer receiver(
        [](RawConnection& connection) {
            while (!connection.readRequest().empty())
                connection.send(okAnswer(connection.clientName()));
        },
        certificate,
        {client}
    );
    std::mutex mutex;
    std::string connect;
    RawServer proxy([&](RawConnection& connection) {
        {
            const std::lock_guard lock(mutex);
            connect = connection.readHead();
        }
        connection.send("HTTP/1.1 200 OK\r\nX-Proxy: 1\r\n\r\n");
        relay(connection, receiver.port());
    });
    const auto outbound = through(fmt::format("http://127.0.0.1:{}", proxy.port()));
    OutboundRequest request = postTo("https://app.example.invalid/hook");
    request.headers.add("Authorization", "Bearer s3cret");
    request.tls = std::make_shared<TlsIdentity>(TlsIdentity{
        client.pem, Secret(client.key_pem), certificate.pem});

    const auto response = exchange(*outbound, std::move(request));

    EXPECT_EQ(response.body, "ferry") << response.error_detail;
    EXPECT_FALSE(response.headers.get("X-Proxy"));
    const std::lock_guard lock(mutex);
    EXPECT_EQ(connect.find("CONNECT app.example.invalid:443 HTTP/1.1\r\n"), 0U) << connect;
    EXPECT_EQ(connect.find("s3cret"), std::string::npos);
}

TEST(CurlOutboundProxy, ThatRefusesIsAConnectionThatDidNotCome) {
    RawServer proxy([](RawConnection& connection) {
        connection.readHead();
        connection.send("HTTP/1.1 407 Denied\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    const auto outbound = through(fmt::format("http://127.0.0.1:{}", proxy.port()));

    const auto response = exchange(*outbound, postTo("https://app.example.invalid/"));

    EXPECT_EQ(response.error, TransportError::Connect) << response.error_detail;
    EXPECT_EQ(response.status, 0);
    EXPECT_EQ(response.error_detail.find("through the proxy: "), 0U) << response.error_detail;
    EXPECT_NE(response.error_detail.find("407"), std::string::npos) << response.error_detail;
}

TEST(CurlOutboundProxy, SpeaksSocksAndSendsTheName) {
    std::mutex mutex;
    std::string asked;
    RawServer proxy([&](RawConnection& connection) {
        const std::string greeting = take(connection, 2);
        take(connection, static_cast<unsigned char>(greeting.at(1)));
        connection.send(std::string_view("\x05\x00", 2));
        const std::string head = take(connection, 5);
        const std::string rest = take(connection, static_cast<unsigned char>(head.at(4)) + 2U);
        {
            const std::lock_guard lock(mutex);
            asked = rest.substr(0, rest.size() - 2);
            EXPECT_EQ(head.at(3), '\x03') << "a name";
        }
        connection.send(std::string_view("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10));
        mirrorHead(connection);
    });
    const auto outbound = through(fmt::format("socks5h://127.0.0.1:{}", proxy.port()));

    const auto response = exchange(*outbound, postTo("http://app.example.invalid/hook"));

    EXPECT_EQ(response.status, 200) << response.error_detail;
    EXPECT_EQ(response.body.find("POST /hook HTTP/1.1\r\n"), 0U);
    const std::lock_guard lock(mutex);
    EXPECT_EQ(asked, "app.example.invalid");
}

TEST(CurlOutboundProxy, NeverSeesWhatTheUrlTellsToBeSpecial) {
    RawServer proxy(mirrorHead);
    const auto outbound = through(fmt::format("http://127.0.0.1:{}", proxy.port()));
    for (const char* url :
         {"http://127.0.0.1/",
          "http://[::1]/",
          "http://localhost/",
          "http://a.localhost./",
          "http://169.254.169.254/latest",
          "http://2130706433/",
          "http://0x7f.1/",
          "http://10.1/",
          "http://[::ffff:10.0.0.1]/",
          "http://[64:ff9b::a9fe:a9fe]/",
          "http://app.example.com:22/",
          "http://me@app.example.com/"}) {
        const auto response = exchange(*outbound, postTo(url));
        EXPECT_EQ(response.error, TransportError::Refused) << url << " " << response.error_detail;
    }
    EXPECT_EQ(proxy.connectionsTotal(), 0);
}

TEST(CurlOutboundProxy, IsForCallbacksAlone) {
    RawServer proxy(mirrorHead);
    RawServer provider(mirrorHead);
    const auto outbound = through(fmt::format("http://127.0.0.1:{}", proxy.port()));
    OutboundRequest request = postTo(provider.url());
    request.traffic = Traffic::Provider;

    EXPECT_EQ(exchange(*outbound, std::move(request)).status, 200);
    EXPECT_EQ(proxy.connectionsTotal(), 0);
}

TEST(CurlOutboundProxy, TheEnvironmentChangesNothing) {
    RawServer proxy(mirrorHead);
    RawServer other(mirrorHead);
    const std::string url = fmt::format("http://127.0.0.1:{}", other.port());
    for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"})
        ::setenv(name, url.c_str(), 1);
    ::setenv("no_proxy", "*", 1);

    const auto outbound = through(fmt::format("http://127.0.0.1:{}", proxy.port()));
    EXPECT_EQ(exchange(*outbound, postTo("http://app.example.invalid/")).status, 200);

    for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "no_proxy"})
        ::unsetenv(name);
    EXPECT_EQ(proxy.connectionsTotal(), 1) << "no_proxy does not lead around it";
    EXPECT_EQ(other.connectionsTotal(), 0);
}

}  // namespace
}  // namespace ferry::http
