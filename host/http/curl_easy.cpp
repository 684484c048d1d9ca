#include "http/curl_easy.h"

#include <fmt/core.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace ferry::http {
namespace {

CURLcode addAuthorities(CURL*, void* ssl_context, void* user) {
    const auto& context = *static_cast<const TransferContext*>(user);
    X509_STORE* store = SSL_CTX_get_cert_store(static_cast<SSL_CTX*>(ssl_context));
    // The store is curl's cached one: adding what it has already does nothing.
    for (const auto& authority : context.extra_authorities) {
        X509_STORE_add_cert(store, authority.get());
    }
    return CURLE_OK;
}

/// `pem` is not copied: it lives as long as the transfer. Empty takes the option back.
void setBlob(CURL* easy, CURLoption option, std::string_view pem) {
    curl_blob blob{};
    blob.data = const_cast<char*>(pem.data());  // only read, as CURL_BLOB_NOCOPY says
    blob.len = pem.size();
    blob.flags = CURL_BLOB_NOCOPY;
    setOption(easy, option, pem.empty() ? nullptr : &blob);
}

std::string urlPart(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
    std::string result(text);
    curl_free(text);
    return result;
}

}  // namespace

bool hasLineBreak(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Result<Destination> parseDestination(const std::string& url) {
    std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
    FERRY_CHECK(parsed != nullptr, "out of memory");
    // Other schemes are let through here, so that the refusal can name them.
    const unsigned flags = CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER;
    const CURLUcode code = hasLineBreak(url)
                               ? CURLUE_MALFORMED_INPUT
                               : curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), flags);
    if (code == CURLUE_USER_NOT_ALLOWED) {
        return fail(ErrorCode::InvalidArgument, "a user name or password in a URL is refused");
    }
    if (code != CURLUE_OK) return fail(ErrorCode::InvalidArgument, "not an absolute URL");
    Destination to;
    to.scheme = urlPart(parsed.get(), CURLUPART_SCHEME);
    to.host = urlPart(parsed.get(), CURLUPART_HOST);
    if (to.host.empty()) return fail(ErrorCode::InvalidArgument, "the URL has no host");
    const std::string port = urlPart(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
    for (char digit : port)
        to.port = static_cast<std::uint16_t>(to.port * 10 + (digit - '0'));
    to.url = std::move(parsed);
    return to;
}

Result<std::vector<std::shared_ptr<X509>>> loadAuthorities(const std::string& pem_file) {
    std::vector<std::shared_ptr<X509>> authorities;
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(
        BIO_new_file(pem_file.c_str(), "r"), &BIO_free
    );
    while (file != nullptr) {
        X509* authority = PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr);
        if (authority == nullptr) break;
        authorities.emplace_back(authority, &X509_free);
    }
    if (authorities.empty()) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("{}: no PEM certificate could be read from it", pem_file)
        );
    }
    return authorities;
}

EasyHandle makeEasyHandle(const TransferContext& context) {
    EasyHandle handle(curl_easy_init());
    FERRY_CHECK(handle != nullptr, "curl_easy_init failed");
    CURL* easy = handle.get();
    setOption(easy, CURLOPT_NOSIGNAL, 1L);
    setOption(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    setOption(easy, CURLOPT_FOLLOWLOCATION, 0L);
    setOption(easy, CURLOPT_PATH_AS_IS, 1L);
    // The environment may neither add a proxy, whose address nobody checks, nor take ours away.
    setOption(easy, CURLOPT_NOPROXY, "");
    setOption(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // the proxy's are not the answer's
    setOption(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    setOption(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    setOption(easy, CURLOPT_USERAGENT, context.user_agent.c_str());
    setOption(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    setOption(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);  // of thousands of handles, not of one
    setOption(easy, CURLOPT_QUICK_EXIT, 1L);  // cancelling must not wait for a name server
    setOption(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    setOption(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    setOption(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    // With a folder of certificates curl can't cache the parsed bundle, and reads all of it for
    // every connection.
    setOption(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
    return handle;
}

/// curl compares certificate and authorities (not the key, which goes with the certificate) before
/// it uses a connection, or a session of TLS, again.
void setTls(CURL* easy, const TransferContext& context, const TlsIdentity* given) {
    static const TlsIdentity kNone;
    const TlsIdentity& tls = given != nullptr ? *given : kNone;
    setBlob(easy, CURLOPT_SSLCERT_BLOB, tls.client_certificate);
    setBlob(easy, CURLOPT_SSLKEY_BLOB, tls.client_key.reveal());
    setBlob(easy, CURLOPT_CAINFO_BLOB, tls.authorities);
    // Without one, OpenSSL would ask at the terminal for the password of an encrypted key.
    setOption(easy, CURLOPT_KEYPASSWD, tls.client_key.empty() ? nullptr : "");
    const bool adds = !context.extra_authorities.empty() && tls.authorities.empty();
    setOption(easy, CURLOPT_SSL_CTX_FUNCTION, adds ? &addAuthorities : nullptr);
    setOption(easy, CURLOPT_SSL_CTX_DATA, &context);
}

void clearTls(CURL* easy) {
    for (const CURLoption blob : {CURLOPT_SSLCERT_BLOB, CURLOPT_SSLKEY_BLOB, CURLOPT_CAINFO_BLOB})
        setBlob(easy, blob, {});
}

}  // namespace ferry::http
