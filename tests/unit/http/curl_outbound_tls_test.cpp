// Goal: TLS is verified: only known authorities, only the right name, only TLS.
// Method: certificates made on the spot, trusted through the extra file or not.

#include "http/curl_outbound.h"
#include "outbound_fixture.h"
#include "support/http/test_certificate.h"
#include "support/temp_dir.h"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>

namespace ferry::http {
namespace {

using test::exchange;
using test::makeCertificate;
using test::okAnswer;
using test::RawConnection;
using test::RawServer;
using test::TestCertificate;

void answerAll(RawConnection& connection) {
    while (!connection.readRequest().empty())
        connection.send(okAnswer("ok"));
}

class CurlOutboundTlsTest : public ::testing::Test {
  protected:
    std::unique_ptr<CurlOutbound> trusting(const TestCertificate& authority) {
        CurlOutboundOptions options = loopbackOptions();
        options.extra_ca_file = (folder_.path() / "ca.pem").string();
        std::ofstream(options.extra_ca_file) << authority.pem;
        return makeOutbound(options);
    }

    test::TempDir folder_;
};

TEST_F(CurlOutboundTlsTest, AnExtraAuthorityIsTrusted) {
    const TestCertificate certificate = makeCertificate("IP:127.0.0.1");
    RawServer server(answerAll, certificate);
    const auto outbound = trusting(certificate);

    for (int i = 0; i < 3; ++i) {
        const OutboundResponse response = exchange(*outbound, postTo(server.url()));
        EXPECT_EQ(response.status, 200) << response.error_detail;
    }
    EXPECT_EQ(server.connectionsTotal(), 1);
}

TEST_F(CurlOutboundTlsTest, AnUnknownAuthorityIsNot) {
    RawServer server(answerAll, makeCertificate("IP:127.0.0.1"));

    for (const auto& outbound : {makeOutbound(), trusting(makeCertificate("IP:127.0.0.1"))}) {
        const OutboundResponse response = exchange(*outbound, postTo(server.url()));
        EXPECT_EQ(response.error, TransportError::Tls) << response.error_detail;
    }
}

TEST_F(CurlOutboundTlsTest, ACertificateForAnotherNameIsRefused) {
    const TestCertificate certificate = makeCertificate("DNS:other.example");
    RawServer server(answerAll, certificate);

    const OutboundResponse response = exchange(*trusting(certificate), postTo(server.url()));

    EXPECT_EQ(response.error, TransportError::Tls) << response.error_detail;
}

TEST_F(CurlOutboundTlsTest, AServerWithoutTlsIsATlsError) {
    RawServer server([](RawConnection& connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.waitForClose();
    });

    const OutboundResponse response =
        exchange(*makeOutbound(), postTo(fmt::format("https://127.0.0.1:{}/", server.port())));

    EXPECT_EQ(response.error, TransportError::Tls) << response.error_detail;
}

TEST_F(CurlOutboundTlsTest, ABadAuthorityFileIsSaidAtTheStart) {
    CurlOutboundOptions options;
    options.extra_ca_file = (folder_.path() / "none.pem").string();
    const auto missing = CurlOutbound::create(options);
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("none.pem"), std::string::npos);

    std::ofstream(options.extra_ca_file) << "hello";
    EXPECT_FALSE(CurlOutbound::create(options));
}

}  // namespace
}  // namespace ferry::http
