#pragma once
// One request after the other as it comes in, in whatever pieces: finds where head and body end,
// decodes chunks, and refuses what is too large or can't be trusted. Knows no sockets; whoever has
// one puts bytes in. So a request takes a thread only once all of it is there.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ferry::http {

/// Why a request goes no further.
struct Refusal {
    int status = 0;            ///< 400, 408, 413, 414, 431, 501 or 505
    const char* reason = "";   ///< for the client
    std::string target;        ///< what it asked for, as far as it is known
    bool is_for_head = false;  ///< the answer must have no body
};

/// A question about the request line. Threads: many at a time.
using RequestTest = std::function<bool(std::string_view method, std::string_view target)>;

/// Threads: one at a time.
class RequestReader {
  public:
    enum class State : std::uint8_t {
        Head,     ///< more of the head must come
        Body,     ///< more of the body must come
        Ready,    ///< all of it is there; if its body is streamed, all of its head
        Refused,  ///< see refusal()
    };

    /// Bodies longer than `body_bytes_max` are refused with 413, save those that `streams_body`
    /// names, whose handlers take them piece by piece. It is asked for requests that have a body,
    /// outlives the reader, and may be null.
    explicit RequestReader(std::size_t body_bytes_max, const RequestTest* streams_body = nullptr)
        : body_bytes_max_(body_bytes_max), streams_body_(streams_body) {}

    /// Room to receive into, at least one byte.
    std::span<char> space();
    /// `count` bytes were received into it.
    void added(std::size_t count);
    /// The other side sends no more: what is not whole is refused.
    void ended();
    /// Ends the request under way.
    void refuse(int status, const char* reason);

    State state() const noexcept { return state_; }
    /// True until all of the request is there, or it is refused.
    bool wantsBytes() const noexcept { return state_ == State::Head || state_ == State::Body; }
    /// False between two requests.
    bool hasBegun() const noexcept { return end_ > head_begin_; }
    /// True, once for each request, if the client waits for "100 Continue" before it sends the
    /// body.
    bool takeContinue() noexcept;
    /// From the request line to the empty line; once the state is Ready.
    std::string_view head() const noexcept;
    /// Of the request line; once the state is Ready.
    std::string_view method() const noexcept;
    std::string_view target() const noexcept;
    /// The decoded body; once the state is Ready. Empty if it is streamed.
    std::string takeBody();
    /// True if the request that is Ready has a body that is taken in pieces.
    bool isStreamed() const noexcept { return is_streamed_; }
    /// Its length, if the client has announced one.
    std::optional<std::size_t> streamLength() const noexcept { return length_; }
    /// Moves bytes of the streamed body into `into` and says how many. 0: see isBodyWhole(); more
    /// must be received, or the state is Refused.
    std::size_t takePiece(std::span<char> into);
    /// False while some of a streamed body has not been taken.
    bool isBodyWhole() const noexcept { return !is_streamed_ || is_stream_over_; }
    const Refusal& refusal() const noexcept { return refusal_; }
    /// Drops the request that is Ready and begins with what came after it.
    void next();
    /// Memory that is held for it, about.
    std::size_t bytesHeld() const noexcept { return buffer_.size() + body_.capacity(); }
    /// Drops everything that was received; a refusal stays.
    void release();

  private:
    enum class Chunk : std::uint8_t { Size, Data, DataEnd, Trailer };

    void parse();
    void parseHead();
    void takeRequestLine(std::string_view line);
    void takeField(std::string_view line);
    void takeLength(std::string_view value);
    void takeHost(std::string_view value);
    void endHead();
    void parseBody();
    bool isStreamWished() const;
    std::size_t takeDecoded(std::span<char> into);
    void parseChunks();
    void endChunks();
    void takeChunkSize(std::string_view line);
    /// The next line of the chunked coding without its end; nullopt if it is not there yet, or
    /// refused.
    std::optional<std::string_view> chunkLine();

    const std::size_t body_bytes_max_;
    const RequestTest* const streams_body_;
    State state_ = State::Head;
    Refusal refusal_;

    std::string buffer_;  // its size is its capacity; bytes were received up to end_
    std::size_t end_ = 0;
    std::size_t head_begin_ = 0;   // of the request line
    std::size_t head_end_ = 0;     // 0 until the head is whole
    std::size_t scanned_ = 0;      // all before is understood: lines of the head, chunks
    std::size_t request_end_ = 0;  // where the next request begins

    std::size_t lines_ = 0;
    bool needs_host_ = false;  // HTTP/1.1
    bool has_host_ = false;
    std::optional<std::size_t> length_;
    bool is_chunked_ = false;
    bool wants_continue_ = false;
    Chunk chunk_ = Chunk::Size;
    std::size_t chunk_left_ = 0;
    std::size_t trailer_bytes_ = 0;
    bool are_chunks_over_ = false;
    std::string body_;  // of a chunked request; if it is streamed, what is decoded and not taken

    bool is_streamed_ = false;
    bool is_stream_over_ = false;
    std::size_t taken_ = 0;  // of the streamed body with a length; with chunks, of body_
};

}  // namespace ferry::http
