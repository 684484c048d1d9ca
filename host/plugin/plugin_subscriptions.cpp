#include "plugin/plugin_subscriptions.h"

#include "plugin/hook_call.h"
#include "plugin/plugin_operation.h"

#include <utility>

namespace ferry::plugin {

namespace {

/// Calls one of the two hooks.
template <typename T, typename Slot>
Result<Operation<T>> call(
    const std::shared_ptr<PluginInstance>& instance,
    const char* hook,
    Slot slot,
    const Clock& clock,
    const pipeline::ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::SubscriptionRequest& request
) {
    CallInfo info;
    info.now = clock.wallNow();
    info.account = account.account_id;
    const Account plain = toPlugin(account);
    const TokenSet set = toPlugin(tokens);
    const ferry_token_set abi_tokens = toAbi(set);
    ferry_subscribe abi{};
    abi.struct_size = sizeof abi;
    abi.callback_url = toStr(request.callback_url);
    abi.secret = toStr(request.secret.reveal());
    abi.nonce = toStr(request.nonce);
    abi.state = toStr(request.state);
    return startOperation<T>(instance, hook, slot, info, plain, &abi_tokens, &abi);
}

}  // namespace

bool registersWebhooks(const PluginInstance& instance) noexcept {
    const ferry_subscription_1* table = instance.extensions().subscription;
    return FERRY_SLOT_OF(table, ferry_subscription_1, subscribe_start) != nullptr &&
           FERRY_SLOT_OF(table, ferry_subscription_1, unsubscribe_start) != nullptr;
}

Result<pipeline::OperationPtr> PluginSubscriptions::startSubscribe(
    const pipeline::ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::SubscriptionRequest& request
) {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().subscription, ferry_subscription_1, subscribe_start);
    return wrap(
        call<Registration>(instance_, "subscribe", slot, clock_, account, tokens, request),
        description_,
        clock_,
        account.account_id
    );
}

Result<pipeline::OperationPtr> PluginSubscriptions::startUnsubscribe(
    const pipeline::ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::SubscriptionRequest& request
) {
    const auto slot = FERRY_SLOT_OF(
        instance_->extensions().subscription, ferry_subscription_1, unsubscribe_start
    );
    return wrap(
        call<Done>(instance_, "unsubscribe", slot, clock_, account, tokens, request),
        description_,
        clock_,
        account.account_id
    );
}

}  // namespace ferry::plugin
