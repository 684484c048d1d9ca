#include "base/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <vector>

namespace ferry {
namespace {

struct Deleter {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Deleter>;
using Certificate = std::unique_ptr<X509, Deleter>;
using Key = std::unique_ptr<EVP_PKEY, Deleter>;

Bio readerOf(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Those that can be read, up to the first that can't.
std::vector<Certificate> readCertificates(std::string_view pem) {
    std::vector<Certificate> certificates;
    const Bio reader = readerOf(pem);
    while (X509* next = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr))
        certificates.emplace_back(next);
    ERR_clear_error();
    return certificates;
}

std::size_t countOf(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

/// In place of OpenSSL's own, which would ask a person at the terminal.
int refusePassword(char*, int, int, void* was_asked) {
    *static_cast<bool*>(was_asked) = true;
    return -1;
}

Key readKey(std::string_view pem, bool& is_encrypted) {
    const Bio reader = readerOf(pem);
    Key key(PEM_read_bio_PrivateKey(reader.get(), nullptr, &refusePassword, &is_encrypted));
    ERR_clear_error();
    return key;
}

}  // namespace

std::optional<std::string> certificateFault(std::string_view pem) {
    if (pem.find("PRIVATE KEY-----") != pem.npos) {
        return "holds a private key, which is not for this place";
    }
    const std::size_t begun = countOf(pem, "-----BEGIN CERTIFICATE-----") +
                              countOf(pem, "-----BEGIN TRUSTED CERTIFICATE-----") +
                              countOf(pem, "-----BEGIN X509 CERTIFICATE-----");
    if (begun == 0) return "holds no certificate in PEM form";
    if (readCertificates(pem).size() != begun) return "holds a certificate that can't be read";
    return std::nullopt;
}

std::optional<std::string> privateKeyFault(std::string_view pem) {
    bool is_encrypted = false;
    if (readKey(pem, is_encrypted)) return std::nullopt;
    if (is_encrypted) return "holds a private key that is encrypted";
    return "holds no private key in PEM form";
}

bool keyFitsCertificate(std::string_view certificate, std::string_view private_key) {
    bool is_encrypted = false;
    const std::vector<Certificate> certificates = readCertificates(certificate);
    const Key key = readKey(private_key, is_encrypted);
    if (certificates.empty() || !key) return false;
    const bool fits = X509_check_private_key(certificates.front().get(), key.get()) == 1;
    ERR_clear_error();
    return fits;
}

std::optional<TimePoint> certificateEnd(std::string_view pem) {
    std::optional<TimePoint> first;
    for (const Certificate& certificate : readCertificates(pem)) {
        std::tm parts{};
        if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &parts) != 1) continue;
        const TimePoint end(std::chrono::seconds(timegm(&parts)));
        first = first ? std::min(*first, end) : end;
    }
    return first;
}

CertificateLife certificateLife(TimePoint end, Milliseconds soon) {
    const auto now = std::chrono::system_clock::now();
    if (now >= end) return CertificateLife::Over;
    return now >= end - soon ? CertificateLife::EndsSoon : CertificateLife::Good;
}

}  // namespace ferry
