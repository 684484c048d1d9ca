#include "http/curl_transfer.h"

#include "base/check.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace ferry::http {
namespace {

bool isToken(std::string_view text) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

CurlTransfer::CurlTransfer(
    const TransferContext& context, OutboundRequest request, Outbound::Completion completion
)
    : context_(context), request_(std::move(request)), completion_(std::move(completion)) {
    if (request_.stream) stream_.emplace(std::move(*request_.stream));
}

Status CurlTransfer::check(DestinationCache& destinations) {
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
    FERRY_TRY_ASSIGN(destination_, destinations.parse(request_.url));
    const Destination& to = *destination_;
    FERRY_TRY(context_.policy.checkUrl(request_.traffic, to.scheme, to.port));
    // Otherwise each address is checked when it is connected to.
    if (isProxied()) FERRY_TRY(context_.policy.checkHost(request_.traffic, to.host));
    return {};
}

bool CurlTransfer::isProxied() const noexcept {
    return request_.traffic == Traffic::Callback && !context_.callback_proxy.empty();
}

void CurlTransfer::begin(EasyHandle handle) {
    easy_ = std::move(handle);
    CURL* easy = easy_.get();
    begun_ = std::chrono::steady_clock::now();
    // Every option set here is set for every request: the handle remembers the one before.
    setOption(easy, CURLOPT_PRIVATE, this);
    setOption(easy, CURLOPT_ERRORBUFFER, error_text_);
    // The text is what curl shows; it goes by what was read from it already, and so does not read
    // it again for each request.
    setOption(easy, CURLOPT_URL, request_.url.c_str());
    setOption(easy, CURLOPT_CURLU, destination_->url.get());
    setOption(easy, CURLOPT_PROXY, isProxied() ? context_.callback_proxy.reveal().c_str() : "");
    // A body that went by can't be sent again, so it is not for a connection that may be stale.
    setOption(easy, CURLOPT_FRESH_CONNECT, stream_ && stream_->sendsBody() ? 1L : 0L);
    setMethodAndBody();
    setHeaders();
    setLimits();
    setTls(easy, context_, request_.tls.get());
    // Providers answer with megabytes of JSON; what a callback answers is hardly looked at.
    const bool decodes = request_.traffic == Traffic::Provider && !stream_;
    setOption(easy, CURLOPT_ACCEPT_ENCODING, decodes ? "gzip" : static_cast<const char*>(nullptr));
    setOption(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::onOpenSocket);
    setOption(easy, CURLOPT_OPENSOCKETDATA, this);
    setOption(easy, CURLOPT_PREREQFUNCTION, &CurlTransfer::onRequest);
    setOption(easy, CURLOPT_PREREQDATA, this);
    setOption(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::onHeader);
    setOption(easy, CURLOPT_HEADERDATA, this);
    setOption(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::onBody);
    setOption(easy, CURLOPT_WRITEDATA, this);
}

void CurlTransfer::setLimits() {
    CURL* easy = easy_.get();
    const long timeout_ms = std::max<long>(1, request_.timeout.count());
    // 0 is no limit.
    setOption(easy, CURLOPT_TIMEOUT_MS, stream_ ? 0L : timeout_ms);
    setOption(
        easy,
        CURLOPT_CONNECTTIMEOUT_MS,
        std::min<long>(timeout_ms, context_.connect_timeout_max.count())
    );
    const std::size_t bytes_max = stream_ ? 0 : request_.response_bytes_max;
    setOption(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(bytes_max));
}

bool CurlTransfer::wasConnectionStale(CURLcode code) const {
    const bool is_cut = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
                        code == CURLE_GOT_NOTHING || is_repetition_refused_;
    const bool is_kept_connection = sockets_opened_ == 0 && refusal_.empty();
    return is_cut && is_kept_connection && header_bytes_ == 0 && !is_second_try_;
}

void CurlTransfer::beginOnNewConnection() {
    is_second_try_ = true;
    is_sent_ = false;
    is_repetition_refused_ = false;
    error_text_[0] = '\0';
    setOption(easy_.get(), CURLOPT_FRESH_CONNECT, 1L);
    if (stream_) return;
    const auto spent =
        std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun_);
    const auto left = std::max(Milliseconds(1), request_.timeout - spent);
    setOption(easy_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
}

EasyHandle CurlTransfer::end() {
    // The handle lives on; what it knows of this transfer does not.
    setOption(easy_.get(), CURLOPT_PRIVATE, static_cast<void*>(nullptr));
    setOption(easy_.get(), CURLOPT_CURLU, static_cast<CURLU*>(nullptr));
    setOption(easy_.get(), CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    setOption(easy_.get(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    setOption(easy_.get(), CURLOPT_POSTFIELDS, static_cast<char*>(nullptr));
    setOption(easy_.get(), CURLOPT_READDATA, static_cast<void*>(nullptr));
    clearTls(easy_.get());
    return std::move(easy_);
}

void CurlTransfer::setMethodAndBody() {
    CURL* easy = easy_.get();
    const bool is_head = request_.method == "HEAD";
    const bool has_body = !request_.body.empty() || request_.method == "POST" ||
                          request_.method == "PUT" || request_.method == "PATCH";
    setOption(easy, CURLOPT_NOBODY, 0L);
    if (stream_ && stream_->sendsBody()) {
        setStreamedBody();
    } else if (has_body) {
        setOption(easy, CURLOPT_POST, 1L);
        setOption(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        // Not copied: lives as long as this.
        setOption(easy, CURLOPT_POSTFIELDS, request_.body.data());
    } else {
        setOption(easy, CURLOPT_POSTFIELDS, static_cast<char*>(nullptr));
        setOption(easy, CURLOPT_HTTPGET, 1L);
        if (is_head) setOption(easy, CURLOPT_NOBODY, 1L);
    }
    setOption(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void CurlTransfer::setStreamedBody() {
    CURL* easy = easy_.get();
    setOption(easy, CURLOPT_POSTFIELDS, static_cast<char*>(nullptr));
    setOption(easy, CURLOPT_POST, 1L);
    setOption(easy, CURLOPT_POSTFIELDSIZE_LARGE, stream_->requestBytes());
    setOption(easy, CURLOPT_READFUNCTION, &CurlStream::onRead);
    setOption(easy, CURLOPT_READDATA, &*stream_);
}

/// curl's own way to make the list copies each line.
void CurlTransfer::setHeaders() {
    header_lines_.clear();
    std::size_t count = 0;
    const auto append = [&](std::string_view name, std::string_view mark, std::string_view value) {
        header_lines_.append(name).append(mark).append(value) += '\0';
        ++count;
    };
    for (const auto& [name, value] : request_.headers.fields()) {
        // "Name:" takes a header of curl's away; "Name;" sends it empty.
        const bool is_empty = trim(value).empty();
        append(name, is_empty ? ";" : ": ", is_empty ? std::string_view() : value);
    }
    append("Expect", ":", {});  // no round trip before large bodies
    if (stream_ && stream_->sendsBody() && stream_->requestBytes() < 0) {
        append("Transfer-Encoding", ": ", "chunked");
    }
    if (!request_.headers.get("Content-Type")) append("Content-Type", ":", {});
    header_list_.assign(count, curl_slist{});
    char* line = header_lines_.data();
    for (std::size_t i = 0; i < count; ++i) {
        header_list_[i] = {line, i + 1 < count ? &header_list_[i + 1] : nullptr};
        line += std::strlen(line) + 1;
    }
    setOption(easy_.get(), CURLOPT_HTTPHEADER, header_list_.data());
}

CurlTransfer& CurlTransfer::of(CURL* easy) {
    char* self = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
    FERRY_CHECK(self != nullptr, "an easy handle of nobody");
    return *static_cast<CurlTransfer*>(static_cast<void*>(self));
}

/// curl repeats a request on its own, up to five times and on other kept connections, if one was
/// closed before an answer began. Each might have been read: once more is enough, on a new one.
int CurlTransfer::onRequest(void* user, char*, char*, int, int) {
    auto& self = *static_cast<CurlTransfer*>(user);
    if (!std::exchange(self.is_sent_, true)) return CURL_PREREQFUNC_OK;
    const bool is_on_new_connection = self.sockets_opened_ > 0;
    if (is_on_new_connection && !std::exchange(self.is_second_try_, true)) {
        return CURL_PREREQFUNC_OK;
    }
    self.is_repetition_refused_ = true;
    return CURL_PREREQFUNC_ABORT;
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

}  // namespace ferry::http
