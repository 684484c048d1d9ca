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

std::int64_t epochMs(const std::optional<TimePoint>& time) {
    return time ? toEpochMilliseconds(*time) : 0;
}

ObjectKind toKind(ObjectType type) {
    switch (type) {
        case ObjectType::File:
            return ObjectKind::File;
        case ObjectType::Folder:
            return ObjectKind::Folder;
        case ObjectType::Other:
            return ObjectKind::Other;
    }
    return ObjectKind::Other;
}

ferry::EventType toEventType(EventType type) {
    switch (type) {
        case EventType::Created:
        case EventType::Restored:
            return ferry::EventType::Created;
        case EventType::Updated:
            return ferry::EventType::Updated;
        case EventType::Deleted:
            return ferry::EventType::Deleted;
        case EventType::Moved:
            return ferry::EventType::Moved;
    }
    return ferry::EventType::Updated;
}

using Action = decltype(NormalizedChange::action);

Action toAction(IndexOp op) {
    switch (op.action) {
        case IndexAction::Ignore:
            return IgnoreChange{"the plugin says so"};
        case IndexAction::UpsertFile:
            op.object.type = ObjectType::File;
            break;
        case IndexAction::UpsertFolder:
            op.object.type = ObjectType::Folder;
            break;
        case IndexAction::Remove:
            if (op.object.path_key.empty()) return RemoveObject{std::move(op.object.object_id)};
            return RemovePath{std::move(op.object.path_key), std::move(op.object.path)};
    }
    return UpsertObject{toIndexed(std::move(op.object))};
}

Action toAction(ProviderEvent event) {
    DirectEvent direct;
    direct.type = toEventType(event.type);
    direct.is_restored = event.type == EventType::Restored;
    direct.object = toIndexed(std::move(event.object));
    direct.previous_path = std::move(event.previous_path);
    direct.occurred_ms = epochMs(event.occurred);
    direct.object_type = std::move(event.object_type);
    direct.properties = std::move(event.properties);
    return direct;
}

Action toAction(Reject reject) {
    return RejectChange{std::move(reject.error.message)};
}

}  // namespace

IndexedObject toIndexed(Object object) {
    IndexedObject indexed;
    indexed.object_id = std::move(object.object_id);
    indexed.path_key = std::move(object.path_key);
    indexed.path = std::move(object.path);
    indexed.name = std::move(object.name);
    indexed.kind = toKind(object.type);
    indexed.revision = std::move(object.revision);
    indexed.content_hash = std::move(object.content_hash);
    indexed.size = object.size.value_or(-1);
    indexed.modified_ms = epochMs(object.modified);
    indexed.created_ms = epochMs(object.created);
    indexed.modified_by = std::move(object.modified_by);
    return indexed;
}

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

Result<std::vector<NormalizedChange>> toChanges(
    std::vector<Normalized> items, std::vector<std::string> changes
) {
    if (items.size() != changes.size()) {
        return fail(ErrorCode::Internal, "the plugin gave more than one result for a change");
    }
    std::vector<NormalizedChange> normalized;
    normalized.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        Action action = std::visit(
            [](auto&& item) { return toAction(std::forward<decltype(item)>(item)); },
            std::move(items[i])
        );
        normalized.push_back({std::move(action), std::move(changes[i])});
    }
    return normalized;
}

}  // namespace ferry::plugin
