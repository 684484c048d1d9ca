#pragma once
// A self-signed certificate made on the spot, for tests of TLS.

#include <openssl/types.h>

#include <memory>
#include <string>

namespace ferry::test {

struct TestCertificate {
    std::shared_ptr<X509> certificate;
    std::shared_ptr<EVP_PKEY> key;
    std::string pem;  ///< of the certificate
};

/// Valid from now for an hour, for `subject_alt_name` ("IP:127.0.0.1", "DNS:other.example").
TestCertificate makeCertificate(const std::string& subject_alt_name);

}  // namespace ferry::test
