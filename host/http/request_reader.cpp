#include "http/request_reader.h"

#include "base/ascii.h"

#include <algorithm>
#include <cstring>

namespace ferry::http {
namespace {

// None is larger than what Poco's parser takes, so that it never has a reason to refuse
// (poco_behaviour_test): 16 KiB of target, 100 fields, 256 bytes of a name, 8 KiB of a value.
constexpr std::size_t kMethodMax = 32;
constexpr std::size_t kTargetMax = 16'000;
constexpr std::size_t kTargetToldMax = 200;  // in a refusal
constexpr std::size_t kFieldsMax = 100;
constexpr std::size_t kNameMax = 250;
constexpr std::size_t kValueMax = 8'000;
constexpr std::size_t kLineMax = kTargetMax + 100;
constexpr std::size_t kHeadMax = 64 * 1024;
// Clients put an empty line or two between requests (RFC 9112, 2.2).
constexpr std::size_t kEmptyLinesMax = 8;  // bytes
// Enough for a webhook with its body; what a request needed beyond is given back after it.
constexpr std::size_t kBufferFirst = 2048;
constexpr std::size_t kBufferKept = 16 * 1024;
// What a streamed body is received in.
constexpr std::size_t kStreamRoom = 64 * 1024;

/// `name` is in lower case.
bool isNamed(std::string_view text, std::string_view name) noexcept {
    return text.size() == name.size() &&
           std::equal(text.begin(), text.end(), name.begin(), [](char a, char b) {
               return lowerAscii(a) == b;
           });
}

bool isToken(std::string_view text) noexcept {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (lowerAscii(c) >= 'a' && lowerAscii(c) <= 'z') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

/// Of a name, an address or a port (RFC 3986, 3.2.2).
bool mayBeInHost(char c) noexcept {
    static constexpr std::string_view kMarks = "-._~%!$&'()*+,;=:[]";
    return (c >= '0' && c <= '9') || (lowerAscii(c) >= 'a' && lowerAscii(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
}

}  // namespace

std::span<char> RequestReader::space() {
    if (is_streamed_ && buffer_.size() < end_ + kStreamRoom) buffer_.resize(end_ + kStreamRoom);
    if (end_ == buffer_.size()) buffer_.resize(std::max(kBufferFirst, buffer_.size() * 2));
    return {buffer_.data() + end_, buffer_.size() - end_};
}

void RequestReader::added(std::size_t count) {
    end_ += count;
    parse();
}

void RequestReader::ended() {
    if (state_ == State::Body || (state_ == State::Ready && !isBodyWhole())) {
        refuse(400, "the body is shorter than announced");
    } else if (state_ == State::Head && hasBegun()) {
        refuse(400, "the connection ended in the middle of the request's head");
    }
}

void RequestReader::refuse(int status, const char* reason) {
    state_ = State::Refused;
    refusal_.status = status;
    refusal_.reason = reason;
    std::string_view target(buffer_.data() + head_begin_, end_ - head_begin_);
    target = target.substr(0, target.find('\n'));
    const std::size_t space = target.find(' ');
    target.remove_prefix(space == std::string_view::npos ? target.size() : space + 1);
    refusal_.target = target.substr(0, std::min(target.find(' '), kTargetToldMax));
}

bool RequestReader::takeContinue() noexcept {
    const bool is_due =
        wants_continue_ && (state_ == State::Body || (state_ == State::Ready && !isBodyWhole()));
    if (is_due) wants_continue_ = false;
    return is_due;
}

std::string_view RequestReader::head() const noexcept {
    return std::string_view(buffer_).substr(head_begin_, head_end_ - head_begin_);
}

std::string_view RequestReader::method() const noexcept {
    return head().substr(0, head().find(' '));
}

std::string_view RequestReader::target() const noexcept {
    const std::string_view rest = head().substr(method().size() + 1);
    return rest.substr(0, rest.find(' '));
}

std::string RequestReader::takeBody() {
    if (is_streamed_) return {};
    if (is_chunked_) return std::move(body_);
    return buffer_.substr(head_end_, length_.value_or(0));
}

void RequestReader::next() {
    const std::size_t left = end_ - request_end_;
    if (left > 0) std::memmove(buffer_.data(), buffer_.data() + request_end_, left);
    if (buffer_.size() > kBufferKept && left <= kBufferFirst) {
        buffer_.resize(kBufferFirst);
        buffer_.shrink_to_fit();
    }
    end_ = left;
    state_ = State::Head;
    refusal_ = {};
    head_begin_ = head_end_ = scanned_ = request_end_ = 0;
    lines_ = 0;
    needs_host_ = has_host_ = false;
    length_.reset();
    is_chunked_ = wants_continue_ = false;
    chunk_ = Chunk::Size;
    chunk_left_ = trailer_bytes_ = 0;
    body_ = {};
    are_chunks_over_ = is_streamed_ = is_stream_over_ = false;
    taken_ = 0;
    if (left > 0) parse();
}

void RequestReader::release() {
    buffer_ = {};
    body_ = {};
    end_ = head_begin_ = head_end_ = scanned_ = request_end_ = 0;
}

void RequestReader::parse() {
    if (state_ == State::Head) parseHead();
    if (state_ == State::Body) parseBody();
}

void RequestReader::parseHead() {
    while (state_ == State::Head) {
        const char* begin = buffer_.data() + scanned_;
        const void* found = std::memchr(begin, '\n', end_ - scanned_);
        const bool is_long = end_ - scanned_ > kLineMax || end_ > kHeadMax;
        if (found == nullptr) {
            if (is_long)
                lines_ == 0 ? refuse(414, "the request's target is too long")
                            : refuse(431, "the request's head is too large");
            return;
        }
        std::string_view line(
            begin, static_cast<std::size_t>(static_cast<const char*>(found) - begin)
        );
        scanned_ += line.size() + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (lines_ == 0 && line.empty()) {
            head_begin_ = scanned_;
            if (scanned_ > kEmptyLinesMax) refuse(400, "a request begins with empty lines");
        } else if (line.empty()) {
            endHead();
        } else if (lines_++ == 0) {
            takeRequestLine(line);
        } else if (scanned_ > kHeadMax || lines_ > kFieldsMax + 1) {
            refuse(431, "the request's head is too large");
        } else {
            takeField(line);
        }
    }
}

void RequestReader::takeRequestLine(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    const std::string_view method = line.substr(0, first);
    if (!isToken(method) || method.size() > kMethodMax || first == last) {
        return refuse(400, "the request line is not that of HTTP");
    }
    refusal_.is_for_head = method == "HEAD";
    const std::string_view target = line.substr(first + 1, last - first - 1);
    if (target.size() > kTargetMax) return refuse(414, "the request's target is too long");
    if (target.empty() || target.find(' ') != std::string_view::npos ||
        std::any_of(target.begin(), target.end(), isControl)) {
        return refuse(400, "the request target is not a path");
    }
    const std::string_view version = line.substr(last + 1);
    needs_host_ = version == "HTTP/1.1";
    if (needs_host_ || version == "HTTP/1.0") return;
    version.starts_with("HTTP/") ? refuse(505, "this server speaks HTTP/1.1")
                                 : refuse(400, "the request line is not that of HTTP");
}

void RequestReader::takeField(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    // Also a line that goes on the one before: such folding hides fields from whoever is in front.
    if (colon == std::string_view::npos || !isToken(name)) {
        return refuse(400, "a line of the request's head is no header field");
    }
    const std::string_view value = trimBlanks(line.substr(colon + 1));
    if (name.size() > kNameMax || value.size() > kValueMax) {
        return refuse(431, "a header field is too large");
    }
    if (std::any_of(value.begin(), value.end(), [](char c) { return isControl(c) && c != '\t'; })) {
        return refuse(400, "a header field has a control character");
    }
    if (isNamed(name, "content-length")) return takeLength(value);
    if (isNamed(name, "host")) return takeHost(value);
    if (isNamed(name, "transfer-encoding")) {
        if (is_chunked_ || !isNamed(value, "chunked")) {
            return refuse(501, "only the transfer encoding chunked is understood");
        }
        is_chunked_ = true;
    } else if (isNamed(name, "expect") && isNamed(value, "100-continue")) {
        wants_continue_ = true;
    }
}

void RequestReader::takeLength(std::string_view value) {
    // Two lengths are how one request is smuggled inside another (RFC 9112, 6.3).
    if (length_) return refuse(400, "more than one content-length");
    const bool has_other = value.find_first_not_of("0123456789") != std::string_view::npos;
    if (value.empty() || value.size() > 18 || has_other) {
        return refuse(400, "content-length is not a number");
    }
    length_ = 0;
    for (const char digit : value)
        *length_ = *length_ * 10 + static_cast<std::size_t>(digit - '0');
}

void RequestReader::takeHost(std::string_view value) {
    // Whoever is in front may go by one of them, and who is behind by the other (RFC 9112, 3.2).
    if (has_host_) return refuse(400, "more than one host");
    has_host_ = true;
    if (!std::all_of(value.begin(), value.end(), mayBeInHost)) {
        refuse(400, "the header host is no name of a host");
    }
}

void RequestReader::endHead() {
    if (needs_host_ && !has_host_) return refuse(400, "the header host is missing");
    if (length_ && is_chunked_) return refuse(400, "both content-length and chunked");
    head_end_ = request_end_ = scanned_;
    const bool has_body = is_chunked_ || length_.value_or(0) > 0;
    is_streamed_ = has_body && isStreamWished();
    if (!is_streamed_ && length_.value_or(0) > body_bytes_max_) {
        return refuse(413, "the body is too large");
    }
    state_ = has_body && !is_streamed_ ? State::Body : State::Ready;
}

bool RequestReader::isStreamWished() const {
    if (streams_body_ == nullptr || !*streams_body_) return false;
    return (*streams_body_)(method(), target());
}

}  // namespace ferry::http
