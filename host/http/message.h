#pragma once
// Our own HTTP values. Poco's and curl's types end in http/; everything else sees these.

#include "base/clock.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::http {

/// Headers in the order received; names compare without case.
class Headers {
  public:
    void reserve(std::size_t count) { fields_.reserve(count); }
    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    /// First value of `name`, if there.
    std::optional<std::string_view> get(std::string_view name) const noexcept;
    const std::vector<std::pair<std::string, std::string>>& fields() const noexcept {
        return fields_;
    }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// A body that comes piece by piece. Threads: one reader.
class BodySource {
  public:
    virtual ~BodySource() = default;

    /// Puts at least one byte into `into`, which must not be empty, and says how many; 0 after the
    /// last one. Blocks for `patience` at most. Errors: DeadlineExceeded if nothing came in that
    /// time (ask again); with any other the body is cut off here.
    virtual Result<std::size_t> read(std::span<char> into, Milliseconds patience) = 0;

  protected:
    BodySource() = default;
    BodySource(const BodySource&) = default;
    BodySource& operator=(const BodySource&) = default;
};

/// The client of a request, while its handler runs. Threads: the handler's.
class Client : public BodySource {
  public:
    /// The next bytes of the body, on a route that streams it. Also errors, and the body is cut
    /// off, if none came for the server's stream_timeout, or if they are malformed
    /// (InvalidArgument).
    Result<std::size_t> read(std::span<char> into, Milliseconds patience) override = 0;
    /// True if the client has closed the connection, or its sending side: who waits on its behalf
    /// gives up.
    virtual bool isGone() = 0;
};

/// A request that the hub received, with its whole body (bounded by the server's limit).
struct Request {
    std::string method;
    std::string path;      ///< decoded path without the query
    std::string raw_path;  ///< the path as received: here an encoded slash is not a separator
    std::string query;     ///< raw query, without '?'
    Headers headers;
    std::string body;  ///< raw bytes
    std::string peer;  ///< "127.0.0.1:4711"
    std::string request_id;
    /// Set by the server, for as long as the handler runs.
    Client* client = nullptr;
    bool streams_body =
        false;  ///< `body` is empty, and what the client sends is read from `client`
    std::optional<std::uint64_t> stream_bytes;  ///< length of the streamed body, if announced

    /// Decoded value of the query parameter `name`; nullopt if absent or badly encoded.
    std::optional<std::string> queryValue(std::string_view name) const;
    /// All of them, where a parameter may come several times; without those badly encoded.
    std::vector<std::string> queryValues(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    Headers headers;
    std::string body;
    /// In place of `body`, if set: what comes piece by piece, and may be of any length. If it fails
    /// the connection ends, so that the client sees that the body is cut off.
    std::shared_ptr<BodySource> stream = nullptr;
    std::optional<std::uint64_t> stream_bytes = std::nullopt;  ///< length of `stream`, if known
};

/// The path of a request target as it was received, without the query; of the absolute form, as
/// proxies send it, without scheme and authority, which are not ours to judge.
std::string_view pathOf(std::string_view target) noexcept;

/// Answers one request. Threads: called by many at a time.
using Handler = std::function<Response(const Request&)>;

/// Takes the answer to one request, once; what comes after that is dropped. Threads: any.
using Answer = std::function<void(Response)>;

/// Answers one request whenever `answer` is called, in this call or after it; `request` ends with
/// the call. A handler that lets go of `answer` uncalled has failed. The server calls
/// it one at a time, and others wait for their turn behind it. Threads: any.
using DeferredHandler = std::function<void(const Request& request, Answer answer)>;

}  // namespace ferry::http
