#pragma once
// The hooks a plugin class may have, as concepts. A hook that is missing becomes a NULL slot at
// compile time; one with the right name and another signature is a compile error that shows the
// right one.

#include <ferry/documents.hpp>
#include <ferry/normalizer.hpp>
#include <ferry/records.hpp>
#include <ferry/subscriptions.hpp>
#include <ferry/task.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <vector>

namespace ferry::sdk {

/// Base of every plugin class. It has no hooks and no state: the host keeps all state, and a plugin
/// object may be used by many threads at once.
class Plugin {
  public:
    Plugin() = default;
};

namespace detail {

// FERRY_HOOK(Concept, name, signature, expression type): the concept Has<Concept>, and the check
// that a member of this name is that hook.
#define FERRY_HOOK(Concept, method, result, signature, parameters, arguments)        \
    template <typename P>                                                            \
    concept Has##Concept =                                                           \
        requires parameters                                                          \
    {                                                                                \
        {                                                                            \
            plugin.method arguments                                                  \
        } -> std::same_as<result>;                                                   \
    };                                                                               \
    template <typename P>                                                            \
    consteval bool check##Concept() {                                                \
        constexpr bool has_name = requires { &P::method; };                          \
        static_assert(!has_name || Has##Concept<P>, "the hook must be: " signature); \
        return true;                                                                 \
    }

FERRY_HOOK(
    AuthorizeUrl,
    authorizeUrl,
    std::string,
    "std::string authorizeUrl(const Call&, const AccountView&, const AuthorizeRequestView&) const",
    (const P& plugin,
     const Call& call,
     const AccountView& account,
     const AuthorizeRequestView& request),
    (call, account, request)
)
FERRY_HOOK(
    ExchangeCode,
    exchangeCode,
    Task<TokenSet>,
    "Task<TokenSet> exchangeCode(Context&, const AccountView&, const CodeExchange&) const",
    (const P& plugin, Context& context, const AccountView& account, const CodeExchange& exchange),
    (context, account, exchange)
)
FERRY_HOOK(
    Refresh,
    refresh,
    Task<TokenSet>,
    "Task<TokenSet> refresh(Context&, const AccountView&, const TokenSet&) const",
    (const P& plugin, Context& context, const AccountView& account, const TokenSet& tokens),
    (context, account, tokens)
)
FERRY_HOOK(
    Revoke,
    revoke,
    Task<void>,
    "Task<void> revoke(Context&, const AccountView&, const TokenSet&) const",
    (const P& plugin, Context& context, const AccountView& account, const TokenSet& tokens),
    (context, account, tokens)
)
FERRY_HOOK(
    Verify,
    verify,
    Task<Identity>,
    "Task<Identity> verify(Context&, const AccountView&, const TokenSet&) const",
    (const P& plugin, Context& context, const AccountView& account, const TokenSet& tokens),
    (context, account, tokens)
)
FERRY_HOOK(
    VerifyChallenge,
    verifyChallenge,
    std::optional<Reply>,
    "std::optional<Reply> verifyChallenge(const Call&, const WebhookRequestView&, const "
    "FieldsView& "
    "secrets) const",
    (const P& plugin, const Call& call, const WebhookRequestView& request, const FieldsView& secrets
    ),
    (call, request, secrets)
)
FERRY_HOOK(
    VerifySignature,
    verifySignature,
    bool,
    "bool verifySignature(const Call&, const WebhookRequestView&, const FieldsView& secrets) const",
    (const P& plugin, const Call& call, const WebhookRequestView& request, const FieldsView& secrets
    ),
    (call, request, secrets)
)
FERRY_HOOK(
    ParseNotification,
    parseNotification,
    std::vector<Notice>,
    "std::vector<Notice> parseNotification(const Call&, const WebhookRequestView&) const",
    (const P& plugin, const Call& call, const WebhookRequestView& request),
    (call, request)
)
FERRY_HOOK(
    Fetch,
    fetch,
    Task<Page>,
    "Task<Page> fetch(Context&, const AccountView&, const TokenSet&, const FetchRequest&) const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const FetchRequest& request),
    (context, account, tokens, request)
)
FERRY_HOOK(
    InitialCursor,
    initialCursor,
    Task<std::string>,
    "Task<std::string> initialCursor(Context&, const AccountView&, const TokenSet&) const",
    (const P& plugin, Context& context, const AccountView& account, const TokenSet& tokens),
    (context, account, tokens)
)
FERRY_HOOK(
    Normalize,
    normalize,
    void,
    "void normalize(const Call&, const AccountView&, const ChangesView&, Normalizer&) const",
    (const P& plugin,
     const Call& call,
     const AccountView& account,
     const ChangesView& changes,
     Normalizer& out),
    (call, account, changes, out)
)

FERRY_HOOK(
    DocumentMetadata,
    documentMetadata,
    Task<Document>,
    "Task<Document> documentMetadata(Context&, const AccountView&, const TokenSet&, const "
    "DocumentRef&) const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const DocumentRef& ref),
    (context, account, tokens, ref)
)
FERRY_HOOK(
    ListDocuments,
    listDocuments,
    Task<DocumentPage>,
    "Task<DocumentPage> listDocuments(Context&, const AccountView&, const TokenSet&, const "
    "DocumentList&) const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const DocumentList& list),
    (context, account, tokens, list)
)
FERRY_HOOK(
    SearchDocuments,
    searchDocuments,
    Task<DocumentPage>,
    "Task<DocumentPage> searchDocuments(Context&, const AccountView&, const TokenSet&, const "
    "DocumentSearch&) const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const DocumentSearch& search),
    (context, account, tokens, search)
)
FERRY_HOOK(
    DownloadDocument,
    downloadDocument,
    Task<Document>,
    "Task<Document> downloadDocument(Context&, const AccountView&, const TokenSet&, const "
    "DocumentDownload&) const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const DocumentDownload& download),
    (context, account, tokens, download)
)

FERRY_HOOK(
    ListRevisions,
    listRevisions,
    Task<DocumentPage>,
    "Task<DocumentPage> listRevisions(Context&, const AccountView&, const TokenSet&, const "
    "DocumentRevisions&) const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const DocumentRevisions& revisions),
    (context, account, tokens, revisions)
)
FERRY_HOOK(
    StorageUsage,
    storageUsage,
    Task<Storage>,
    "Task<Storage> storageUsage(Context&, const AccountView&, const TokenSet&) const",
    (const P& plugin, Context& context, const AccountView& account, const TokenSet& tokens),
    (context, account, tokens)
)
FERRY_HOOK(
    DocumentLink,
    documentLink,
    Task<Link>,
    "Task<Link> documentLink(Context&, const AccountView&, const TokenSet&, const DocumentRef&) "
    "const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const DocumentRef& file),
    (context, account, tokens, file)
)

FERRY_HOOK(
    SubscribeWebhook,
    subscribe,
    Task<Subscription>,
    "Task<Subscription> subscribe(Context&, const AccountView&, const TokenSet&, const Subscribe&) "
    "const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const Subscribe& wanted),
    (context, account, tokens, wanted)
)
FERRY_HOOK(
    UnsubscribeWebhook,
    unsubscribe,
    Task<void>,
    "Task<void> unsubscribe(Context&, const AccountView&, const TokenSet&, const Subscribe&) const",
    (const P& plugin,
     Context& context,
     const AccountView& account,
     const TokenSet& tokens,
     const Subscribe& wanted),
    (context, account, tokens, wanted)
)

#undef FERRY_HOOK

template <typename P>
consteval bool checkHooks() {
    return checkAuthorizeUrl<P>() && checkExchangeCode<P>() && checkRefresh<P>() &&
           checkRevoke<P>() && checkVerify<P>() && checkVerifyChallenge<P>() &&
           checkVerifySignature<P>() && checkParseNotification<P>() && checkFetch<P>() &&
           checkInitialCursor<P>() && checkNormalize<P>() && checkDocumentMetadata<P>() &&
           checkListDocuments<P>() && checkSearchDocuments<P>() && checkDownloadDocument<P>() &&
           checkListRevisions<P>() && checkStorageUsage<P>() && checkDocumentLink<P>() &&
           checkSubscribeWebhook<P>() && checkUnsubscribeWebhook<P>();
}

}  // namespace detail
}  // namespace ferry::sdk
