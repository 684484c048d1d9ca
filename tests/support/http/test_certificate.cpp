#include "support/http/test_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace ferry::test {

namespace {

std::string textOf(BIO* out) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
}

std::string keyText(EVP_PKEY* key, std::string password) {
    BIO* out = BIO_new(BIO_s_mem());
    const EVP_CIPHER* cipher = password.empty() ? nullptr : EVP_aes_256_cbc();
    const int length = static_cast<int>(password.size());
    PEM_write_bio_PKCS8PrivateKey(out, key, cipher, password.data(), length, nullptr, nullptr);
    return textOf(out);
}

}  // namespace

TestCertificate makeCertificate(
    const std::string& subject_alt_name, const TestCertificateOptions& options
) {
    TestCertificate made;
    made.key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free);
    made.certificate.reset(X509_new(), &X509_free);
    X509* certificate = made.certificate.get();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86'400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), options.valid_seconds);
    X509_set_pubkey(certificate, made.key.get());
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>(options.common_name.c_str());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    for (const auto& [kind, value] :
         {std::pair<int, std::string>{NID_subject_alt_name, subject_alt_name},
          std::pair<int, std::string>{NID_basic_constraints, "critical,CA:TRUE"}}) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate, made.key.get(), EVP_sha256());

    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate);
    made.pem = textOf(out);
    made.key_pem = keyText(made.key.get(), options.key_password);
    return made;
}

}  // namespace ferry::test
