// What the test host makes of all that a plugin gives: kept in the outcome, after the checks that
// the hub makes.

#include "support/abi_scope.h"

#include "base/utf8.h"
#include "support/abi_loan.h"

namespace ferry::test {

CallScope& of(const ferry_sink* sink) {
    return *static_cast<CallScope*>(sink->ctx);
}
CallScope& of(const ferry_call* call) {
    return *static_cast<CallScope*>(call->ctx);
}

namespace {

ferry_status breach(CallScope& scope, const char* what, ferry_status status) {
    if (scope.outcome.violation.empty()) scope.outcome.violation = what;
    return status;
}

/// The checks of the hub on texts (host/plugin/limits.h).
bool isGood(const std::string& text, std::size_t bytes_max) {
    return text.size() <= bytes_max && isValidUtf8(text) && text.find('\0') == std::string::npos;
}

ferry_status takeRequest(const ferry_sink* sink, const ferry_http_request* request) noexcept {
    CallScope& scope = of(sink);
    AbiRequest taken{
        copy(request->method),
        copy(request->url),
        copy(request->headers),
        copy(request->body),
        request->timeout_ms,
        request->response_bytes_max,
        (request->flags & FERRY_HTTP_STREAM_ANSWER) != 0};
    for (const auto& [name, value] : taken.headers)
        for (const char c : name + value)
            if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e)
                return breach(scope, "a header has control characters", FERRY_ERROR_MALFORMED);
    scope.outcome.requests.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeText(const ferry_sink* sink, ferry_str text) noexcept {
    of(sink).outcome.texts.push_back(copy(text));
    return FERRY_OK;
}

ferry_status takeTokens(const ferry_sink* sink, const ferry_token_set* tokens) noexcept {
    CallScope& scope = of(sink);
    if (!scope.outcome.tokens.empty())
        return breach(scope, "a second token set", FERRY_ERROR_INVALID);
    scope.outcome.tokens.push_back(
        {copy(tokens->access_token),
         copy(tokens->refresh_token),
         copy(tokens->token_type),
         tokens->expires_at_ms,
         copy(tokens->scope),
         copy(tokens->account_id)}
    );
    return FERRY_OK;
}

ferry_status takeIdentity(const ferry_sink* sink, const ferry_identity* identity) noexcept {
    AbiIdentity taken{
        copy(identity->account_id),
        copy(identity->label),
        copy(identity->tenant),
        copy(identity->account_state),
        copy(identity->extra)};
    if (!isGood(taken.account_id, 1024) || taken.account_id.empty() || !isGood(taken.label, 8192))
        return breach(of(sink), "an identity out of bounds", FERRY_ERROR_MALFORMED);
    of(sink).outcome.identities.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeChange(const ferry_sink* sink, const ferry_change* change) noexcept {
    CallScope& scope = of(sink);
    if (scope.outcome.has_page)
        return breach(scope, "a change after the page", FERRY_ERROR_INVALID);
    scope.outcome.changes.push_back(copy(change->raw));
    scope.outcome.hints.push_back(copy(change->hint));
    return FERRY_OK;
}

ferry_status takePage(const ferry_sink* sink, const ferry_page* page) noexcept {
    CallScope& scope = of(sink);
    if (scope.outcome.has_page) return breach(scope, "a second page", FERRY_ERROR_INVALID);
    scope.outcome.has_page = true;
    scope.outcome.has_more = page->has_more != 0;
    scope.outcome.next_cursor = copy(page->next_cursor);
    if (scope.outcome.next_cursor.empty() || !isGood(scope.outcome.next_cursor, 64u << 10))
        return breach(scope, "a page without a good cursor", FERRY_ERROR_MALFORMED);
    return FERRY_OK;
}

ferry_status takeNotice(const ferry_sink* sink, const ferry_notice* notice) noexcept {
    CallScope& scope = of(sink);
    std::string key = copy(notice->account_key);
    const bool has_change = notice->struct_size >= sizeof *notice && notice->change.size > 0;
    if ((key.empty() && !has_change) || !isGood(key, 1024))
        return breach(scope, "a notice without a good key", FERRY_ERROR_MALFORMED);
    if (has_change && notice->change.size > 1U << 20U)
        return breach(scope, "a notice with a change of more than 1 MiB", FERRY_ERROR_LIMIT);
    scope.outcome.notices.push_back(std::move(key));
    if (!has_change) return FERRY_OK;
    scope.outcome.changes.push_back(copy(notice->change));
    scope.outcome.hints.push_back(copy(notice->hint));
    return FERRY_OK;
}

ferry_status takeReply(const ferry_sink* sink, const ferry_webhook_reply* reply) noexcept {
    of(sink).outcome.replies.push_back({reply->status, copy(reply->body), copy(reply->headers)});
    return FERRY_OK;
}

void keepObject(const ferry_object& object, AbiIndexOp& taken) {
    taken.has_object = true;
    taken.type = object.type;
    const std::pair<const char*, ferry_str> texts[] = {
        {"object_id", object.object_id},
        {"path_key", object.path_key},
        {"path", object.path},
        {"name", object.name},
        {"revision", object.revision},
        {"content_hash", object.content_hash},
        {"modified_by", object.modified_by}};
    for (const auto& [name, text] : texts)
        if (text.size > 0) taken.texts.emplace_back(name, copy(text));
    taken.size = object.size;
    taken.created_ms = object.created_ms;
    taken.modified_ms = object.modified_ms;
    taken.client_modified_ms = object.client_modified_ms;
}

AbiIndexOp indexOpOf(const ferry_index_op& op) {
    AbiIndexOp taken;
    taken.change = op.change_index;
    taken.action = op.action;
    taken.flags = op.flags;
    if (op.object != nullptr) keepObject(*op.object, taken);
    return taken;
}

ferry_status takeObject(const ferry_sink* sink, const ferry_object* object) noexcept {
    CallScope& scope = of(sink);
    if (scope.outcome.has_objects_end)
        return breach(scope, "an object after the end", FERRY_ERROR_INVALID);
    AbiIndexOp taken;
    keepObject(*object, taken);
    for (const auto& [field, value] : taken.texts)
        if (!isGood(value, field.starts_with("path") ? 32u << 10 : field == "name" ? 8192 : 1024))
            return breach(scope, "a text out of bounds", FERRY_ERROR_MALFORMED);
    scope.outcome.objects.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeObjectsEnd(const ferry_sink* sink, ferry_str next_cursor) noexcept {
    CallScope& scope = of(sink);
    if (scope.outcome.has_objects_end)
        return breach(scope, "a second end of the objects", FERRY_ERROR_INVALID);
    scope.outcome.has_objects_end = true;
    scope.outcome.next_cursor = copy(next_cursor);
    return FERRY_OK;
}

ferry_status takeStorage(const ferry_sink* sink, const ferry_storage* storage) noexcept {
    CallScope& scope = of(sink);
    if (!scope.outcome.storages.empty())
        return breach(scope, "a second storage", FERRY_ERROR_INVALID);
    if (storage->used < 0 || storage->total < -1)
        return breach(scope, "a negative storage", FERRY_ERROR_MALFORMED);
    scope.outcome.storages.emplace_back(storage->used, storage->total);
    return FERRY_OK;
}

ferry_status takeLink(const ferry_sink* sink, const ferry_link* link) noexcept {
    CallScope& scope = of(sink);
    if (!scope.outcome.links.empty()) return breach(scope, "a second link", FERRY_ERROR_INVALID);
    scope.outcome.links.emplace_back(copy(link->url), link->expires_ms);
    return FERRY_OK;
}

ferry_status takeSubscription(
    const ferry_sink* sink, const ferry_subscription* subscription
) noexcept {
    CallScope& scope = of(sink);
    if (!scope.outcome.subscriptions.empty())
        return breach(scope, "a second subscription", FERRY_ERROR_INVALID);
    AbiSubscription taken{
        copy(subscription->state), subscription->expires_at_ms, copy(subscription->secret)};
    if (taken.state.empty() || !isGood(taken.state, 8192) || !isGood(taken.secret, 8192))
        return breach(scope, "a subscription out of bounds", FERRY_ERROR_MALFORMED);
    scope.outcome.subscriptions.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeIndexOp(const ferry_sink* sink, const ferry_index_op* op) noexcept {
    CallScope& scope = of(sink);
    AbiIndexOp taken = indexOpOf(*op);
    if (taken.change >= scope.changes_in)
        return breach(scope, "an operation for no change", FERRY_ERROR_INVALID);
    const auto has = [&](const char* name) {
        for (const auto& [field, value] : taken.texts)
            if (field == name) return true;
        return false;
    };
    const bool is_upsert = taken.action == FERRY_INDEX_UPSERT_FILE ||
                           taken.action == FERRY_INDEX_UPSERT_FOLDER ||
                           taken.action == FERRY_INDEX_UPSERT_OTHER;
    if (taken.action < FERRY_INDEX_IGNORE || taken.action > FERRY_INDEX_UPSERT_OTHER ||
        (is_upsert && !has("object_id")) ||
        (taken.action == FERRY_INDEX_REMOVE && !has("object_id") && !has("path_key")))
        return breach(scope, "an operation that means nothing", FERRY_ERROR_MALFORMED);
    for (const auto& [field, value] : taken.texts)
        if (!isGood(value, field.starts_with("path") ? 32u << 10 : field == "name" ? 8192 : 1024))
            return breach(scope, "a text out of bounds", FERRY_ERROR_MALFORMED);
    scope.outcome.index_ops.push_back(std::move(taken));
    return FERRY_OK;
}

ferry_status takeEvent(const ferry_sink* sink, const ferry_event*) noexcept {
    return breach(of(sink), "an event", FERRY_ERROR_INVALID);
}

ferry_status takeReject(const ferry_sink* sink, const ferry_reject* reject) noexcept {
    CallScope& scope = of(sink);
    if (reject->change_index >= scope.changes_in || reject->status >= 0)
        return breach(scope, "a rejection of nothing", FERRY_ERROR_INVALID);
    if (reject->change_index < scope.last_change)
        return breach(scope, "changes out of order", FERRY_ERROR_INVALID);
    scope.last_change = reject->change_index;
    scope.outcome.rejects.push_back({reject->change_index, reject->status, copy(reject->message)});
    return FERRY_OK;
}

ferry_bool isCancelled(const ferry_call* call) noexcept {
    return of(call).host.is_cancelled ? 1 : 0;
}

void fail(
    const ferry_call* call, ferry_status status, std::int64_t retry_after_ms, ferry_str message
) noexcept {
    AbiOutcome& outcome = of(call).outcome;
    outcome.failed_as = status;
    outcome.retry_after_ms = retry_after_ms;
    outcome.message = copy(message);
}

}  // namespace

CallScope::CallScope(const AbiPlugin& plugin, AbiOutcome& to) : host(plugin), outcome(to) {
    call = {sizeof call, 0, this, plugin.now_ms, 0, {"test", 4}, {"trace", 5}, isCancelled, fail};
    sink = {
        sizeof sink,
        0,
        this,
        takeRequest,
        takeText,
        takeTokens,
        takeIdentity,
        takeChange,
        takePage,
        takeNotice,
        takeReply,
        takeIndexOp,
        takeEvent,
        takeReject,
        takeObject,
        takeObjectsEnd,
        takeStorage,
        takeLink,
        takeSubscription};
}

}  // namespace ferry::test
