// Goal: TLS is verified: only known authorities, only the right name, only TLS; and who a request
// is made for is who the server sees. Method: certificates made on the spot, trusted through the
// extra file or not; servers that demand a client certificate and name it in their answers.

#include "http/curl_outbound.h"
#include "outbound_fixture.h"
#include "support/http/test_certificate.h"
#include "support/temp_dir.h"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <map>

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

/// Answers with the client's name, and closes after each answer if `closes`.
RawServer::Script nameClients(bool closes) {
    return [closes](RawConnection& connection) {
        while (!connection.readRequest().empty()) {
            connection.send(okAnswer(
                connection.clientName() + (connection.isResumed() ? " again" : ""),
                closes ? "Connection: close\r\n" : ""
            ));
            if (closes) return;
        }
    };
}

std::shared_ptr<const TlsIdentity> identity(
    const TestCertificate& client, const TestCertificate& authority
) {
    return std::make_shared<TlsIdentity>(TlsIdentity{
        client.pem, Secret(client.key_pem), authority.pem});
}

class CurlOutboundTlsTest : public ::testing::Test {
  protected:
    /// The answer to a request under `tls`; what went wrong if there is none.
    static std::string ask(
        CurlOutbound& outbound, const RawServer& server, std::shared_ptr<const TlsIdentity> tls
    ) {
        OutboundRequest request = postTo(server.url());
        request.tls = std::move(tls);
        const OutboundResponse response = exchange(outbound, std::move(request));
        if (response.status == 200) return response.body;
        return fmt::format("{}", transportErrorName(response.error));
    }

    const TestCertificate certificate_ = makeCertificate("IP:127.0.0.1");
    const TestCertificate anna_ = makeCertificate("DNS:anna.example", {"anna"});
    const TestCertificate bert_ = makeCertificate("DNS:bert.example", {"bert"});

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

TEST_F(CurlOutboundTlsTest, AConnectionIsUsedForItsOwnClientCertificateAlone) {
    RawServer server(nameClients(false), certificate_, {anna_, bert_});
    const auto outbound = makeOutbound();
    const auto anna = identity(anna_, certificate_);
    const auto bert = identity(bert_, certificate_);
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(ask(*outbound, server, anna), "anna");
        EXPECT_EQ(ask(*outbound, server, bert), "bert");
        // Equal, but read anew: what counts is the certificate.
        EXPECT_EQ(ask(*outbound, server, identity(anna_, certificate_)), "anna");
    }
    EXPECT_EQ(server.connectionsTotal(), 2) << "each is kept for its own";

    // With connections of both kept, whoever shows no certificate gets no connection of theirs.
    const auto nobody = std::make_shared<TlsIdentity>(TlsIdentity{"", Secret(), certificate_.pem});
    EXPECT_EQ(ask(*outbound, server, nobody), "tls");
    EXPECT_EQ(ask(*outbound, server, nullptr), "tls") << "the system knows no such authority";
    EXPECT_EQ(ask(*outbound, server, anna), "anna");
}

TEST_F(CurlOutboundTlsTest, ASessionIsTakenUpForItsOwnClientCertificateAlone) {
    RawServer server(nameClients(true), certificate_, {anna_, bert_});
    const auto outbound = makeOutbound();
    const auto anna = identity(anna_, certificate_);
    const auto bert = identity(bert_, certificate_);
    int resumed = 0;
    for (int i = 0; i < 4; ++i) {
        const std::string as_anna = ask(*outbound, server, anna);
        const std::string as_bert = ask(*outbound, server, bert);
        EXPECT_EQ(as_anna.substr(0, 4), "anna");
        EXPECT_EQ(as_bert.substr(0, 4), "bert");
        resumed += static_cast<int>(as_anna == "anna again") + (as_bert == "bert again" ? 1 : 0);
    }
    EXPECT_GT(resumed, 0) << "or nothing is proved";
}

TEST_F(CurlOutboundTlsTest, RequestsAtTheSameTimeKeepTheirClientCertificates) {
    RawServer server(nameClients(false), certificate_, {anna_, bert_});
    const auto outbound = makeOutbound();
    test::Collector answers;
    for (int i = 0; i < 40; ++i) {
        OutboundRequest request = postTo(server.url());
        request.tls = identity(i % 2 == 0 ? anna_ : bert_, certificate_);
        const std::string wanted = i % 2 == 0 ? "anna" : "bert";
        outbound->submit(std::move(request), answers.completion());
    }
    std::map<std::string, int> names;
    for (const OutboundResponse& response : answers.wait(40))
        ++names[response.body];
    EXPECT_EQ(names, (std::map<std::string, int>{{"anna", 20}, {"bert", 20}}));
}

TEST_F(CurlOutboundTlsTest, OwnAuthoritiesStandInPlaceOfAllOthers) {
    RawServer server(answerAll, certificate_);
    const auto outbound = trusting(certificate_);
    const auto other = makeCertificate("IP:127.0.0.1");
    const auto own = [](const std::string& pem) {
        return std::make_shared<TlsIdentity>(TlsIdentity{"", Secret(), pem});
    };
    EXPECT_EQ(ask(*outbound, server, nullptr), "ok");
    EXPECT_EQ(ask(*outbound, server, own(other.pem)), "tls");
    EXPECT_EQ(ask(*outbound, server, own(other.pem + certificate_.pem)), "ok");
    EXPECT_EQ(ask(*makeOutbound(), server, own(certificate_.pem)), "ok");
}

TEST_F(CurlOutboundTlsTest, AKeyThatCannotBeUsedIsATlsErrorAndAsksNobody) {
    RawServer server(nameClients(false), certificate_, {anna_});
    const auto outbound = makeOutbound();
    const auto locked = makeCertificate("DNS:anna.example", {"anna", 3600, "open sesame"});
    EXPECT_EQ(ask(*outbound, server, identity(locked, certificate_)), "tls");
    TestCertificate mixed = anna_;
    mixed.key_pem = bert_.key_pem;
    EXPECT_EQ(ask(*outbound, server, identity(mixed, certificate_)), "tls");
    EXPECT_EQ(ask(*outbound, server, identity(bert_, certificate_)), "tls") << "not among them";
    EXPECT_EQ(ask(*outbound, server, identity(anna_, certificate_)), "anna");
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
