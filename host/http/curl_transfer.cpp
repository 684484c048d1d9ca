#include "http/curl_transfer.h"

#include "base/check.h"

#include <fmt/core.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>

namespace ferry::http {
namespace {

/// All header lines of an answer together, interim answers and trailers included.
constexpr std::size_t kHeaderBytesMax = 64 * 1024;

bool isToken(std::string_view text) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

bool hasLineBreak(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

CURLcode addAuthorities(CURL*, void* ssl_context, void* user) {
    const auto& context = *static_cast<const TransferContext*>(user);
    X509_STORE* store = SSL_CTX_get_cert_store(static_cast<SSL_CTX*>(ssl_context));
    // The store is curl's cached one: adding what it has already does nothing.
    for (const auto& authority : context.extra_authorities) {
        X509_STORE_add_cert(store, authority.get());
    }
    return CURLE_OK;
}

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
    // Fails only for options that this curl was built without, or without memory.
    FERRY_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK, "curl_easy_setopt failed");
}

/// `pem` is not copied: it lives as long as the transfer. Empty takes the option back.
void setBlob(CURL* easy, CURLoption option, std::string_view pem) {
    curl_blob blob{};
    blob.data = const_cast<char*>(pem.data());  // only read, as CURL_BLOB_NOCOPY says
    blob.len = pem.size();
    blob.flags = CURL_BLOB_NOCOPY;
    set(easy, option, pem.empty() ? nullptr : &blob);
}

struct UrlDeleter {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string urlPart(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
    std::string result(text);
    curl_free(text);
    return result;
}

}  // namespace

Result<Destination> parseDestination(const std::string& url) {
    const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
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
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_PATH_AS_IS, 1L);
    // The environment may neither add a proxy, whose address nobody checks, nor take ours away.
    set(easy, CURLOPT_NOPROXY, "");
    set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // the proxy's are not the answer's
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    set(easy, CURLOPT_USERAGENT, context.user_agent.c_str());
    set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    set(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);  // of thousands of handles, not of one
    set(easy, CURLOPT_QUICK_EXIT, 1L);             // cancelling must not wait for a name server
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    // With a folder of certificates curl can't cache the parsed bundle, and reads all of it for
    // every connection.
    set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
    return handle;
}

CurlTransfer::CurlTransfer(
    const TransferContext& context, OutboundRequest request, Outbound::Completion completion
)
    : context_(context), request_(std::move(request)), completion_(std::move(completion)) {
    if (request_.stream) stream_.emplace(std::move(*request_.stream));
}

Result<Destination> CurlTransfer::check() const {
    if (!isToken(request_.method)) {
        return fail(ErrorCode::InvalidArgument, "the method is not a token");
    }
    static constexpr const char* kOwn[] = {
        "Content-Length", "Transfer-Encoding", "Connection", "Host"};
    for (const auto& [name, value] : request_.headers.fields()) {
        if (!isToken(name) || hasLineBreak(value)) {
            return fail(ErrorCode::InvalidArgument, "a header has forbidden characters");
        }
    }
    const auto refuse = [](const char* name) {
        return fail(
            ErrorCode::InvalidArgument, fmt::format("header {} is the transport's own", name)
        );
    };
    for (const char* name : kOwn) {
        if (request_.headers.get(name)) return refuse(name);
    }
    // A streamed answer goes on as it came: whoever reads it in the end says what it can read.
    if (!stream_ && request_.headers.get("Accept-Encoding")) return refuse("Accept-Encoding");
    FERRY_TRY_ASSIGN(Destination to, parseDestination(request_.url));
    FERRY_TRY(context_.policy.checkUrl(request_.traffic, to.scheme, to.port));
    // Otherwise each address is checked when it is connected to.
    if (isProxied()) FERRY_TRY(context_.policy.checkHost(request_.traffic, to.host));
    return to;
}

bool CurlTransfer::isProxied() const noexcept {
    return request_.traffic == Traffic::Callback && !context_.callback_proxy.empty();
}

