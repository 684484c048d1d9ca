#include "model/condition.h"

namespace ferry {

std::string_view conditionKindName(ConditionKind kind) noexcept {
    switch (kind) {
        case ConditionKind::NeedsReauthorization:
            return "instance.needs_reauthorization";
        case ConditionKind::CallbackSwitchedOff:
            return "callback.switched_off";
        case ConditionKind::CallbackFailing:
            return "callback.failing";
        case ConditionKind::DeliveriesDead:
            return "deliveries.dead";
        case ConditionKind::CallbackUnpermitted:
            return "callback.without_permission";
    }
    return "unknown";
}

}  // namespace ferry
