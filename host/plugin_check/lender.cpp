#include "plugin_check/lender.h"

#include <cstddef>

namespace ferry::plugin_check {

ferry_str Lender::text(std::string_view from) {
    if (from.empty() && lending_.has_null_empties) return {nullptr, 0};
    return {arena_.copy(from), from.size()};
}

ferry_bytes Lender::bytes(std::string_view from) {
    const ferry_str lent = text(from);
    return {reinterpret_cast<const std::uint8_t*>(lent.data), lent.size};
}

ferry_fields Lender::fields(const plugin::Fields& from) {
    const std::size_t stride = sizeof(ferry_field) + lending_.extra_bytes;
    if (from.empty() && lending_.has_null_empties) return {nullptr, stride, 0};
    auto* first = records<ferry_field>(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
        at(first, i).name = text(from[i].name);
        at(first, i).value = text(from[i].value);
    }
    return {first, stride, from.size()};
}

ferry_strings Lender::strings(const std::vector<std::string>& from) {
    // A frozen record has no size of its own; the stride of the array may be larger all the same.
    const std::size_t stride = sizeof(ferry_str) + lending_.extra_bytes;
    auto* bytes = static_cast<char*>(arena_.place(stride * from.size(), alignof(ferry_str)));
    for (std::size_t i = 0; i < from.size(); ++i) {
        const ferry_str lent = text(from[i]);
        std::memcpy(bytes + i * stride, &lent, sizeof lent);
        std::memset(bytes + i * stride + sizeof lent, kLaterField, lending_.extra_bytes);
    }
    return {reinterpret_cast<const ferry_str*>(bytes), stride, from.size()};
}

ferry_changes Lender::changes(const std::vector<std::string>& from) {
    auto* first = records<ferry_change>(from.size());
    for (std::size_t i = 0; i < from.size(); ++i)
        at(first, i).raw = bytes(from[i]);
    return {first, sizeof(ferry_change) + lending_.extra_bytes, from.size()};
}

const ferry_account* Lender::account(const plugin::Account& from) {
    auto* lent = record<ferry_account>();
    lent->account_id = text(from.account_id);
    lent->account_state = text(from.account_state);
    lent->configuration = fields(from.configuration);
    lent->base_urls = fields(from.base_urls);
    return lent;
}

const ferry_token_set* Lender::tokens(const plugin::TokenSet& from) {
    auto* lent = record<ferry_token_set>();
    lent->access_token = text(from.access_token.reveal());
    lent->refresh_token = text(from.refresh_token.reveal());
    lent->token_type = text(from.token_type);
    lent->expires_at_ms = from.expires_at ? toEpochMilliseconds(*from.expires_at) : 0;
    lent->scope = text(from.scope);
    lent->account_id = text(from.account_id);
    lent->extra = text(from.extra.reveal());
    return lent;
}

const ferry_authorize_request* Lender::authorize(const plugin::AuthorizeRequest& from) {
    auto* lent = record<ferry_authorize_request>();
    lent->redirect_uri = text(from.redirect_uri);
    lent->state = text(from.state);
    lent->scopes = strings(from.scopes);
    lent->code_challenge = text(from.code_challenge);
    lent->extras = fields(from.extras);
    return lent;
}

const ferry_code_exchange* Lender::exchange(const plugin::CodeExchange& from) {
    auto* lent = record<ferry_code_exchange>();
    lent->code = text(from.code.reveal());
    lent->redirect_uri = text(from.redirect_uri);
    lent->code_verifier = text(from.code_verifier.reveal());
    return lent;
}

const ferry_fetch* Lender::fetch(const plugin::FetchRequest& from) {
    auto* lent = record<ferry_fetch>();
    lent->mode = static_cast<ferry_fetch_mode>(from.mode);
    lent->cursor = text(from.cursor);
    lent->limit = from.limit;
    return lent;
}

const ferry_document_ref* Lender::document(const plugin::DocumentRef& from) {
    auto* lent = record<ferry_document_ref>();
    lent->object_id = text(from.object_id);
    lent->path = text(from.path);
    return lent;
}

const ferry_document_list* Lender::list(const Inputs& from) {
    auto* lent = record<ferry_document_list>();
    lent->folder = document(from.document);
    lent->cursor = text(from.cursor);
    return lent;
}

const ferry_document_search* Lender::search(const Inputs& from) {
    auto* lent = record<ferry_document_search>();
    lent->folder = document(from.document);
    lent->text = text(from.text);
    lent->cursor = text(from.cursor);
    return lent;
}

const ferry_document_download* Lender::download(const Inputs& from) {
    auto* lent = record<ferry_document_download>();
    lent->file = document(from.document);
    lent->range = text(from.range);
    return lent;
}

const ferry_document_revisions* Lender::revisions(const Inputs& from) {
    auto* lent = record<ferry_document_revisions>();
    lent->file = document(from.document);
    lent->cursor = text(from.cursor);
    return lent;
}

const ferry_subscribe* Lender::subscribe(const plugin::Subscribe& from) {
    auto* lent = record<ferry_subscribe>();
    lent->callback_url = text(from.callback_url);
    lent->secret = text(from.secret.reveal());
    lent->nonce = text(from.nonce);
    lent->state = text(from.state.reveal());
    return lent;
}

const ferry_webhook_request* Lender::webhook(const OwnedWebhook& from) {
    auto* lent = record<ferry_webhook_request>();
    lent->method = text(from.method);
    lent->path = text(from.path);
    lent->query = text(from.query);
    lent->headers = fields(from.headers);
    lent->body = bytes(from.body);
    return lent;
}

const ferry_http_response* Lender::response(const plugin::HttpResponse& from) {
    auto* lent = record<ferry_http_response>();
    lent->flags = from.is_body_streamed ? FERRY_HTTP_BODY_STREAMED : 0;
    lent->status = from.status;
    lent->transport_error = static_cast<ferry_transport_error>(from.transport_error);
    lent->headers = fields(from.headers);
    lent->body = bytes(from.is_body_streamed ? "" : std::string_view(from.body));
    return lent;
}

const ferry_setup* Lender::setup(std::string_view connector) {
    auto* lent = record<ferry_setup>();
    lent->connector = text(connector);
    lent->settings = fields({});
    return lent;
}

template <typename Record>
const Record* Lender::copyOf(const Record& from, std::size_t size) {
    const std::size_t total = size + lending_.extra_bytes;
    auto* bytes = static_cast<char*>(arena_.place(total, alignof(Record)));
    std::memcpy(bytes, &from, size);
    std::memset(bytes + size, kLaterField, lending_.extra_bytes);
    const auto struct_size = static_cast<std::uint32_t>(total);
    std::memcpy(bytes, &struct_size, sizeof struct_size);
    return reinterpret_cast<const Record*>(bytes);
}

const ferry_call* Lender::call(const ferry_call& from) {
    ferry_call lent = from;
    lent.account = text({from.account.data, from.account.size});
    lent.trace_id = text({from.trace_id.data, from.trace_id.size});
    return copyOf(lent, sizeof lent);
}

const ferry_sink* Lender::sink(const ferry_sink& from) {
    // Outputs of documents came with 1.1.
    const bool is_first = lending_.abi_minor == 0;
    return copyOf(from, is_first ? offsetof(ferry_sink, object) : sizeof from);
}

const ferry_host* Lender::host(const ferry_host& from) {
    ferry_host lent = from;
    lent.name = text({from.name.data, from.name.size});
    lent.version = text({from.version.data, from.version.size});
    return copyOf(lent, sizeof lent);
}

}  // namespace ferry::plugin_check
