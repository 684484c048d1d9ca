// Of provider_convert.h what operations end with.

#include "plugin/provider_convert.h"

#include <utility>

namespace ferry::plugin {

pipeline::OperationResult toResult(TokenSet tokens) {
    ferry::TokenSet set;
    set.access_token = std::move(tokens.access_token);
    set.refresh_token = std::move(tokens.refresh_token);
    set.expires_at = tokens.expires_at;
    set.scope = std::move(tokens.scope);
    set.account_id = std::move(tokens.account_id);
    pipeline::OperationResult result;
    result.tokens = std::move(set);
    return result;
}

pipeline::OperationResult toResult(Identity identity) {
    pipeline::OperationResult result;
    result.identity = AccountIdentity{
        std::move(identity.account_id),
        std::move(identity.label),
        std::move(identity.account_state)};
    return result;
}

pipeline::OperationResult toResult(Page page) {
    pipeline::OperationResult result;
    result.page = pipeline::ChangePage{
        std::move(page.changes),
        std::move(page.next_cursor),
        page.has_more,
        std::move(page.hints),
        page.lists_next};
    return result;
}

pipeline::OperationResult toResult(Document document) {
    pipeline::OperationResult result;
    result.document = toIndexed(std::move(document.object));
    return result;
}

pipeline::OperationResult toResult(DocumentPage page) {
    pipeline::OperationResult result;
    result.documents.emplace();
    for (Object& object : page.objects)
        result.documents->documents.push_back(toIndexed(std::move(object)));
    result.documents->next_cursor = std::move(page.next_cursor);
    return result;
}

pipeline::OperationResult toResult(Download download) {
    return toResult(Document{std::move(download.object)});
}

pipeline::OperationResult toResult(const Storage& storage) {
    pipeline::OperationResult result;
    result.storage = pipeline::StorageUsage{storage.used, storage.total};
    return result;
}

pipeline::OperationResult toResult(Link link) {
    pipeline::OperationResult result;
    result.link = pipeline::DocumentLink{std::move(link.url), link.expires_at};
    return result;
}

pipeline::OperationResult toResult(Registration registration) {
    pipeline::OperationResult result;
    result.registration = pipeline::WebhookRegistration{
        std::string(registration.state.reveal()),
        registration.expires_at,
        std::move(registration.secret)};
    return result;
}

pipeline::OperationResult toResult(Done) {
    return {};
}

}  // namespace ferry::plugin
