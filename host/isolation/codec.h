#pragma once
// What crosses between the hub and a plugin's process: the values of pipeline/stages.h and what
// belongs to them. `require` says what the flow relies on, as the checks of the ABI do for a plugin
// in the hub's own process: whoever made a frame may be under the control of somebody else.

#include "isolation/frame.h"
#include "isolation/values.h"
#include "pipeline/documents.h"
#include "pipeline/stages.h"
#include "pipeline/subscriptions.h"
#include "plugin/plugin_instance.h"
#include "plugin/plugin_log.h"
#include "plugin/plugin_provider.h"

namespace ferry::isolation {

// ---- Calls: from the hub.

void fields(auto& archive, Is<pipeline::ProviderAccount> auto& account) {
    archive(account.account_id, account.account_state, account.configuration, account.base_urls);
}
void fields(auto& archive, Is<pipeline::AuthorizeUrlRequest> auto& request) {
    archive(request.redirect_uri, request.state, request.scope, request.code_challenge);
}
void fields(auto& archive, Is<pipeline::CodeExchangeRequest> auto& request) {
    archive(request.code, request.redirect_uri, request.code_verifier);
}
void fields(auto& archive, Is<pipeline::FetchRequest> auto& request) {
    archive(request.cursor, request.phase, request.limit);
}
void fields(auto& archive, Is<pipeline::DocumentRef> auto& ref) {
    archive(ref.object_id, ref.path);
}
void fields(auto& archive, Is<pipeline::DocumentListRequest> auto& request) {
    archive(request.folder, request.cursor, request.limit);
}
void fields(auto& archive, Is<pipeline::DocumentSearchRequest> auto& request) {
    archive(request.folder, request.text, request.cursor, request.limit);
}
void fields(auto& archive, Is<pipeline::DocumentDownloadRequest> auto& request) {
    archive(request.file, request.range);
}
void fields(auto& archive, Is<pipeline::DocumentRevisionsRequest> auto& request) {
    archive(request.file, request.cursor, request.limit);
}
void fields(auto& archive, Is<pipeline::SubscriptionRequest> auto& request) {
    archive(request.callback_url, request.secret, request.nonce, request.state);
}
/// What a plugin is shown of it.
void fields(auto& archive, Is<http::Request> auto& request) {
    archive(request.method, request.path, request.query, request.headers, Bytes(request.body));
}
void fields(auto& archive, Is<http::OutboundResponse> auto& response) {
    archive(response.status, response.error, response.headers, Bytes(response.body));
    archive(response.is_body_streamed);
}
void fields(auto& archive, Is<plugin::Field> auto& field) {
    archive(field.name, field.value);
}
void fields(auto& archive, Is<plugin::Setup> auto& setup) {
    archive(setup.connector, setup.settings);
}
void fields(auto& archive, Is<pipeline::RequestRate> auto& rate) {
    archive(rate.requests, rate.period);
}
void fields(auto& archive, Is<pipeline::PollingOptions> auto& polling) {
    archive(polling.interval_min, polling.interval_max, polling.rate, polling.can_list);
    archive(polling.is_default, polling.lists_by_number);
}
void fields(auto& archive, Is<pipeline::ProviderOptions> auto& options) {
    archive(options.base_urls, options.poll_interval, options.expiry_margin, options.uses_pkce);
    archive(options.default_scope, options.signs_challenges, options.uses_client_credentials);
    archive(options.feed, options.polling);
}
void fields(auto& archive, Is<plugin::ProviderDescription> auto& description) {
    archive(description.key, description.hub, description.options, description.egress);
    archive(description.registers_webhooks);
}

// ---- Answers: from the plugin's process.

void fields(auto& archive, Is<IndexedObject> auto& object) {
    archive(object.object_id, object.path_key, object.path, object.name, object.kind);
    archive(object.revision, object.content_hash, object.size, object.modified_ms);
    archive(object.created_ms, object.modified_by, object.object_type);
    archive.require(!object.object_id.empty(), "an object has no id");
    archive.require(object.size >= -1, "a size is negative");
    archive.require(
        isTimeInRange(object.modified_ms) && isTimeInRange(object.created_ms),
        "a time is out of range"
    );
    archive.require(plugin::isTypeName(object.object_type), "an object's type is no name");
}
void fields(auto& archive, Is<UpsertObject> auto& change) {
    archive(change.object, change.properties, change.existed);
}
void fields(auto& archive, Is<RemovePath> auto& change) {
    archive(change.path_key, change.path);
    archive.require(!change.path_key.empty(), "a removed path is empty");
}
void fields(auto& archive, Is<RemoveObject> auto& change) {
    archive(change.object_id);
    archive.require(!change.object_id.empty(), "a removed object has no id");
}
void fields(auto& archive, Is<DirectEvent> auto& event) {
    archive(event.type, event.object, event.previous_path, event.occurred_ms, event.is_restored);
    archive(event.properties);
    archive.require(isTimeInRange(event.occurred_ms), "a time is out of range");
}
void fields(auto& archive, Is<IgnoreChange> auto& change) {
    archive(change.reason);
}
void fields(auto& archive, Is<RejectChange> auto& change) {
    archive(change.reason);
    makePrintable(archive, change.reason);
}
/// Without the raw record, which the hub has.
void fields(auto& archive, Is<NormalizedChange> auto& change) {
    archive(change.action, change.is_further);
}

void fields(auto& archive, Is<TokenSet> auto& tokens) {
    archive(tokens.access_token, tokens.refresh_token, tokens.expires_at, tokens.scope);
    archive(tokens.account_id);
    archive.require(isExpiryInRange(tokens.expires_at), "a time is out of range");
}
void fields(auto& archive, Is<AccountIdentity> auto& identity) {
    archive(identity.account_id, identity.label, identity.account_state);
    archive.require(!identity.account_id.empty(), "an identity has no id");
}
void fields(auto& archive, Is<pipeline::ChangePage> auto& page) {
    archive(BytesList(page.changes));
    archive(page.next_cursor, page.has_more, page.hints, page.lists_next);
    archive.require(!page.next_cursor.empty(), "a page has no cursor");
    archive.require(
        page.hints.empty() || page.hints.size() == page.changes.size(),
        "a page has not one hint for each change"
    );
}
void fields(auto& archive, Is<pipeline::BroughtChange> auto& change) {
    archive(change.account, change.change_id, change.hint, Bytes(change.raw));
    archive.require(!change.raw.empty(), "a change is empty");
}
void fields(auto& archive, Is<pipeline::Notification> auto& notification) {
    archive(notification.accounts, notification.changes);
}
void fields(auto& archive, Is<pipeline::DocumentPage> auto& page) {
    archive(page.documents, page.next_cursor);
}
void fields(auto& archive, Is<pipeline::StorageUsage> auto& storage) {
    archive(storage.used, storage.total);
    archive.require(storage.used >= 0 && storage.total.value_or(0) >= 0, "storage is negative");
}
void fields(auto& archive, Is<pipeline::DocumentLink> auto& link) {
    archive(link.url, link.expires_at);
    archive.require(plugin::hasHttpScheme(link.url), "a link is neither http nor https");
    archive.require(isExpiryInRange(link.expires_at), "a time is out of range");
}
void fields(auto& archive, Is<pipeline::WebhookRegistration> auto& registration) {
    archive(registration.state, registration.expires_at, registration.secret);
    archive.require(!registration.state.empty(), "a registration has no state");
    archive.require(isExpiryInRange(registration.expires_at), "a time is out of range");
}
/// Without `requests`, which the hub counts.
void fields(auto& archive, Is<pipeline::OperationResult> auto& result) {
    archive(result.tokens, result.identity, result.page, result.document, result.documents);
    archive(result.storage, result.link, result.registration);
}
void fields(auto& archive, Is<http::Response> auto& response) {
    archive(response.status, response.content_type, response.headers, Bytes(response.body));
    archive.require(response.status >= 200 && response.status <= 599, "a status is out of range");
    archive.require(plugin::isHeaderValue(response.content_type), "a content type is none");
    archive.require(response.body.size() <= plugin::kReplyBodyBytesMax, "a reply is too long");
    requireHeaders(archive, response.headers);
}
void fields(auto& archive, Is<http::OutboundRequest> auto& request) {
    archive(request.method, request.url, request.headers, Bytes(request.body), request.timeout);
    archive(request.response_bytes_max);
    streamFlag(archive, request.stream);
    finishRequest(archive, request);
}
void fields(auto& archive, Is<plugin::LogLine> auto& line) {
    archive(line.level, line.plugin, line.account, line.trace_id, line.message, line.fields);
    archive(line.is_misbehaviour);
    makePrintable(archive, line.account);
    makePrintable(archive, line.trace_id);
    makePrintable(archive, line.message);
    for (auto& field : line.fields) {
        makePrintable(archive, field.name);
        makePrintable(archive, field.value);
    }
}

template <typename T>
void writeResult(FrameWriter& writer, const Result<T>& result) {
    writer(result.has_value());
    if (!result) return writeError(writer, result.error());
    if constexpr (!std::is_void_v<T>) writer(*result);
}

/// Nothing if the frame has no such result; the reader says why.
template <typename T>
std::optional<Result<T>> readResult(FrameReader& reader) {
    bool is_good = false;
    if (!reader(is_good)) return std::nullopt;
    std::optional<Result<T>> result;
    if (!is_good) {
        Error error = readError(reader);
        if (reader.isDone()) result.emplace(fail(std::move(error)));
    } else if constexpr (std::is_void_v<T>) {
        if (reader.isDone()) result.emplace();
    } else {
        T value{};
        if (reader(value) && reader.isDone()) result.emplace(std::move(value));
    }
    if (!result) reader.refuse("something is left in the frame");
    return result;
}

}  // namespace ferry::isolation
