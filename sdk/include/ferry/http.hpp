#pragma once
// HTTP values: a request to the provider, its answer, and the reply to a webhook.

#include <ferry/views.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace ferry::sdk {

/// Name and value pairs with the array that the ABI wants.
class Headers {
  public:
    Headers() {}

    void add(std::string name, std::string value) {
        pairs_.emplace_back(std::move(name), std::move(value));
    }
    std::size_t size() const noexcept { return pairs_.size(); }
    const std::pair<std::string, std::string>& operator[](std::size_t i) const { return pairs_[i]; }

    /// Fills `storage` with views of the pairs; valid until either changes.
    ferry_fields fields(std::vector<ferry_field>& storage) const {
        storage.clear();
        for (const auto& [name, value] : pairs_)
            storage.push_back({sizeof(ferry_field), 0, toStr(name), toStr(value)});
        return {storage.data(), sizeof(ferry_field), storage.size()};
    }

  private:
    std::vector<std::pair<std::string, std::string>> pairs_;
};

/// A request for Context::send(). The host adds Host, Content-Length and User-Agent.
class Request {
  public:
    Request(std::string method, std::string url)
        : method_(std::move(method)), url_(std::move(url)) {}
    static Request get(std::string url) { return {"GET", std::move(url)}; }
    static Request post(std::string url) { return {"POST", std::move(url)}; }

    Request& header(std::string name, std::string value) & {
        headers_.add(std::move(name), std::move(value));
        return *this;
    }
    Request header(std::string name, std::string value) && {
        headers_.add(std::move(name), std::move(value));
        return std::move(*this);
    }
    Request& bearer(std::string_view token) & {
        return header("Authorization", "Bearer " + std::string(token));
    }
    Request bearer(std::string_view token) && {
        return std::move(*this).header("Authorization", "Bearer " + std::string(token));
    }
    Request& body(std::string content_type, std::string bytes) & {
        body_ = std::move(bytes);
        return header("Content-Type", std::move(content_type));
    }
    Request body(std::string content_type, std::string bytes) && {
        body_ = std::move(bytes);
        return std::move(*this).header("Content-Type", std::move(content_type));
    }
    /// Of the whole exchange; the host's default if not set.
    Request& timeout(std::chrono::milliseconds time) & {
        timeout_ = time;
        return *this;
    }
    Request timeout(std::chrono::milliseconds time) && {
        timeout_ = time;
        return std::move(*this);
    }
    /// A longer answer is a transport failure; the host's default if not set.
    Request& responseBytesMax(std::int64_t bytes) & {
        response_bytes_max_ = bytes;
        return *this;
    }
    Request responseBytesMax(std::int64_t bytes) && {
        response_bytes_max_ = bytes;
        return std::move(*this);
    }

    /// The body of a 2xx answer goes to whoever asked (abi/ext/documents.h).
    Request& streamAnswer() & {
        flags_ |= FERRY_HTTP_STREAM_ANSWER;
        return *this;
    }

    const std::string& method() const noexcept { return method_; }
    const std::string& url() const noexcept { return url_; }
    const Headers& headers() const noexcept { return headers_; }

    /// Hands the request to the host.
    ferry_status emit(const ferry_sink* sink) const {
        std::vector<ferry_field> storage;
        ferry_http_request request{};
        request.struct_size = sizeof request;
        request.flags = flags_;
        request.method = toStr(method_);
        request.url = toStr(url_);
        request.headers = headers_.fields(storage);
        request.body = toBytes(body_);
        request.timeout_ms = timeout_.count();
        request.response_bytes_max = response_bytes_max_;
        return sink->http_request(sink, &request);
    }

  private:
    std::string method_;
    std::string url_;
    Headers headers_;
    std::string body_;
    std::chrono::milliseconds timeout_{0};
    std::int64_t response_bytes_max_ = 0;
    std::uint32_t flags_ = 0;
};

/// The answer to a request; it owns its bytes, so it may be kept over the next co_await.
class HttpResponse {
  public:
    HttpResponse() {}
    explicit HttpResponse(const ferry_http_response& from)
        : status_(from.status),
          transport_error_(from.status == 0 ? from.transport_error : FERRY_TRANSPORT_NONE),
          is_streamed_((from.flags & FERRY_HTTP_BODY_STREAMED) != 0),
          body_(toView(from.body)) {
        const FieldsView headers(from.headers);
        for (std::size_t i = 0; i < headers.size(); ++i)
            headers_.add(std::string(headers.name(i)), std::string(headers.value(i)));
    }

    /// 100..599; 0: there is no answer, see transportError().
    int status() const noexcept { return status_; }
    bool ok() const noexcept { return status_ >= 200 && status_ < 300; }
    ferry_transport_error transportError() const noexcept { return transport_error_; }
    /// What went wrong on the way, for messages.
    std::string_view transportErrorName() const noexcept {
        switch (transport_error_) {
            case FERRY_TRANSPORT_NONE:
                return "none";
            case FERRY_TRANSPORT_DNS:
                return "name not resolved";
            case FERRY_TRANSPORT_CONNECT:
                return "no connection";
            case FERRY_TRANSPORT_TLS:
                return "tls failure";
            case FERRY_TRANSPORT_TIMEOUT:
                return "timeout";
            case FERRY_TRANSPORT_TOO_LARGE:
                return "answer too large";
            case FERRY_TRANSPORT_REFUSED_BY_POLICY:
                return "refused by the host's egress policy";
            default:
                return "connection lost";
        }
    }
    /// A header in any case of letters, or nothing.
    std::string_view header(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < headers_.size(); ++i)
            if (detail::equalIgnoringCase(headers_[i].first, name)) return headers_[i].second;
        return {};
    }
    /// What Retry-After asks to wait, for Error::rateLimited() and Error::unavailable(); nothing if
    /// it is no number of seconds (RFC 9110, section 10.2.3), as a date is none.
    std::optional<std::chrono::milliseconds> retryAfter() const noexcept {
        const std::string_view text = header("retry-after");
        std::uint32_t seconds = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (text.empty() || error != std::errc() || end != text.data() + text.size())
            return std::nullopt;
        return std::chrono::seconds(seconds);
    }
    /// The body is not here: it goes on, as Request::streamAnswer() asked.
    bool isStreamed() const noexcept { return is_streamed_; }
    /// Ends with a NUL that does not count.
    std::string_view body() const noexcept { return body_; }

  private:
    int status_ = 0;
    ferry_transport_error transport_error_ = FERRY_TRANSPORT_RESET;
    bool is_streamed_ = false;
    Headers headers_;
    std::string body_;
};

/// What the host answers to a provider's question.
class Reply {
  public:
    explicit Reply(int status) : status_(status) {}
    Reply(int status, std::string content_type, std::string body)
        : status_(status), body_(std::move(body)) {
        headers_.add("Content-Type", std::move(content_type));
    }
    Reply& header(std::string name, std::string value) & {
        headers_.add(std::move(name), std::move(value));
        return *this;
    }
    Reply header(std::string name, std::string value) && {
        headers_.add(std::move(name), std::move(value));
        return std::move(*this);
    }

    ferry_status emit(const ferry_sink* sink) const {
        std::vector<ferry_field> storage;
        ferry_webhook_reply reply{};
        reply.struct_size = sizeof reply;
        reply.status = status_;
        reply.headers = headers_.fields(storage);
        reply.body = toBytes(body_);
        return sink->reply(sink, &reply);
    }

  private:
    std::int32_t status_;
    Headers headers_;
    std::string body_;
};

}  // namespace ferry::sdk
