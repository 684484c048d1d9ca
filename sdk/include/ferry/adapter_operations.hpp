#pragma once
// The trampolines of the hooks that are operations: each copies its arguments into an operation and
// hands that to the host.

#include <ferry/hooks.hpp>
#include <ferry/operation.hpp>

#include <concepts>
#include <memory>

namespace ferry::sdk::detail {

template <typename P>
class OperationHooks {
  public:
    /// What the host holds as `self`.
    struct Self {
        Self(const ferry_host* host, const SetupView& setup)
            requires std::constructible_from<P, const SetupView&>
            : services(host), plugin(setup) {}
        Self(const ferry_host* host, const SetupView&)
            requires(!std::constructible_from<P, const SetupView&>)
            : services(host), plugin() {}

        const Services services;
        const P plugin;
    };
    static const Self& of(void* self) noexcept { return *static_cast<const Self*>(self); }

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
    /// The hooks that take an account, its tokens, and one record of type `Abi` (Copy in C++).
    template <typename T, typename Copy, typename Abi, auto kHook>
    static ferry_status recordStart(
        void* self,
        const ferry_call* call,
        const ferry_account* account,
        const ferry_token_set* tokens,
        const Abi* wanted,
        ferry_operation** op
    ) noexcept {
        return start<T, AccountCopy, RecordCopy<TokenSet>, RecordCopy<Copy>>(
            self, call, op, kHook, *account, *tokens, *wanted
        );
    }
    static constexpr auto kFetch = [](const auto& plugin, auto&... v) {
        return plugin.fetch(v...);
    };
    static constexpr auto kMetadata = [](const auto& plugin, auto&... v) {
        return plugin.documentMetadata(v...);
    };
    static constexpr auto kList = [](const auto& plugin, auto&... v) {
        return plugin.listDocuments(v...);
    };
    static constexpr auto kSearch = [](const auto& plugin, auto&... v) {
        return plugin.searchDocuments(v...);
    };
    static constexpr auto kDownload = [](const auto& plugin, auto&... v) {
        return plugin.downloadDocument(v...);
    };
    static constexpr auto kRevisions = [](const auto& plugin, auto&... v) {
        return plugin.listRevisions(v...);
    };
    static constexpr auto kSubscribe = [](const auto& plugin, auto&... v) {
        return plugin.subscribe(v...);
    };
    static constexpr auto kUnsubscribe = [](const auto& plugin, auto&... v) {
        return plugin.unsubscribe(v...);
    };
    static constexpr auto kStorage = [](const auto& plugin, auto&... v) {
        return plugin.storageUsage(v...);
    };
    static constexpr auto kLink = [](const auto& plugin, auto&... v) {
        return plugin.documentLink(v...);
    };
};

}  // namespace ferry::sdk::detail
