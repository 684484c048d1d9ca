#include "model/replay.h"

namespace ferry {

std::string_view replayStateName(ReplayState state) noexcept {
    switch (state) {
        case ReplayState::Running:
            return "running";
        case ReplayState::Done:
            return "done";
        case ReplayState::Cancelled:
            return "cancelled";
    }
    return "cancelled";
}

}  // namespace ferry
