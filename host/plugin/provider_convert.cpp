#include "plugin/provider_convert.h"

#include "base/ascii.h"

#include <algorithm>
#include <utility>

namespace ferry::plugin {
namespace {

/// Time for one request of a plugin that names none.
constexpr Milliseconds kProviderTimeout{60'000};
/// Bytes of a provider's answer: a page of 2,000 entries takes about 1 MB.
constexpr std::size_t kProviderResponseMax = 64U << 20U;

Fields toFields(const std::vector<std::pair<std::string, std::string>>& pairs) {
    Fields fields;
    fields.reserve(pairs.size());
    for (const auto& [name, value] : pairs)
        fields.push_back({name, value});
    return fields;
}

Fields toFields(const http::Headers& headers) {
    Fields fields;
    fields.reserve(headers.fields().size());
    for (const auto& [name, value] : headers.fields())
        fields.push_back({lowerAscii(name), value});
    return fields;
}

TransportError toPlugin(http::TransportError error) {
    switch (error) {
        case http::TransportError::None:
            return TransportError::None;
        case http::TransportError::Dns:
            return TransportError::Dns;
        case http::TransportError::Connect:
            return TransportError::Connect;
        case http::TransportError::Tls:
            return TransportError::Tls;
        case http::TransportError::Timeout:
            return TransportError::Timeout;
        case http::TransportError::Reset:
        case http::TransportError::Cancelled:
            return TransportError::Reset;
        case http::TransportError::TooLarge:
            return TransportError::TooLarge;
        case http::TransportError::Refused:
            return TransportError::RefusedByPolicy;
    }
    return TransportError::Reset;
}

}  // namespace

Account toPlugin(const pipeline::ProviderAccount& account) {
    return {
        account.account_id,
        account.account_state,
        toFields(account.configuration),
        toFields(account.base_urls)};
}

TokenSet toPlugin(const ferry::TokenSet& tokens) {
    TokenSet set;
    set.access_token = tokens.access_token;
    set.refresh_token = tokens.refresh_token;
    set.expires_at = tokens.expires_at;
    set.scope = tokens.scope;
    set.account_id = tokens.account_id;
    return set;
}

WebhookInput::WebhookInput(const http::Request& request)
    : view_{request.method, request.path, request.query, {}, request.body} {
    const auto& fields = request.headers.fields();
    std::size_t size = 0;
    for (const auto& field : fields)
        size += field.first.size();
    names_.reserve(size);
    for (const auto& field : fields)
        names_ += field.first;
    for (char& c : names_)
        c = lowerAscii(c);
    view_.headers.reserve(fields.size());
    std::string_view names = names_;
    for (const auto& [name, value] : fields) {
        view_.headers.push_back({names.substr(0, name.size()), value});
        names.remove_prefix(name.size());
    }
}

HttpResponse toPlugin(const http::OutboundResponse& response) {
    const int status = response.error == http::TransportError::None ? response.status : 0;
    return {
        status,
        toPlugin(response.error),
        toFields(response.headers),
        response.body,
        response.is_body_streamed};
}

http::Response toHttp(WebhookReply reply) {
    http::Response response;
    response.status = reply.status;
    response.content_type = "text/plain";
    for (Field& field : reply.headers) {
        if (lowerAscii(field.name) == "content-type") {
            response.content_type = std::move(field.value);
        } else {
            response.headers.add(std::move(field.name), std::move(field.value));
        }
    }
    response.body = std::move(reply.body);
    return response;
}

http::OutboundRequest toOutbound(HttpRequest request) {
    http::OutboundRequest outbound;
    outbound.method = std::move(request.method);
    outbound.url = std::move(request.url);
    for (Field& field : request.headers) {
        outbound.headers.add(std::move(field.name), std::move(field.value));
    }
    outbound.body = std::move(request.body);
    outbound.timeout = request.timeout.value_or(kProviderTimeout);
    outbound.response_bytes_max = kProviderResponseMax;
    if (request.response_bytes_max && *request.response_bytes_max > 0) {
        outbound.response_bytes_max =
            std::min(static_cast<std::size_t>(*request.response_bytes_max), kProviderResponseMax);
    }
    outbound.traffic = http::Traffic::Provider;
    if (request.streams_answer) {
        outbound.stream.emplace();
        outbound.stream->response_body = std::make_shared<http::BodyPipe>();
    }
    return outbound;
}

}  // namespace ferry::plugin