void CurlTransfer::begin(EasyHandle handle) {
    easy_ = std::move(handle);
    CURL* easy = easy_.get();
    begun_ = std::chrono::steady_clock::now();
    // Every option set here is set for every request: the handle remembers the one before.
    set(easy, CURLOPT_PRIVATE, this);
    set(easy, CURLOPT_ERRORBUFFER, error_text_);
    set(easy, CURLOPT_URL, request_.url.c_str());
    set(easy, CURLOPT_PROXY, isProxied() ? context_.callback_proxy.reveal().c_str() : "");
    // A body that went by can't be sent again, so it is not for a connection that may be stale.
    set(easy, CURLOPT_FRESH_CONNECT, stream_ && stream_->sendsBody() ? 1L : 0L);
    setMethodAndBody();
    setHeaders();
    setLimits();
    setTls();
    // Providers answer with megabytes of JSON; what a callback answers is hardly looked at.
    const bool decodes = request_.traffic == Traffic::Provider && !stream_;
    set(easy, CURLOPT_ACCEPT_ENCODING, decodes ? "gzip" : static_cast<const char*>(nullptr));
    set(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::onOpenSocket);
    set(easy, CURLOPT_OPENSOCKETDATA, this);
    set(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::onHeader);
    set(easy, CURLOPT_HEADERDATA, this);
    set(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::onBody);
    set(easy, CURLOPT_WRITEDATA, this);
}

void CurlTransfer::setLimits() {
    CURL* easy = easy_.get();
    const long timeout_ms = std::max<long>(1, request_.timeout.count());
    // 0 is no limit.
    set(easy, CURLOPT_TIMEOUT_MS, stream_ ? 0L : timeout_ms);
    set(easy,
        CURLOPT_CONNECTTIMEOUT_MS,
        std::min<long>(timeout_ms, context_.connect_timeout_max.count()));
    const std::size_t bytes_max = stream_ ? 0 : request_.response_bytes_max;
    set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(bytes_max));
}

/// curl compares certificate and authorities (not the key, which goes with the certificate) before
/// it uses a connection, or a session of TLS, again.
void CurlTransfer::setTls() {
    static const TlsIdentity kNone;
    CURL* easy = easy_.get();
    const TlsIdentity& tls = request_.tls ? *request_.tls : kNone;
    setBlob(easy, CURLOPT_SSLCERT_BLOB, tls.client_certificate);
    setBlob(easy, CURLOPT_SSLKEY_BLOB, tls.client_key.reveal());
    setBlob(easy, CURLOPT_CAINFO_BLOB, tls.authorities);
    // Without one, OpenSSL would ask at the terminal for the password of an encrypted key.
    set(easy, CURLOPT_KEYPASSWD, tls.client_key.empty() ? nullptr : "");
    const bool adds = !context_.extra_authorities.empty() && tls.authorities.empty();
    set(easy, CURLOPT_SSL_CTX_FUNCTION, adds ? &addAuthorities : nullptr);
    set(easy, CURLOPT_SSL_CTX_DATA, &context_);
}

bool CurlTransfer::wasConnectionStale(CURLcode code) const {
    const bool is_cut =
        code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
    const bool is_kept_connection = sockets_opened_ == 0 && refusal_.empty();
    return is_cut && is_kept_connection && header_bytes_ == 0 && !is_second_try_;
}

void CurlTransfer::beginOnNewConnection() {
    is_second_try_ = true;
    error_text_[0] = '\0';
    set(easy_.get(), CURLOPT_FRESH_CONNECT, 1L);
    if (stream_) return;
    const auto spent =
        std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun_);
    const auto left = std::max(Milliseconds(1), request_.timeout - spent);
    set(easy_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
}

