// Goal: what can't be used as a certificate or a key is told before a connection needs it.
// Method: pairs made on the spot, whole, cut, mixed up and encrypted.

#include "base/certificate.h"

#include "support/http/test_certificate.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

using test::makeCertificate;
using test::TestCertificate;

constexpr Milliseconds kDay{86'400'000};

TEST(Certificate, OneOrMoreAreTaken) {
    const TestCertificate one = makeCertificate("DNS:one.example");
    const TestCertificate two = makeCertificate("DNS:two.example");
    EXPECT_FALSE(certificateFault(one.pem));
    EXPECT_FALSE(certificateFault("issued by us\n" + one.pem + "\n" + two.pem));
}

TEST(Certificate, AnythingElseIsToldWithoutItsText) {
    const TestCertificate made = makeCertificate("DNS:one.example");
    EXPECT_EQ(certificateFault(""), "holds no certificate in PEM form");
    EXPECT_EQ(certificateFault("/etc/cert.pem"), "holds no certificate in PEM form");
    std::string cut = made.pem;
    cut.erase(100, 20);
    EXPECT_EQ(certificateFault(cut), "holds a certificate that can't be read");
    EXPECT_EQ(certificateFault(made.pem + cut), "holds a certificate that can't be read");
    EXPECT_EQ(
        certificateFault(made.pem + made.key_pem),
        "holds a private key, which is not for this place"
    );
}

TEST(Certificate, KeysAreTakenIfNobodyHasToBeAsked) {
    const TestCertificate made = makeCertificate("DNS:one.example");
    const TestCertificate locked = makeCertificate("DNS:one.example", {"one", 60, "open sesame"});
    EXPECT_FALSE(privateKeyFault(made.key_pem));
    EXPECT_EQ(privateKeyFault(locked.key_pem), "holds a private key that is encrypted");
    EXPECT_EQ(privateKeyFault(made.pem), "holds no private key in PEM form");
    EXPECT_EQ(privateKeyFault(""), "holds no private key in PEM form");
}

TEST(Certificate, AKeyFitsTheFirstCertificate) {
    const TestCertificate one = makeCertificate("DNS:one.example");
    const TestCertificate two = makeCertificate("DNS:two.example");
    EXPECT_TRUE(keyFitsCertificate(one.pem, one.key_pem));
    EXPECT_TRUE(keyFitsCertificate(one.pem + two.pem, one.key_pem));
    EXPECT_FALSE(keyFitsCertificate(two.pem + one.pem, one.key_pem));
    EXPECT_FALSE(keyFitsCertificate("", one.key_pem));
    EXPECT_FALSE(keyFitsCertificate(one.pem, ""));
}

TEST(Certificate, TheFirstEndCounts) {
    const TestCertificate year = makeCertificate("DNS:one.example", {"one", 365 * 86'400});
    const TestCertificate week = makeCertificate("DNS:two.example", {"two", 7 * 86'400});
    const TestCertificate over = makeCertificate("DNS:two.example", {"two", -60});
    const auto life = [](const std::string& pem) {
        return certificateLife(certificateEnd(pem).value(), 14 * kDay);
    };
    EXPECT_EQ(life(year.pem), CertificateLife::Good);
    EXPECT_EQ(life(year.pem + week.pem), CertificateLife::EndsSoon);
    EXPECT_EQ(life(week.pem + over.pem), CertificateLife::Over);
    EXPECT_FALSE(certificateEnd("none"));
}

}  // namespace
}  // namespace ferry
