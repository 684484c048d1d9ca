#include "plugin/auth_view.h"

#include "plugin/hook_call.h"

#include <vector>

namespace ferry::plugin {

Result<std::string> AuthView::authorizeUrl(
    const CallInfo& call, const Account& account, const AuthorizeRequest& request
) const {
    constexpr const char* kHook = "authorize_url";
    const auto slot = FERRY_SLOT_OF(instance_->extensions().auth, ferry_auth_1, authorize_url);
    if (slot == nullptr) return unsupported(*instance_, kHook);
    CallGuard& guard = instance_->guard();
    FERRY_TRY(guard.admit(kHook));

    std::vector<ferry_str> scopes;
    for (const std::string& scope : request.scopes)
        scopes.push_back(toStr(scope));
    const AbiFields extras(request.extras);
    ferry_authorize_request abi{};
    abi.struct_size = sizeof abi;
    abi.redirect_uri = toStr(request.redirect_uri);
    abi.state = toStr(request.state);
    abi.scopes = {scopes.data(), sizeof(ferry_str), scopes.size()};
    abi.code_challenge = toStr(request.code_challenge);
    abi.extras = extras.abi();

    const CallScope scope(guard, call);
    const AbiAccount abi_account(account);
    OutputSink sink(Output::Text);
    const ferry_status status =
        slot(instance_->self(), scope.abi(), abi_account.abi(), &abi, sink.abi());
    if (status != FERRY_OK)
        return fail(guard.failure(kHook, status, scope, Trust::Provider, sink.problem()));
    if (!sink.text || !sink.problem().empty())
        return fail(guard.misbehaviour(kHook, "ended without a URL", call, Trust::Provider));
    guard.good();
    return std::move(*sink.text);
}

Result<Operation<TokenSet>> AuthView::exchangeCode(
    const CallInfo& call, const Account& account, const CodeExchange& exchange
) const {
    const auto slot = FERRY_SLOT_OF(instance_->extensions().auth, ferry_auth_1, exchange_start);
    const ferry_code_exchange abi = toAbi(exchange);
    return startOperation<TokenSet>(instance_, "exchange", slot, call, account, &abi);
}

Result<Operation<TokenSet>> AuthView::refresh(
    const CallInfo& call, const Account& account, const TokenSet& tokens
) const {
    const auto slot = FERRY_SLOT_OF(instance_->extensions().auth, ferry_auth_1, refresh_start);
    const ferry_token_set abi = toAbi(tokens);
    return startOperation<TokenSet>(instance_, "refresh", slot, call, account, &abi);
}

Result<Operation<Done>> AuthView::revoke(
    const CallInfo& call, const Account& account, const TokenSet& tokens
) const {
    const auto slot = FERRY_SLOT_OF(instance_->extensions().auth, ferry_auth_1, revoke_start);
    const ferry_token_set abi = toAbi(tokens);
    return startOperation<Done>(instance_, "revoke", slot, call, account, &abi);
}

Result<Operation<Identity>> AuthView::verify(
    const CallInfo& call, const Account& account, const TokenSet& tokens
) const {
    const auto slot = FERRY_SLOT_OF(instance_->extensions().auth, ferry_auth_1, verify_start);
    const ferry_token_set abi = toAbi(tokens);
    return startOperation<Identity>(instance_, "verify", slot, call, account, &abi);
}

}  // namespace ferry::plugin
