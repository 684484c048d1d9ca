#pragma once
// One outgoing request while it is under way: sets up a curl easy handle, collects the bounded
// answer, checks each address that curl is about to connect to, and translates how it ended.

#include "base/result.h"
#include "http/curl_easy.h"
#include "http/curl_stream.h"
#include "http/destination_cache.h"
#include "http/outbound.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ferry::http {

/// Threads: one. Does not move while it runs: curl holds its address.
class CurlTransfer {
  public:
    CurlTransfer(
        const TransferContext& context, OutboundRequest request, Outbound::Completion completion
    );
    CurlTransfer(const CurlTransfer&) = delete;
    CurlTransfer& operator=(const CurlTransfer&) = delete;

    /// Checks the request without any traffic, and finds out where it goes. Errors:
    /// PermissionDenied and InvalidArgument, which end it as Refused.
    Status check(DestinationCache& destinations);
    /// After a check that passed.
    const Destination& destination() const noexcept { return *destination_; }

    /// Sets up `easy` for this request, which was checked, and takes it; the caller then adds it to
    /// the loop.
    void begin(EasyHandle easy);
    /// True if `code` only says that the connection, kept from an earlier request, was closed by
    /// the server meanwhile: no byte of an answer came. The request is then due once more, on a new
    /// one.
    bool wasConnectionStale(CURLcode code) const;
    /// Prepares the second try; between removing the handle from the loop and adding it again.
    void beginOnNewConnection();
    /// Gives the handle back, after it was removed from the loop.
    EasyHandle end();
    CURL* easy() const noexcept { return easy_.get(); }
    /// Its bodies, if they are streamed; otherwise null.
    CurlStream* stream() noexcept { return stream_ ? &*stream_ : nullptr; }

    const OutboundRequest& request() const noexcept { return request_; }
    /// The answer after curl ended the transfer with `code`.
    OutboundResponse takeResponse(CURLcode code);
    /// The answer of a transfer that ended without curl.
    static OutboundResponse failure(TransportError error, std::string detail);
    Outbound::Completion takeCompletion() { return std::move(completion_); }

    /// The transfer that `easy` was set up for.
    static CurlTransfer& of(CURL* easy);

  private:
    static curl_socket_t onOpenSocket(void* user, curlsocktype purpose, curl_sockaddr* address);
    static int onRequest(void* user, char*, char*, int, int);
    static std::size_t onHeader(char* data, std::size_t size, std::size_t count, void* user);
    static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* user);
    void setMethodAndBody();
    void setStreamedBody();
    void setLimits();
    bool isProxied() const noexcept;
    void setHeaders();
    void endHead();
    void takeHeaderLine(std::string_view line);
    bool wasTunnelRefused() const;
    TransportError classify(CURLcode code) const;

    const TransferContext& context_;
    OutboundRequest request_;
    Outbound::Completion completion_;
    std::shared_ptr<const Destination> destination_;
    EasyHandle easy_;
    std::string header_lines_;             ///< each ends with a NUL
    std::vector<curl_slist> header_list_;  ///< of them, as curl reads it
    OutboundResponse response_;
    std::optional<CurlStream> stream_;
    std::chrono::steady_clock::time_point begun_;
    std::size_t header_bytes_ = 0;
    int sockets_opened_ = 0;
    bool is_sent_ = false;  ///< on the connection that curl chose
    bool is_repetition_refused_ = false;
    bool is_second_try_ = false;
    bool is_head_complete_ = false;
    bool is_too_large_ = false;
    std::string refusal_;  ///< of the first address that was refused
    char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace ferry::http
