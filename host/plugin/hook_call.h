#pragma once
// What every view does around a call of a hook; only for the .cpp files of this folder.

#include "base/result.h"
#include "plugin/abi_write.h"
#include "plugin/call_scope.h"
#include "plugin/operation.h"
#include "plugin/output_sink.h"

#include <ferry/ferry.h>

#include <memory>
#include <string>
#include <utility>

namespace ferry::plugin {

/// A slot of a table that may be missing, shorter than we know it, or empty.
#define FERRY_SLOT_OF(table, type, slot) \
    ((table) != nullptr && FERRY_HAS(table, type, slot) ? (table)->slot : nullptr)

inline tl::unexpected<Error> unsupported(const PluginInstance& instance, const char* hook) {
    return fail(
        ErrorCode::Unsupported, "plugin " + instance.guard().pluginId() + ": has no hook " + hook
    );
}

/// Calls `<hook>_start`. `arguments` are the records between the account and the operation.
template <typename T, typename Slot, typename... Arguments>
Result<Operation<T>> startOperation(
    const std::shared_ptr<PluginInstance>& instance,
    const char* hook,
    Slot slot,
    const CallInfo& call,
    const Account& account,
    const Arguments*... arguments
) {
    CallGuard& guard = instance->guard();
    if (slot == nullptr || instance->module().advance == nullptr)
        return unsupported(*instance, hook);
    FERRY_TRY(guard.admit(hook));
    const CallScope scope(guard, call);
    const AbiAccount abi(account);
    ferry_operation* op = nullptr;
    const ferry_status status = slot(instance->self(), scope.abi(), abi.abi(), arguments..., &op);
    if (status != FERRY_OK) return fail(guard.failure(hook, status, scope, Trust::Provider));
    if (op == nullptr)
        return fail(guard.misbehaviour(hook, "gave no operation", call, Trust::Provider));
    return Operation<T>(OperationCore(instance, op, hook, Operation<T>::outputs()));
}

}  // namespace ferry::plugin
