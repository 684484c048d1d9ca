#include "plugin/changes_view.h"

#include "plugin/hook_call.h"

namespace ferry::plugin {

bool hasFetch(const PluginInstance& instance) noexcept {
    return FERRY_SLOT_OF(instance.extensions().changes, ferry_changes_1, fetch_start) != nullptr;
}

Result<Operation<Page>> ChangesView::fetch(
    const CallInfo& call,
    const Account& account,
    const TokenSet& tokens,
    const FetchRequest& request
) const {
    const auto slot = FERRY_SLOT_OF(instance_->extensions().changes, ferry_changes_1, fetch_start);
    const ferry_token_set abi_tokens = toAbi(tokens);
    const ferry_fetch abi = toAbi(request);
    return startOperation<Page>(instance_, "fetch", slot, call, account, &abi_tokens, &abi);
}

Result<Operation<Page>> ChangesView::initialCursor(
    const CallInfo& call, const Account& account, const TokenSet& tokens
) const {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().changes, ferry_changes_1, initial_cursor_start);
    const ferry_token_set abi = toAbi(tokens);
    return startOperation<Page>(instance_, "initial_cursor", slot, call, account, &abi);
}

}  // namespace ferry::plugin
