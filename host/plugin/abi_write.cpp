#include "plugin/abi_write.h"

namespace ferry::plugin {

AbiFields::AbiFields(const Fields& from) {
    fields_.reserve(from.size());
    for (const Field& field : from)
        fields_.push_back({sizeof(ferry_field), 0, toStr(field.name), toStr(field.value)});
}

AbiFields::AbiFields(const std::vector<FieldView>& from) {
    fields_.reserve(from.size());
    for (const FieldView& field : from)
        fields_.push_back({sizeof(ferry_field), 0, toStr(field.name), toStr(field.value)});
}

AbiAccount::AbiAccount(const Account& from)
    : configuration_(from.configuration), base_urls_(from.base_urls) {
    account_.struct_size = sizeof account_;
    account_.account_id = toStr(from.account_id);
    account_.account_state = toStr(from.account_state);
    account_.configuration = configuration_.abi();
    account_.base_urls = base_urls_.abi();
}

AbiWebhookRequest::AbiWebhookRequest(const WebhookRequest& from) : headers_(from.headers) {
    request_.struct_size = sizeof request_;
    request_.method = toStr(from.method);
    request_.path = toStr(from.path);
    request_.query = toStr(from.query);
    request_.headers = headers_.abi();
    request_.body = toBytes(from.body);
}

AbiHttpResponse::AbiHttpResponse(const HttpResponse& from) : headers_(from.headers) {
    response_.struct_size = sizeof response_;
    response_.flags = from.is_body_streamed ? FERRY_HTTP_BODY_STREAMED : 0;
    response_.status = from.status;
    response_.transport_error = static_cast<ferry_transport_error>(from.transport_error);
    response_.headers = headers_.abi();
    response_.body = toBytes(from.body);
}

ferry_token_set toAbi(const TokenSet& from) {
    ferry_token_set tokens{};
    tokens.struct_size = sizeof tokens;
    tokens.access_token = toStr(from.access_token.reveal());
    tokens.refresh_token = toStr(from.refresh_token.reveal());
    tokens.token_type = toStr(from.token_type);
    tokens.expires_at_ms = from.expires_at ? toEpochMilliseconds(*from.expires_at) : 0;
    tokens.scope = toStr(from.scope);
    tokens.account_id = toStr(from.account_id);
    tokens.extra = toStr(from.extra.reveal());
    return tokens;
}

ferry_code_exchange toAbi(const CodeExchange& from) {
    ferry_code_exchange exchange{};
    exchange.struct_size = sizeof exchange;
    exchange.code = toStr(from.code.reveal());
    exchange.redirect_uri = toStr(from.redirect_uri);
    exchange.code_verifier = toStr(from.code_verifier.reveal());
    return exchange;
}

ferry_fetch toAbi(const FetchRequest& from) {
    ferry_fetch fetch{};
    fetch.struct_size = sizeof fetch;
    fetch.mode = static_cast<ferry_fetch_mode>(from.mode);
    fetch.cursor = toStr(from.cursor);
    fetch.limit = from.limit;
    return fetch;
}

ferry_document_ref toAbi(const DocumentRef& from) {
    ferry_document_ref ref{};
    ref.struct_size = sizeof ref;
    ref.object_id = toStr(from.object_id);
    ref.path = toStr(from.path);
    return ref;
}

}  // namespace ferry::plugin
