#include "plugin/abi_read.h"

#include "base/utf8.h"
#include "plugin/call_scope.h"
#include "plugin/limits.h"
#include "plugin/text_rules.h"

#include <fmt/format.h>

namespace ferry::plugin {

void AbiReader::wrong(ferry_status status, std::string_view field, std::string_view what) {
    if (!ok()) return;
    status_ = status;
    problem_ = fmt::format("{} {}", field, what);
}

bool AbiReader::require(bool is_complete, std::string_view record) {
    if (!is_complete) wrong(FERRY_ERROR_MALFORMED, record, "is NULL or too short");
    return is_complete;
}

void AbiReader::someText(
    ferry_str from, std::string_view field, std::size_t bytes_max, std::string& into
) {
    if (from.data == nullptr) return wrong(FERRY_ERROR_MALFORMED, field, "is NULL");
    if (from.size > bytes_max)
        return wrong(FERRY_ERROR_LIMIT, field, fmt::format("has more than {} bytes", bytes_max));
    const std::string_view view(from.data, from.size);
    if (!isPlainText(view)) return wrong(FERRY_ERROR_MALFORMED, field, "is not UTF-8 text");
    into.assign(view);
}

std::string AbiReader::text(ferry_str from, std::string_view field, std::size_t bytes_max) {
    std::string result;
    text(from, field, bytes_max, result);
    return result;
}

std::string AbiReader::requiredText(ferry_str from, std::string_view field, std::size_t bytes_max) {
    std::string result = text(from, field, bytes_max);
    if (result.empty()) wrong(FERRY_ERROR_MALFORMED, field, "is empty");
    return result;
}

std::string AbiReader::bytes(ferry_bytes from, std::string_view field, std::size_t bytes_max) {
    if (from.size == 0) return {};
    if (from.data == nullptr) return wrong(FERRY_ERROR_MALFORMED, field, "is NULL"), std::string();
    if (from.size > bytes_max)
        return wrong(FERRY_ERROR_LIMIT, field, fmt::format("has more than {} bytes", bytes_max)),
               std::string();
    return std::string(reinterpret_cast<const char*>(from.data), from.size);
}

Fields AbiReader::headers(ferry_fields from) {
    Fields result;
    if (from.count > kFieldsMax)
        return wrong(FERRY_ERROR_LIMIT, "headers", fmt::format("are more than {}", kFieldsMax)),
               result;
    if (from.count != 0 && (from.first == nullptr || from.stride < sizeof(ferry_field)))
        return wrong(FERRY_ERROR_MALFORMED, "headers", "are NULL or too short"), result;
    for (std::size_t i = 0; i < from.count && ok(); ++i) {
        const auto* field = reinterpret_cast<const ferry_field*>(
            reinterpret_cast<const char*>(from.first) + i * from.stride
        );
        Field header{
            text(field->name, "header name", kFieldNameBytesMax),
            text(field->value, "header value", kFieldValueBytesMax)};
        if (!isHttpToken(header.name) || !isHeaderValue(header.value))
            wrong(FERRY_ERROR_MALFORMED, "header", "has characters that HTTP forbids");
        result.push_back(std::move(header));
    }
    return result;
}

std::optional<TimePoint> AbiReader::time(std::int64_t ms, std::string_view field) {
    if (ms == FERRY_TIME_UNKNOWN) return std::nullopt;
    // Years 1 to 9999: everything that RFC 3339 can write.
    if (ms < -62'135'596'800'000 || ms > 253'402'300'799'999) {
        wrong(FERRY_ERROR_MALFORMED, field, "is outside of the years 1 to 9999");
        return std::nullopt;
    }
    return fromEpochMilliseconds(ms);
}

HttpRequest AbiReader::httpRequest(const ferry_http_request* from) {
    HttpRequest request;
    if (!require(from && FERRY_HAS(from, ferry_http_request, response_bytes_max), "http request"))
        return request;
    request.method = text(from->method, "method", 32);
    request.url = text(from->url, "url", kUrlBytesMax);
    request.headers = headers(from->headers);
    request.body = bytes(from->body, "request body", kRequestBodyBytesMax);
    if (!isHttpToken(request.method)) wrong(FERRY_ERROR_MALFORMED, "method", "is not a method");
    if (!isHttpUrl(request.url))
        wrong(FERRY_ERROR_MALFORMED, "url", "is not an encoded http or https URL");
    if (from->timeout_ms < 0 || from->timeout_ms > kTimeoutMsMax)
        wrong(FERRY_ERROR_MALFORMED, "timeout_ms", "is out of range");
    if (from->response_bytes_max < 0)
        wrong(FERRY_ERROR_MALFORMED, "response_bytes_max", "is negative");
    request.streams_answer = (from->flags & FERRY_HTTP_STREAM_ANSWER) != 0;
    if (from->timeout_ms > 0) request.timeout = std::chrono::milliseconds(from->timeout_ms);
    if (from->response_bytes_max > 0) request.response_bytes_max = from->response_bytes_max;
    return request;
}

WebhookReply AbiReader::webhookReply(const ferry_webhook_reply* from) {
    WebhookReply reply;
    if (!require(from && FERRY_HAS(from, ferry_webhook_reply, body), "reply")) return reply;
    reply.status = from->status;
    if (reply.status < 200 || reply.status > 599)
        wrong(FERRY_ERROR_MALFORMED, "reply status", "is not in 200 to 599");
    reply.headers = headers(from->headers);
    reply.body = bytes(from->body, "reply body", kReplyBodyBytesMax);
    return reply;
}

TokenSet AbiReader::tokenSet(const ferry_token_set* from) {
    TokenSet tokens;
    if (!require(from && FERRY_HAS(from, ferry_token_set, extra), "token set")) return tokens;
    tokens.access_token = Secret(requiredText(from->access_token, "access token", kTokenBytesMax));
    tokens.refresh_token = Secret(text(from->refresh_token, "refresh token", kTokenBytesMax));
    tokens.token_type = text(from->token_type, "token type", kKeyBytesMax);
    tokens.scope = text(from->scope, "scope", kTextBytesMax);
    tokens.account_id = text(from->account_id, "account id", kKeyBytesMax);
    tokens.extra = Secret(text(from->extra, "token extra", kTokenBytesMax));
    if (from->expires_at_ms != 0) tokens.expires_at = time(from->expires_at_ms, "expires_at_ms");
    return tokens;
}

Identity AbiReader::identity(const ferry_identity* from) {
    Identity identity;
    if (!require(from && FERRY_HAS(from, ferry_identity, extra), "identity")) return identity;
    identity.account_id = requiredText(from->account_id, "account id", kKeyBytesMax);
    identity.label = text(from->label, "label", kTextBytesMax);
    identity.tenant = text(from->tenant, "tenant", kTextBytesMax);
    identity.account_state = text(from->account_state, "account state", kAccountStateBytesMax);
    identity.extra = text(from->extra, "identity extra", kAccountStateBytesMax);
    return identity;
}

Notice AbiReader::notice(const ferry_notice* from) {
    Notice notice;
    if (!require(from && FERRY_HAS(from, ferry_notice, hint), "notice")) return notice;
    notice.hint = text(from->hint, "hint", kTextBytesMax);
    if (FERRY_HAS(from, ferry_notice, change_id)) {
        notice.change = bytes(from->change, "change", kChangeBytesMax);
        notice.change_id = text(from->change_id, "change id", kKeyBytesMax);
    }
    notice.account_key = notice.change.empty()
                             ? requiredText(from->account_key, "account key", kKeyBytesMax)
                             : text(from->account_key, "account key", kKeyBytesMax);
    return notice;
}

Object AbiReader::object(const ferry_object* from) {
    Object result;
    object(from, result);
    return result;
}

void AbiReader::object(const ferry_object* from, Object& object) {
    if (!require(from && FERRY_HAS(from, ferry_object, modified_by), "object")) return;
    if (from->type == FERRY_OBJECT_FILE) object.type = ObjectType::File;
    if (from->type == FERRY_OBJECT_FOLDER) object.type = ObjectType::Folder;
    text(from->object_id, "object id", kKeyBytesMax, object.object_id);
    text(from->path_key, "path key", kPathBytesMax, object.path_key);
    text(from->path, "path", kPathBytesMax, object.path);
    text(from->name, "name", kTextBytesMax, object.name);
    text(from->revision, "revision", kKeyBytesMax, object.revision);
    text(from->content_hash, "content hash", kKeyBytesMax, object.content_hash);
    text(from->modified_by, "modified by", kTextBytesMax, object.modified_by);
    if (from->size < -1) wrong(FERRY_ERROR_MALFORMED, "size", "is negative");
    if (from->size >= 0) object.size = from->size;
    object.created = time(from->created_ms, "created_ms");
    object.modified = time(from->modified_ms, "modified_ms");
    object.client_modified = time(from->client_modified_ms, "client_modified_ms");
}

Registration AbiReader::registration(const ferry_subscription* from) {
    Registration registration;
    if (!require(from && FERRY_HAS(from, ferry_subscription, expires_at_ms), "subscription"))
        return registration;
    registration.state = Secret(requiredText(from->state, "subscription state", kTextBytesMax));
    if (from->expires_at_ms != 0)
        registration.expires_at = time(from->expires_at_ms, "expires_at_ms");
    if (FERRY_HAS(from, ferry_subscription, secret))
        registration.secret = Secret(text(from->secret, "subscription secret", kTextBytesMax));
    return registration;
}

Storage AbiReader::storage(const ferry_storage* from) {
    Storage storage;
    if (!require(from && FERRY_HAS(from, ferry_storage, total), "storage")) return storage;
    if (from->used < 0 || from->total < -1) wrong(FERRY_ERROR_MALFORMED, "storage", "is negative");
    storage.used = from->used;
    if (from->total >= 0) storage.total = from->total;
    return storage;
}

Link AbiReader::link(const ferry_link* from) {
    Link link;
    if (!require(from && FERRY_HAS(from, ferry_link, expires_ms), "link")) return link;
    link.url = requiredText(from->url, "url", kUrlBytesMax);
    // Callers open it: nothing but the web.
    if (ok() && !hasHttpScheme(link.url))
        wrong(FERRY_ERROR_MALFORMED, "url", "is neither http nor https");
    link.expires_at = time(from->expires_ms, "expires_ms");
    return link;
}

std::uint32_t AbiReader::changeIndex(std::uint32_t index, std::size_t change_count) {
    if (index >= change_count) wrong(FERRY_ERROR_MALFORMED, "change index", "is out of range");
    return index;
}

void AbiReader::indexOp(const ferry_index_op* from, std::size_t change_count, IndexOp& op) {
    if (!require(from && FERRY_HAS(from, ferry_index_op, object), "index op")) return;
    op.change_index = changeIndex(from->change_index, change_count);
    if (from->action < FERRY_INDEX_IGNORE || from->action > FERRY_INDEX_UPSERT_OTHER)
        return wrong(FERRY_ERROR_MALFORMED, "index action", "is unknown");
    op.action = static_cast<IndexAction>(from->action);
    if (op.action == IndexAction::Ignore) return;
    op.replaces_children = (from->flags & FERRY_INDEX_REPLACES_CHILDREN) != 0;
    object(from->object, op.object);
    const bool has_id = !op.object.object_id.empty();
    if (op.action == IndexAction::Remove && !has_id && op.object.path_key.empty())
        wrong(FERRY_ERROR_MALFORMED, "removed object", "has neither id nor path key");
    if (op.action == IndexAction::Remove) return;
    if (!has_id) wrong(FERRY_ERROR_MALFORMED, "object id", "is empty");
    // The action decides, so that the two can't disagree.
    op.object.type = op.action == IndexAction::UpsertFile     ? ObjectType::File
                     : op.action == IndexAction::UpsertFolder ? ObjectType::Folder
                                                              : ObjectType::Other;
    if (op.object.type == ObjectType::Other && !op.object.path_key.empty())
        wrong(FERRY_ERROR_MALFORMED, "object", "has a path key, and is neither file nor folder");
    op.existed = (from->flags & FERRY_INDEX_EXISTED) != 0;
    if (!FERRY_HAS(from, ferry_index_op, properties)) return;
    text(from->object_type, "object type", kTypeNameBytesMax, op.object_type);
    text(from->properties, "properties", kPropertiesBytesMax, op.properties);
    if (!isTypeName(op.object_type)) wrong(FERRY_ERROR_MALFORMED, "object type", "is no name");
}

void AbiReader::event(const ferry_event* from, std::size_t change_count, ProviderEvent& event) {
    if (!require(from && FERRY_HAS(from, ferry_event, provider_event_id), "event")) return;
    event.change_index = changeIndex(from->change_index, change_count);
    if (from->type < FERRY_EVENT_CREATED || from->type > FERRY_EVENT_RESTORED)
        return wrong(FERRY_ERROR_MALFORMED, "event type", "is unknown");
    event.type = static_cast<EventType>(from->type - FERRY_EVENT_CREATED);
    object(from->object, event.object);
    if (event.object.object_id.empty()) wrong(FERRY_ERROR_MALFORMED, "object id", "is empty");
    text(from->previous_path, "previous path", kPathBytesMax, event.previous_path);
    event.occurred = time(from->occurred_ms, "occurred_ms");
    text(from->provider_event_id, "provider event id", kKeyBytesMax, event.provider_event_id);
    if (!FERRY_HAS(from, ferry_event, properties)) return;
    text(from->object_type, "object type", kTypeNameBytesMax, event.object_type);
    text(from->properties, "properties", kPropertiesBytesMax, event.properties);
    if (!isTypeName(event.object_type)) wrong(FERRY_ERROR_MALFORMED, "object type", "is no name");
}

void AbiReader::reject(const ferry_reject* from, std::size_t change_count, Reject& reject) {
    if (!require(from && FERRY_HAS(from, ferry_reject, message), "reject")) return;
    reject.change_index = changeIndex(from->change_index, change_count);
    reject.error.message = cleanMessage(from->message);
    if (from->status == FERRY_ERROR_UNSUPPORTED) reject.error.code = ErrorCode::Unsupported;
}

}  // namespace ferry::plugin
