#pragma once
// The feed of instances whose provider is not asked for changes: pages of what webhooks brought. To
// a drain it looks like any other fetch; the cursor is the number of the last change.

#include "model/ids.h"
#include "pipeline/stages.h"
#include "store/inbox_store.h"

#include <string>

namespace ferry::pipeline {

/// One page after `cursor` (empty: from the start). Ends at its first step, without a request.
/// Lifetime: `inbox` outlives it. Errors: those of the store; Corrupt if the cursor is none of its.
OperationPtr readInbox(
    store::InboxStore& inbox, InstanceId instance, std::string cursor, unsigned limit
);

}  // namespace ferry::pipeline
