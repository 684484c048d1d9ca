#pragma once
// From a plugin class to the tables of the ABI: one noexcept trampoline for each hook, all through
// the one guard; the tables are constants, so loading a plugin runs no code of it.

#include <ferry/adapter_operations.hpp>

#include <memory>
#include <string_view>
#include <type_traits>

namespace ferry::sdk::detail {

template <typename P>
class Adapter {
    static_assert(std::is_base_of_v<Plugin, P>, "derive the plugin from ferry::sdk::Plugin");
    static_assert(checkHooks<P>());

    using Hooks = OperationHooks<P>;
    using Self = typename Hooks::Self;
    static const Self& of(void* self) noexcept { return Hooks::of(self); }

    // ---- module

    static ferry_status create(
        const ferry_host* host, const ferry_call* call, const ferry_setup* setup, void** self
    ) noexcept {
        return guard(call, [&] {
            *self = std::make_unique<Self>(host, SetupView(*setup)).release();
            return FERRY_OK;
        });
    }
    static void destroy(void* self) noexcept { std::unique_ptr<Self>(static_cast<Self*>(self)); }

    static ferry_status advance(
        void*,
        ferry_operation* op,
        const ferry_call* call,
        const ferry_http_response* response,
        const ferry_sink* sink
    ) noexcept {
        return guard(call, [&] {
            return OperationBase::fromAbi(op)->advance(call, response, sink);
        });
    }
    static void drop(void*, ferry_operation* op) noexcept {
        std::unique_ptr<OperationBase>(OperationBase::fromAbi(op));
    }

    // ---- pure hooks

    static ferry_status authorizeUrl(
        void* self,
        const ferry_call* call,
        const ferry_account* account,
        const ferry_authorize_request* request,
        const ferry_sink* sink
    ) noexcept {
        return guard(call, [&] {
            const std::string url = of(self).plugin.authorizeUrl(
                Call(call, of(self).services), AccountView(*account), AuthorizeRequestView(*request)
            );
            require(sink->text(sink, toStr(url)), "the authorize url");
            return FERRY_OK;
        });
    }
    static ferry_status verifyChallenge(
        void* self,
        const ferry_call* call,
        const ferry_webhook_request* request,
        ferry_fields secrets,
        const ferry_sink* sink
    ) noexcept {
        return guard(call, [&]() -> ferry_status {
            const std::optional<Reply> reply = of(self).plugin.verifyChallenge(
                Call(call, of(self).services), WebhookRequestView(*request), FieldsView(secrets)
            );
            if (!reply) return FERRY_NO;
            require(reply->emit(sink), "the reply");
            return FERRY_YES;
        });
    }
    /// Fails closed: whatever is not a clear yes is a bad signature.
    static ferry_status verifySignature(
        void* self,
        const ferry_call* call,
        const ferry_webhook_request* request,
        ferry_fields secrets
    ) noexcept {
        const ferry_status status = guard(call, [&]() -> ferry_status {
            const bool is_good = of(self).plugin.verifySignature(
                Call(call, of(self).services), WebhookRequestView(*request), FieldsView(secrets)
            );
            return is_good ? FERRY_OK : FERRY_ERROR_BAD_SIGNATURE;
        });
        return status == FERRY_OK ? FERRY_OK : FERRY_ERROR_BAD_SIGNATURE;
    }
    static ferry_status parseNotification(
        void* self,
        const ferry_call* call,
        const ferry_webhook_request* request,
        const ferry_sink* sink
    ) noexcept {
        return guard(call, [&] {
            const std::vector<Notice> notices = of(self).plugin.parseNotification(
                Call(call, of(self).services), WebhookRequestView(*request)
            );
            for (const Notice& notice : notices) {
                const ferry_notice out{
                    sizeof(ferry_notice),
                    0,
                    toStr(notice.account_key),
                    toStr(notice.hint),
                    toBytes(notice.change),
                    toStr(notice.change_id)};
                require(sink->notice(sink, &out), "a notice");
            }
            return FERRY_OK;
        });
    }
    static ferry_status normalize(
        void* self,
        const ferry_call* call,
        const ferry_account* account,
        ferry_changes changes,
        const ferry_sink* sink
    ) noexcept {
        return guard(call, [&] {
            Normalizer out(sink);
            of(self).plugin.normalize(
                Call(call, of(self).services), AccountView(*account), ChangesView(changes), out
            );
            return FERRY_OK;
        });
    }

// The slot of a hook, or NULL if the class has none; the trampoline is not even compiled then.
#define FERRY_SLOT(Concept, table, slot, ...)             \
    static constexpr decltype(table::slot) slot##Slot() { \
        if constexpr (Has##Concept<P>)                    \
            return &__VA_ARGS__;                          \
        else                                              \
            return nullptr;                               \
    }
    FERRY_SLOT(AuthorizeUrl, ferry_auth_1, authorize_url, authorizeUrl)
    FERRY_SLOT(ExchangeCode, ferry_auth_1, exchange_start, Hooks::exchangeStart)
    FERRY_SLOT(Refresh, ferry_auth_1, refresh_start, Hooks::template tokenStart<TokenSet, Hooks::kRefresh>)
    FERRY_SLOT(Revoke, ferry_auth_1, revoke_start, Hooks::template tokenStart<void, Hooks::kRevoke>)
    FERRY_SLOT(Verify, ferry_auth_1, verify_start, Hooks::template tokenStart<Identity, Hooks::kVerify>)
    FERRY_SLOT(VerifyChallenge, ferry_webhook_1, verify_challenge, verifyChallenge)
    FERRY_SLOT(VerifySignature, ferry_webhook_1, verify_signature, verifySignature)
    FERRY_SLOT(ParseNotification, ferry_webhook_1, parse_notification, parseNotification)
    FERRY_SLOT(Fetch, ferry_changes_1, fetch_start, Hooks::template recordStart<Page, FetchRequest, ferry_fetch, Hooks::kFetch>)
    FERRY_SLOT(InitialCursor, ferry_changes_1, initial_cursor_start, Hooks::template tokenStart<std::string, Hooks::kInitialCursor>)
    FERRY_SLOT(Normalize, ferry_normalize_1, normalize, normalize)
    FERRY_SLOT(DocumentMetadata, ferry_documents_1, metadata_start, Hooks::template recordStart<Document, DocumentRef, ferry_document_ref, Hooks::kMetadata>)
    FERRY_SLOT(ListDocuments, ferry_documents_1, list_start, Hooks::template recordStart<DocumentPage, DocumentList, ferry_document_list, Hooks::kList>)
    FERRY_SLOT(SearchDocuments, ferry_documents_1, search_start, Hooks::template recordStart<DocumentPage, DocumentSearch, ferry_document_search, Hooks::kSearch>)
    FERRY_SLOT(DownloadDocument, ferry_documents_1, download_start, Hooks::template recordStart<Document, DocumentDownload, ferry_document_download, Hooks::kDownload>)
    FERRY_SLOT(ListRevisions, ferry_documents_1, revisions_start, Hooks::template recordStart<DocumentPage, DocumentRevisions, ferry_document_revisions, Hooks::kRevisions>)
    FERRY_SLOT(StorageUsage, ferry_documents_1, storage_start, Hooks::template tokenStart<Storage, Hooks::kStorage>)
    FERRY_SLOT(DocumentLink, ferry_documents_1, link_start, Hooks::template recordStart<Link, DocumentRef, ferry_document_ref, Hooks::kLink>)
    FERRY_SLOT(SubscribeWebhook, ferry_subscription_1, subscribe_start, Hooks::template recordStart<Subscription, Subscribe, ferry_subscribe, Hooks::kSubscribe>)
    FERRY_SLOT(UnsubscribeWebhook, ferry_subscription_1, unsubscribe_start, Hooks::template recordStart<void, Subscribe, ferry_subscribe, Hooks::kUnsubscribe>)
#undef FERRY_SLOT