EasyHandle CurlTransfer::end() {
    // The handle lives on; what it knows of this transfer does not.
    set(easy_.get(), CURLOPT_PRIVATE, static_cast<void*>(nullptr));
    set(easy_.get(), CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    set(easy_.get(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    set(easy_.get(), CURLOPT_POSTFIELDS, static_cast<char*>(nullptr));
    set(easy_.get(), CURLOPT_READDATA, static_cast<void*>(nullptr));
    for (const CURLoption blob : {CURLOPT_SSLCERT_BLOB, CURLOPT_SSLKEY_BLOB, CURLOPT_CAINFO_BLOB})
        setBlob(easy_.get(), blob, {});
    return std::move(easy_);
}

void CurlTransfer::setMethodAndBody() {
    CURL* easy = easy_.get();
    const bool is_head = request_.method == "HEAD";
    const bool has_body = !request_.body.empty() || request_.method == "POST" ||
                          request_.method == "PUT" || request_.method == "PATCH";
    set(easy, CURLOPT_NOBODY, 0L);
    if (stream_ && stream_->sendsBody()) {
        setStreamedBody();
    } else if (has_body) {
        set(easy, CURLOPT_POST, 1L);
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        set(easy, CURLOPT_POSTFIELDS, request_.body.data());  // not copied: lives as long as this
    } else {
        set(easy, CURLOPT_POSTFIELDS, static_cast<char*>(nullptr));
        set(easy, CURLOPT_HTTPGET, 1L);
        if (is_head) set(easy, CURLOPT_NOBODY, 1L);
    }
    set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void CurlTransfer::setStreamedBody() {
    CURL* easy = easy_.get();
    set(easy, CURLOPT_POSTFIELDS, static_cast<char*>(nullptr));
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, stream_->requestBytes());
    set(easy, CURLOPT_READFUNCTION, &CurlStream::onRead);
    set(easy, CURLOPT_READDATA, &*stream_);
}

void CurlTransfer::setHeaders() {
    curl_slist* list = nullptr;
    const auto append = [&list](const std::string& line) {
        curl_slist* longer = curl_slist_append(list, line.c_str());
        FERRY_CHECK(longer != nullptr, "out of memory");
        list = longer;
    };
    for (const auto& [name, value] : request_.headers.fields()) {
        // "Name:" takes a header of curl's away; "Name;" sends it empty.
        append(trim(value).empty() ? name + ";" : name + ": " + value);
    }
    append("Expect:");  // no round trip before large bodies
    if (stream_ && stream_->sendsBody() && stream_->requestBytes() < 0) {
        append("Transfer-Encoding: chunked");
    }
    if (!request_.headers.get("Content-Type")) append("Content-Type:");
    header_list_.reset(list);
    set(easy_.get(), CURLOPT_HTTPHEADER, list);
}

OutboundResponse CurlTransfer::takeResponse(CURLcode code) {
    response_.latency =
        std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun_);
    response_.error = classify(code);
    if (code == CURLE_OK && response_.error == TransportError::None) {
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        response_.status = static_cast<int>(status);
        // curl takes a head that ends with the connection for a whole one.
        if (is_head_complete_ && status >= 200) return std::move(response_);
        response_.error = TransportError::Reset;
    }
    OutboundResponse failed = failure(response_.error, {});
    failed.latency = response_.latency;
    if (failed.error == TransportError::Refused) {
        failed.error_detail = refusal_;
    } else if (failed.error == TransportError::TooLarge) {
        // If the head came, whoever does not need the body can still go by its status. curl goes by
        // an announced length alone before it hands on the end of the head.
        const bool is_answered = is_head_complete_ || code == CURLE_FILESIZE_EXCEEDED;
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        if (is_answered && status >= 200) failed.status = static_cast<int>(status);
        failed.body = std::move(response_.body);
        failed.error_detail =
            fmt::format("the answer is longer than {} bytes", request_.response_bytes_max);
    } else if (code == CURLE_OK) {
        failed.error_detail = "the connection ended in the middle of the answer's head";
    } else {
        const bool is_of_proxy = isProxied() && failed.error == TransportError::Connect;
        failed.error_detail = is_of_proxy ? "through the proxy: " : "";
        failed.error_detail += error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code);
    }
    return failed;
}

OutboundResponse CurlTransfer::failure(TransportError error, std::string detail) {
    OutboundResponse response;
    response.error = error;
    response.error_detail = std::move(detail);
    return response;
}

/// The proxy answered that it does not connect.
bool CurlTransfer::wasTunnelRefused() const {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &status);
    return isProxied() && status >= 300;
}

