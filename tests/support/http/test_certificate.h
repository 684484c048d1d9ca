#pragma once
// A self-signed certificate made on the spot, for tests of TLS.

#include <openssl/types.h>

#include <memory>
#include <string>

namespace ferry::test {

struct TestCertificate {
    std::shared_ptr<X509> certificate;
    std::shared_ptr<EVP_PKEY> key;
    std::string pem;      ///< of the certificate
    std::string key_pem;  ///< of the key
};

struct TestCertificateOptions {
    std::string common_name = "Ferry test";
    long valid_seconds = 3600;      ///< from now; negative: it is over
    std::string key_password = {};  ///< of key_pem; empty: not encrypted
};

/// For `subject_alt_name` ("IP:127.0.0.1", "DNS:other.example").
TestCertificate makeCertificate(
    const std::string& subject_alt_name, const TestCertificateOptions& options = {}
);

}  // namespace ferry::test
