#pragma once
// Where an instance stands in its provider's change feed. Committed together with the events.

#include <cstdint>
#include <string>
#include <string_view>

namespace ferry {

enum class SyncPhase : std::uint8_t {
    Baseline = 0,  ///< first listing: fills the index, gives no events
    Live = 1,      ///< continues from the cursor
    Resync = 2,    ///< lists everything again and compares with the index
    Skip = 3,      ///< lists everything again and brings the index up to date, without events
    Compare = 4,   ///< as Resync, but as a matter of course: polls that find deletions this way
};

/// "baseline", "live", "resync", "skip", "compare".
std::string_view syncPhaseName(SyncPhase phase) noexcept;

struct SyncPosition {
    SyncPhase phase = SyncPhase::Baseline;
    std::string cursor;                ///< the provider's; empty: start of a listing
    std::uint32_t generation = 1;      ///< counts full listings; objects not seen in it are gone
    std::uint64_t event_sequence = 0;  ///< event ids given out so far, pending ones included
    std::uint32_t window_round = 0;    ///< re-drains made while waiting for second halves of moves
    std::int64_t window_until_ms = 0;  ///< end of the current move window; 0: none is open

    /// From here on everything is listed, into a new generation.
    void beginListing(SyncPhase as);
};

}  // namespace ferry
