// What comes back in a transfer: the head, the body, and how it ended.

#include "http/curl_transfer.h"

#include <fmt/core.h>

#include <algorithm>

namespace ferry::http {
namespace {

/// All header lines of an answer together, interim answers and trailers included.
constexpr std::size_t kHeaderBytesMax = 64 * 1024;

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

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
    } else if (std::string_view(error_text_).starts_with("getpeername()")) {
        failed.error_detail = "it was closed as soon as it was there";
        if (destination_->scheme == "https")
            failed.error_detail += "; a receiver that wants a client certificate may do that";
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
