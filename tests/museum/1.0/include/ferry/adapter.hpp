#pragma once
// From a plugin class to the tables of the ABI: one noexcept trampoline for each hook, all through
// the one guard; the tables are constants, so loading a plugin runs no code of it.

#include <ferry/hooks.hpp>
#include <ferry/operation.hpp>

#include <memory>
#include <string_view>
#include <type_traits>

namespace ferry::sdk::detail {

template <typename P>
class Adapter {
    static_assert(std::is_base_of_v<Plugin, P>, "derive the plugin from ferry::sdk::Plugin");
    static_assert(checkHooks<P>());

    /// What the host holds as `self`.
    struct Self {
        Self(const ferry_host* host, const SetupView& setup) requires
            std::constructible_from<P, const SetupView&> : services(host),
                                                           plugin(setup) {}
        Self(const ferry_host* host, const SetupView&) requires(!std::constructible_from<
                                                                P,
                                                                const SetupView&>)
            : services(host), plugin() {}

        const Services services;
        const P plugin;
    };
    static const Self& of(void* self) noexcept { return *static_cast<const Self*>(self); }

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

    // ---- operations

    template <typename T, typename... Copies, typename Hook, typename... Abi>
    static ferry_status start(
        void* self, const ferry_call* call, ferry_operation** op, Hook hook, const Abi&... arguments
    ) noexcept {
        return guard(call, [&] {
            const Self& object = of(self);
            auto bound = [&](auto&... values) { return hook(object.plugin, values...); };
            *op = std::make_unique<Operation<T, Copies...>>(
                      call, object.services, bound, arguments...
            )
                      .release()
                      ->toAbi();
            return FERRY_OK;
        });
    }

    static ferry_status exchangeStart(
        void* self,
        const ferry_call* call,
        const ferry_account* account,
        const ferry_code_exchange* exchange,
        ferry_operation** op
    ) noexcept {
        auto hook = [](const P& plugin, auto&... values) { return plugin.exchangeCode(values...); };
        return start<TokenSet, AccountCopy, RecordCopy<CodeExchange>>(
            self, call, op, hook, *account, *exchange
        );
    }
    /// The hooks that take an account and its tokens.
    template <typename T, auto kHook>
    static ferry_status tokenStart(
        void* self,
        const ferry_call* call,
        const ferry_account* account,
        const ferry_token_set* tokens,
        ferry_operation** op
    ) noexcept {
        return start<T, AccountCopy, RecordCopy<TokenSet>>(
            self, call, op, kHook, *account, *tokens
        );
    }
    static constexpr auto kRefresh = [](const auto& plugin, auto&... v) {
        return plugin.refresh(v...);
    };
    static constexpr auto kRevoke = [](const auto& plugin, auto&... v) {
        return plugin.revoke(v...);
    };
    static constexpr auto kVerify = [](const auto& plugin, auto&... v) {
        return plugin.verify(v...);
    };
    static constexpr auto kInitialCursor = [](const auto& plugin, auto&... v) {
        return plugin.initialCursor(v...);
    };
    static ferry_status fetchStart(
        void* self,
        const ferry_call* call,
        const ferry_account* account,
        const ferry_token_set* tokens,
        const ferry_fetch* fetch,
        ferry_operation** op
    ) noexcept {
        auto hook = [](const P& plugin, auto&... values) { return plugin.fetch(values...); };
        return start<Page, AccountCopy, RecordCopy<TokenSet>, RecordCopy<FetchRequest>>(
            self, call, op, hook, *account, *tokens, *fetch
        );
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
                    sizeof(ferry_notice), 0, toStr(notice.account_key), toStr(notice.hint)};
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
    FERRY_SLOT(ExchangeCode, ferry_auth_1, exchange_start, exchangeStart)
    FERRY_SLOT(Refresh, ferry_auth_1, refresh_start, tokenStart<TokenSet, kRefresh>)
    FERRY_SLOT(Revoke, ferry_auth_1, revoke_start, tokenStart<void, kRevoke>)
    FERRY_SLOT(Verify, ferry_auth_1, verify_start, tokenStart<Identity, kVerify>)
    FERRY_SLOT(VerifyChallenge, ferry_webhook_1, verify_challenge, verifyChallenge)
    FERRY_SLOT(VerifySignature, ferry_webhook_1, verify_signature, verifySignature)
    FERRY_SLOT(ParseNotification, ferry_webhook_1, parse_notification, parseNotification)
    FERRY_SLOT(Fetch, ferry_changes_1, fetch_start, fetchStart)
    FERRY_SLOT(InitialCursor, ferry_changes_1, initial_cursor_start, tokenStart<std::string, kInitialCursor>)
    FERRY_SLOT(Normalize, ferry_normalize_1, normalize, normalize)
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

    static constexpr bool kHasAuth =
        HasAuthorizeUrl<P> || HasExchangeCode<P> || HasRefresh<P> || HasRevoke<P> || HasVerify<P>;
    static constexpr bool kHasWebhook =
        HasVerifyChallenge<P> || HasVerifySignature<P> || HasParseNotification<P>;
    static constexpr bool kHasChanges = HasFetch<P> || HasInitialCursor<P>;

    static const void* getExtension(const char* id) noexcept {
        const std::string_view wanted(id);
        if (kHasAuth && wanted == FERRY_EXT_AUTH) return &kAuth;
        if (kHasWebhook && wanted == FERRY_EXT_WEBHOOK) return &kWebhook;
        if (kHasChanges && wanted == FERRY_EXT_CHANGES) return &kChanges;
        if (HasNormalize<P> && wanted == FERRY_EXT_NORMALIZE) return &kNormalize;
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
