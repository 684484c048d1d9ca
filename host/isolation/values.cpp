#include "isolation/values.h"

#include "base/utf8.h"

#include <utility>

namespace ferry::isolation {
namespace {

/// As much of an answer as the hub takes from a provider (plugin/provider_convert.cpp).
constexpr std::size_t kResponseBytesMax = 64U << 20U;

}  // namespace

void makePrintable(FrameReader& reader, std::string& text) {
    if (reader.sender() != Sender::Plugin) return;
    text = toPrintable(truncateUtf8(text, 2 * plugin::kMessageBytesMax));
}

void fields(FrameWriter& writer, const http::Headers& headers) {
    writer(headers.fields());
}

void fields(FrameReader& reader, http::Headers& headers) {
    std::vector<std::pair<std::string, std::string>> items;
    reader(items);
    headers = {};
    headers.reserve(items.size());
    for (auto& [name, value] : items)
        headers.add(std::move(name), std::move(value));
}

void requireHeaders(FrameReader& reader, const http::Headers& headers) {
    reader.require(headers.fields().size() <= plugin::kFieldsMax, "there are too many headers");
    for (const auto& [name, value] : headers.fields())
        reader.require(
            plugin::isHttpToken(name) && plugin::isHeaderValue(value),
            "a header has characters that HTTP forbids"
        );
}

void streamFlag(FrameWriter& writer, const std::optional<http::OutboundStream>& stream) {
    writer(stream.has_value());
}

void streamFlag(FrameReader& reader, std::optional<http::OutboundStream>& stream) {
    bool is_streamed = false;
    if (!reader(is_streamed) || !is_streamed) return;
    stream.emplace();
    stream->response_body = std::make_shared<http::BodyPipe>();
}

void finishRequest(FrameReader& reader, http::OutboundRequest& request) {
    reader.require(plugin::isHttpToken(request.method), "a method is none");
    reader.require(plugin::isHttpUrl(request.url), "a URL is not an encoded http or https URL");
    reader.require(request.url.size() <= plugin::kUrlBytesMax, "a URL is too long");
    reader.require(request.body.size() <= plugin::kRequestBodyBytesMax, "a body is too long");
    const bool is_timeout_sound =
        request.timeout.count() > 0 && request.timeout.count() <= plugin::kTimeoutMsMax;
    reader.require(is_timeout_sound, "a timeout is out of range");
    reader.require(
        request.response_bytes_max > 0 && request.response_bytes_max <= kResponseBytesMax,
        "the limit of an answer is out of range"
    );
    requireHeaders(reader, request.headers);
    request.traffic = http::Traffic::Provider;
}

void writeError(FrameWriter& writer, const Error& error) {
    writer(error.code, error.message, error.retry_after, error.provider_message);
}

Error readError(FrameReader& reader) {
    Error error(ErrorCode::Internal, "");
    reader(error.code, error.message, error.retry_after, error.provider_message);
    makePrintable(reader, error.message);
    makePrintable(reader, error.provider_message);
    return error;
}

}  // namespace ferry::isolation
