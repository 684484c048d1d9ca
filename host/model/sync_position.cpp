#include "model/sync_position.h"

namespace ferry {

std::string_view syncPhaseName(SyncPhase phase) noexcept {
    switch (phase) {
        case SyncPhase::Baseline:
            return "baseline";
        case SyncPhase::Live:
            return "live";
        case SyncPhase::Resync:
            return "resync";
        case SyncPhase::Skip:
            return "skip";
        case SyncPhase::Compare:
            return "compare";
    }
    return "live";
}

void SyncPosition::beginListing(SyncPhase as) {
    phase = as;
    cursor.clear();
    ++generation;
    window_round = 0;
    window_until_ms = 0;
}

}  // namespace ferry