    static constexpr ferry_auth_1 kAuth{
        sizeof(ferry_auth_1),
        0,
        authorize_urlSlot(),
        exchange_startSlot(),
        refresh_startSlot(),
        revoke_startSlot(),
        verify_startSlot()};
    static constexpr ferry_webhook_1 kWebhook{
        sizeof(ferry_webhook_1),
        0,
        verify_challengeSlot(),
        verify_signatureSlot(),
        parse_notificationSlot()};
    static constexpr ferry_changes_1 kChanges{
        sizeof(ferry_changes_1), 0, fetch_startSlot(), initial_cursor_startSlot()};
    static constexpr ferry_normalize_1 kNormalize{sizeof(ferry_normalize_1), 0, normalizeSlot()};

    static constexpr ferry_documents_1 kDocuments{
        sizeof(ferry_documents_1),
        0,
        metadata_startSlot(),
        list_startSlot(),
        search_startSlot(),
        download_startSlot(),
        revisions_startSlot(),
        storage_startSlot(),
        link_startSlot()};

    static constexpr ferry_subscription_1 kSubscription{
        sizeof(ferry_subscription_1), 0, subscribe_startSlot(), unsubscribe_startSlot()};
    static_assert(
        HasSubscribeWebhook<P> == HasUnsubscribeWebhook<P>,
        "what registers webhooks has to remove them: subscribe and unsubscribe belong together"
    );

    static constexpr bool kHasAuth =
        HasAuthorizeUrl<P> || HasExchangeCode<P> || HasRefresh<P> || HasRevoke<P> || HasVerify<P>;
    static constexpr bool kHasWebhook =
        HasVerifyChallenge<P> || HasVerifySignature<P> || HasParseNotification<P>;
    static constexpr bool kHasChanges = HasFetch<P> || HasInitialCursor<P>;

    static constexpr bool kHasDocuments =
        HasDocumentMetadata<P> || HasListDocuments<P> || HasSearchDocuments<P> ||
        HasDownloadDocument<P> || HasListRevisions<P> || HasStorageUsage<P> || HasDocumentLink<P>;

    static const void* getExtension(const char* id) noexcept {
        const std::string_view wanted(id);
        if (kHasAuth && wanted == FERRY_EXT_AUTH) return &kAuth;
        if (kHasWebhook && wanted == FERRY_EXT_WEBHOOK) return &kWebhook;
        if (kHasChanges && wanted == FERRY_EXT_CHANGES) return &kChanges;
        if (HasNormalize<P> && wanted == FERRY_EXT_NORMALIZE) return &kNormalize;
        if (kHasDocuments && wanted == FERRY_EXT_DOCUMENTS) return &kDocuments;
        if (HasSubscribeWebhook<P> && wanted == FERRY_EXT_SUBSCRIPTION) return &kSubscription;
        return nullptr;
    }

  public:
    static constexpr ferry_module module(std::string_view id, std::string_view version) noexcept {
        return {
            sizeof(ferry_module),
            FERRY_ABI_MAJOR,
            FERRY_ABI_TARGET,
            0,
            {id.data(), id.size()},
            {version.data(), version.size()},
            &create,
            &destroy,
            &getExtension,
            &advance,
            &drop,
            nullptr};
    }
};

}  // namespace ferry::sdk::detail
