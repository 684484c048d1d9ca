#include "plugin_check/hook_tables.h"

namespace ferry::plugin_check {
namespace {

/// The tables of a plugin, each NULL if it has none.
struct Tables {
    explicit Tables(const ferry_module& module)
        : auth(static_cast<const ferry_auth_1*>(module.get_extension(FERRY_EXT_AUTH))),
          webhook(static_cast<const ferry_webhook_1*>(module.get_extension(FERRY_EXT_WEBHOOK))),
          changes(static_cast<const ferry_changes_1*>(module.get_extension(FERRY_EXT_CHANGES))),
          normalize(static_cast<const ferry_normalize_1*>(module.get_extension(FERRY_EXT_NORMALIZE))
          ),
          documents(static_cast<const ferry_documents_1*>(module.get_extension(FERRY_EXT_DOCUMENTS))
          ),
          subscription(
              static_cast<const ferry_subscription_1*>(module.get_extension(FERRY_EXT_SUBSCRIPTION))
          ) {}

    const ferry_auth_1* auth;
    const ferry_webhook_1* webhook;
    const ferry_changes_1* changes;
    const ferry_normalize_1* normalize;
    const ferry_documents_1* documents;
    const ferry_subscription_1* subscription;
};

#define FERRY_SLOT_IN(table, type, slot) \
    ((table) != nullptr && FERRY_HAS(table, type, slot) && (table)->slot != nullptr)

}  // namespace

bool hasHook(const ferry_module& module, PureHook hook) {
    const Tables tables(module);
    switch (hook) {
        case PureHook::AuthorizeUrl:
            return FERRY_SLOT_IN(tables.auth, ferry_auth_1, authorize_url);
        case PureHook::VerifyChallenge:
            return FERRY_SLOT_IN(tables.webhook, ferry_webhook_1, verify_challenge);
        case PureHook::VerifySignature:
            return FERRY_SLOT_IN(tables.webhook, ferry_webhook_1, verify_signature);
        case PureHook::ParseNotification:
            return FERRY_SLOT_IN(tables.webhook, ferry_webhook_1, parse_notification);
        case PureHook::Normalize:
            return FERRY_SLOT_IN(tables.normalize, ferry_normalize_1, normalize);
    }
    return false;
}

bool hasHook(const ferry_module& module, OperationHook hook) {
    const Tables tables(module);
    switch (hook) {
        case OperationHook::ExchangeCode:
            return FERRY_SLOT_IN(tables.auth, ferry_auth_1, exchange_start);
        case OperationHook::Refresh:
            return FERRY_SLOT_IN(tables.auth, ferry_auth_1, refresh_start);
        case OperationHook::Revoke:
            return FERRY_SLOT_IN(tables.auth, ferry_auth_1, revoke_start);
        case OperationHook::Verify:
            return FERRY_SLOT_IN(tables.auth, ferry_auth_1, verify_start);
        case OperationHook::Fetch:
            return FERRY_SLOT_IN(tables.changes, ferry_changes_1, fetch_start);
        case OperationHook::InitialCursor:
            return FERRY_SLOT_IN(tables.changes, ferry_changes_1, initial_cursor_start);
        case OperationHook::DocumentMetadata:
            return FERRY_SLOT_IN(tables.documents, ferry_documents_1, metadata_start);
        case OperationHook::ListDocuments:
            return FERRY_SLOT_IN(tables.documents, ferry_documents_1, list_start);
        case OperationHook::SearchDocuments:
            return FERRY_SLOT_IN(tables.documents, ferry_documents_1, search_start);
        case OperationHook::DownloadDocument:
            return FERRY_SLOT_IN(tables.documents, ferry_documents_1, download_start);
        case OperationHook::ListRevisions:
            return FERRY_SLOT_IN(tables.documents, ferry_documents_1, revisions_start);
        case OperationHook::StorageUsage:
            return FERRY_SLOT_IN(tables.documents, ferry_documents_1, storage_start);
        case OperationHook::DocumentLink:
            return FERRY_SLOT_IN(tables.documents, ferry_documents_1, link_start);
        case OperationHook::Subscribe:
            return FERRY_SLOT_IN(tables.subscription, ferry_subscription_1, subscribe_start);
        case OperationHook::Unsubscribe:
            return FERRY_SLOT_IN(tables.subscription, ferry_subscription_1, unsubscribe_start);
    }
    return false;
}

ferry_status callPure(
    const ferry_module& module,
    void* self,
    PureHook hook,
    const Inputs& inputs,
    Lender& lender,
    const ferry_call& call,
    const ferry_sink& sink
) {
    const Tables tables(module);
    const ferry_call* lent_call = lender.call(call);
    const ferry_sink* lent_sink = lender.sink(sink);
    if (hook == PureHook::AuthorizeUrl || hook == PureHook::Normalize) {
        const ferry_account* account = lender.account(inputs.account);
        const bool is_url = hook == PureHook::AuthorizeUrl;
        const auto* request = is_url ? lender.authorize(inputs.authorize) : nullptr;
        const ferry_changes changes = is_url ? ferry_changes{} : lender.changes(inputs.changes);
        lender.ready();
        if (is_url) return tables.auth->authorize_url(self, lent_call, account, request, lent_sink);
        return tables.normalize->normalize(self, lent_call, account, changes, lent_sink);
    }
    const ferry_webhook_request* webhook = lender.webhook(inputs.webhook);
    const ferry_fields secrets = lender.fields(inputs.secrets);
    lender.ready();
    if (hook == PureHook::VerifyChallenge)
        return tables.webhook->verify_challenge(self, lent_call, webhook, secrets, lent_sink);
    if (hook == PureHook::VerifySignature)
        return tables.webhook->verify_signature(self, lent_call, webhook, secrets);
    return tables.webhook->parse_notification(self, lent_call, webhook, lent_sink);
}

ferry_status startOperation(
    const ferry_module& module,
    void* self,
    OperationHook hook,
    const Inputs& inputs,
    Lender& lender,
    const ferry_call& call,
    ferry_operation** op
) {
    const Tables tables(module);
    const ferry_call* lent = lender.call(call);
    const ferry_account* account = lender.account(inputs.account);
    const ferry_token_set* tokens = lender.tokens(inputs.tokens);
    // Each calls its slot once all that it takes is lent.
    const auto start = [&](auto slot, const auto*... arguments) {
        lender.ready();
        return slot(self, lent, account, arguments..., op);
    };
    switch (hook) {
        case OperationHook::ExchangeCode:
            return start(tables.auth->exchange_start, lender.exchange(inputs.exchange));
        case OperationHook::Refresh:
            return start(tables.auth->refresh_start, tokens);
        case OperationHook::Revoke:
            return start(tables.auth->revoke_start, tokens);
        case OperationHook::Verify:
            return start(tables.auth->verify_start, tokens);
        case OperationHook::Fetch:
            return start(tables.changes->fetch_start, tokens, lender.fetch(inputs.fetch));
        case OperationHook::InitialCursor:
            return start(tables.changes->initial_cursor_start, tokens);
        case OperationHook::DocumentMetadata:
            return start(
                tables.documents->metadata_start, tokens, lender.document(inputs.document)
            );
        case OperationHook::ListDocuments:
            return start(tables.documents->list_start, tokens, lender.list(inputs));
        case OperationHook::SearchDocuments:
            return start(tables.documents->search_start, tokens, lender.search(inputs));
        case OperationHook::DownloadDocument:
            return start(tables.documents->download_start, tokens, lender.download(inputs));
        case OperationHook::ListRevisions:
            return start(tables.documents->revisions_start, tokens, lender.revisions(inputs));
        case OperationHook::StorageUsage:
            return start(tables.documents->storage_start, tokens);
        case OperationHook::DocumentLink:
            return start(tables.documents->link_start, tokens, lender.document(inputs.document));
        case OperationHook::Subscribe:
            return start(
                tables.subscription->subscribe_start, tokens, lender.subscribe(inputs.subscribe)
            );
        case OperationHook::Unsubscribe:
            return start(
                tables.subscription->unsubscribe_start, tokens, lender.subscribe(inputs.subscribe)
            );
    }
    return FERRY_ERROR_UNSUPPORTED;
}

}  // namespace ferry::plugin_check