TransportError CurlTransfer::classify(CURLcode code) const {
    if (is_too_large_) return TransportError::TooLarge;
    if (stream_ && stream_->wasGivenUp()) return TransportError::Cancelled;
    switch (code) {
        case CURLE_OK:
            return TransportError::None;
        case CURLE_COULDNT_RESOLVE_HOST:
            return TransportError::Dns;
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_PROXY:
            return TransportError::Connect;
        case CURLE_COULDNT_CONNECT:
            // Refused only if no address was left: one public address of several is enough.
            return sockets_opened_ == 0 && !refusal_.empty() ? TransportError::Refused
                                                             : TransportError::Connect;
        case CURLE_OPERATION_TIMEDOUT:
            return TransportError::Timeout;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_ENGINE_INITFAILED:
            return TransportError::Tls;
        case CURLE_FILESIZE_EXCEEDED:
            return TransportError::TooLarge;
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
            if (wasTunnelRefused()) return TransportError::Connect;
            // TLS 1.3: a server that wants another client certificate says so after the handshake.
            return std::string_view(error_text_).find(" alert ") != std::string_view::npos
                       ? TransportError::Tls
                       : TransportError::Reset;
        default:
            return TransportError::Reset;
    }
}

CurlTransfer& CurlTransfer::of(CURL* easy) {
    char* self = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
    FERRY_CHECK(self != nullptr, "an easy handle of nobody");
    return *static_cast<CurlTransfer*>(static_cast<void*>(self));
}

curl_socket_t CurlTransfer::onOpenSocket(void* user, curlsocktype, curl_sockaddr* address) {
    // The address here is the one that curl connects to next: nothing resolves it again.
    auto& self = *static_cast<CurlTransfer*>(user);
    if (self.isProxied()) {
        // It is the proxy's, which the operator chose.
        ++self.sockets_opened_;
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }
    const auto target = IpAddress::fromSockaddr(address->addr);
    const Status allowed =
        target ? self.context_.policy.checkAddress(self.request_.traffic, *target)
               : Status(fail(ErrorCode::PermissionDenied, "not an internet address"));
    if (!allowed) {
        if (self.refusal_.empty()) self.refusal_ = allowed.error().message;
        return CURL_SOCKET_BAD;
    }
    ++self.sockets_opened_;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t CurlTransfer::onHeader(char* data, std::size_t size, std::size_t count, void* user) {
    auto& self = *static_cast<CurlTransfer*>(user);
    const std::size_t bytes = size * count;
    self.header_bytes_ += bytes;
    if (self.header_bytes_ > kHeaderBytesMax) {
        self.is_too_large_ = true;
        return 0;
    }
    self.takeHeaderLine(std::string_view(data, bytes));
    return bytes;
}

void CurlTransfer::takeHeaderLine(std::string_view line) {
    // A status line begins a new answer: what an interim one (100, 103) said is over.
    if (line.substr(0, 5) == "HTTP/") {
        response_.headers = {};
        is_head_complete_ = false;
        return;
    }
    const std::string_view text = trim(line);
    if (text.empty()) {
        is_head_complete_ = true;
        endHead();
    }
    const std::size_t colon = text.find(':');
    // Trailers come after the body and are nobody's business.
    if (is_head_complete_ || colon == std::string_view::npos) return;
    response_.headers.add(
        std::string(trim(text.substr(0, colon))), std::string(trim(text.substr(colon + 1)))
    );
}

void CurlTransfer::endHead() {
    if (!stream_) return;
    OutboundResponse head;
    head.is_body_streamed = true;
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    head.status = static_cast<int>(status);
    if (status < 200) return;  // an interim answer
    head.headers = std::move(response_.headers);
    head.latency =
        std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun_);
    stream_->takeHead(std::move(head));
}

std::size_t CurlTransfer::onBody(char* data, std::size_t size, std::size_t count, void* user) {
    auto& self = *static_cast<CurlTransfer*>(user);
    const std::size_t bytes = size * count;
    if (self.stream_) return self.stream_->takeBody({data, bytes});
    // Counted after decompression, so a bomb ends where a long answer does.
    const std::size_t room = self.request_.response_bytes_max - self.response_.body.size();
    self.response_.body.append(data, std::min(bytes, room));
    if (bytes <= room) return bytes;
    self.is_too_large_ = true;
    return 0;
}

}  // namespace ferry::http
