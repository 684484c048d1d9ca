#pragma once
// The slots of a plugin's tables by hook, and the calls through them.

#include "plugin_check/lender.h"

#include <ferry/ferry.h>

namespace ferry::plugin_check {

bool hasHook(const ferry_module& module, PureHook hook);
bool hasHook(const ferry_module& module, OperationHook hook);

/// Calls a hook that the plugin has.
ferry_status callPure(
    const ferry_module& module,
    void* self,
    PureHook hook,
    const Inputs& inputs,
    Lender& lender,
    const ferry_call& call,
    const ferry_sink& sink
);

/// Starts an operation of a hook that the plugin has.
ferry_status startOperation(
    const ferry_module& module,
    void* self,
    OperationHook hook,
    const Inputs& inputs,
    Lender& lender,
    const ferry_call& call,
    ferry_operation** op
);

}  // namespace ferry::plugin_check
