#include "model/instance.h"

namespace ferry {

std::string_view instanceStateName(InstanceState state) noexcept {
    switch (state) {
        case InstanceState::Running:
            return "running";
        case InstanceState::AwaitingAuthorization:
            return "awaiting-authorization";
        case InstanceState::NeedsReauthorization:
            return "needs-reauthorization";
        case InstanceState::Disabled:
            return "disabled";
    }
    return "disabled";
}

}  // namespace ferry
