// The bodies of RequestReader: by length or in chunks, kept or handed on piece by piece.

#include "base/ascii.h"
#include "http/request_reader.h"

#include <algorithm>
#include <cstring>

namespace ferry::http {
namespace {

constexpr std::size_t kChunkLineMax = 256;
constexpr std::size_t kTrailerMax = 8 * 1024;

int hexValue(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    return lowerAscii(c) >= 'a' && lowerAscii(c) <= 'f' ? lowerAscii(c) - 'a' + 10 : -1;
}

}  // namespace

void RequestReader::parseBody() {
    if (is_chunked_) return parseChunks();
    if (end_ - head_end_ < *length_) return;
    request_end_ = head_end_ + *length_;
    state_ = State::Ready;
}

void RequestReader::parseChunks() {
    while (!are_chunks_over_ && state_ != State::Refused) {
        if (chunk_ == Chunk::Data) {
            const std::size_t count = std::min(chunk_left_, end_ - scanned_);
            body_.append(buffer_, scanned_, count);
            scanned_ += count;
            chunk_left_ -= count;
            if (chunk_left_ > 0) break;
            chunk_ = Chunk::DataEnd;
        }
        const auto line = chunkLine();
        if (!line) break;
        if (chunk_ == Chunk::Size) {
            takeChunkSize(*line);
        } else if (chunk_ == Chunk::DataEnd) {
            if (!line->empty()) refuse(400, "a chunk of the body is longer than it says");
            chunk_ = Chunk::Size;
        } else if (line->empty()) {
            endChunks();
        } else if ((trailer_bytes_ += line->size() + 2) > kTrailerMax) {
            refuse(431, "the trailer of the body is too large");
        }
    }
    if (are_chunks_over_ || state_ == State::Refused) return;
    // What is decoded makes room for what comes.
    std::memmove(buffer_.data() + head_end_, buffer_.data() + scanned_, end_ - scanned_);
    end_ -= scanned_ - head_end_;
    scanned_ = head_end_;
}

void RequestReader::endChunks() {
    are_chunks_over_ = true;
    request_end_ = scanned_;
    state_ = State::Ready;
}

void RequestReader::takeChunkSize(std::string_view line) {
    const std::string_view digits = trimBlanks(line.substr(0, line.find(';')));
    if (digits.empty() || digits.size() > 15) return refuse(400, "a chunk has no size");
    std::size_t size = 0;
    for (const char c : digits) {
        if (hexValue(c) < 0) return refuse(400, "the size of a chunk is not a number");
        size = size * 16 + static_cast<std::size_t>(hexValue(c));
    }
    if (!is_streamed_ && size > body_bytes_max_ - body_.size())
        return refuse(413, "the body is too large");
    chunk_left_ = size;
    chunk_ = size == 0 ? Chunk::Trailer : Chunk::Data;
}

std::optional<std::string_view> RequestReader::chunkLine() {
    const std::string_view rest(buffer_.data() + scanned_, end_ - scanned_);
    const std::size_t end = rest.find('\n');
    const std::size_t longest = chunk_ == Chunk::Trailer ? kTrailerMax : kChunkLineMax;
    const bool is_whole = end != std::string_view::npos;
    // A bare line feed is taken for an end by some and not by others: another way to smuggle.
    const bool is_bare = is_whole && (end == 0 || rest[end - 1] != '\r');
    if (is_bare || std::min(end, rest.size()) > longest) {
        refuse(400, "the chunks of the body are malformed");
    }
    if (!is_whole || state_ == State::Refused) return std::nullopt;
    scanned_ += end + 1;
    return rest.substr(0, end - 1);
}

std::size_t RequestReader::takePiece(std::span<char> into) {
    if (!is_streamed_ || is_stream_over_ || state_ == State::Refused) return 0;
    if (is_chunked_) return takeDecoded(into);
    const std::size_t count = std::min({into.size(), end_ - scanned_, *length_ - taken_});
    std::memcpy(into.data(), buffer_.data() + scanned_, count);
    scanned_ += count;
    taken_ += count;
    is_stream_over_ = taken_ == *length_;
    if (is_stream_over_) {
        request_end_ = scanned_;
    } else if (scanned_ == end_) {
        scanned_ = end_ = head_end_;
    }
    return count;
}

std::size_t RequestReader::takeDecoded(std::span<char> into) {
    if (taken_ == body_.size()) {
        body_.clear();
        taken_ = 0;
        parseChunks();
    }
    const std::size_t count = body_.copy(into.data(), into.size(), taken_);
    taken_ += count;
    is_stream_over_ = are_chunks_over_ && taken_ == body_.size();
    return count;
}

}  // namespace ferry::http
