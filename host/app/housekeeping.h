#pragma once
// Keeps the store from growing for ever: gives up deliveries that waited too long, and drops old
// events, finished deliveries and tombstones, a few at a time, so that intake never waits for it.

#include "base/clock.h"
#include "base/worker.h"
#include "observe/log.h"
#include "store/store.h"

#include <cstdint>
#include <optional>

namespace ferry::app {

/// Rows that one transaction drops at most: a few milliseconds (tests/bench/prune_bench.cpp).
inline constexpr std::size_t kPruneRows = 200;

struct Retention {
    Milliseconds age{30LL * 86'400'000};  ///< of events, finished deliveries, replays that ended
    std::int64_t bytes_max = 0;           ///< of the store; 0: any
    /// What a callback has not taken for so long becomes a dead letter.
    Milliseconds waiting{30LL * 86'400'000};
    Milliseconds tombstones{90LL * 86'400'000};
    /// Providers send again what was not answered for three days at most, as far as they tell.
    Milliseconds inbox{4LL * 86'400'000};
};

/// While the store holds more than `bytes_max`, what is old begins earlier and earlier, a 64th of
/// the time that is kept at a time; what is younger than kAgeMin stays.
///
/// Threads: step by one thread at a time.
class Housekeeping final : public Steppable {
  public:
    static constexpr Milliseconds kAgeMin{3'600'000};

    Housekeeping(store::Store& store, const Clock& clock, observe::Log& log, Retention retention)
        : store_(store), clock_(clock), log_(log), retention_(retention) {}

    TimePoint step() override;

  private:
    std::optional<std::size_t> dropOlderThan(TimePoint before, TimePoint now);
    Result<std::size_t> expire(TimePoint now);
    bool dropsEarlier(TimePoint before, TimePoint now);
    void noteFailure(std::string_view what, const Error& error);

    store::Store& store_;
    const Clock& clock_;
    observe::Log& log_;
    const Retention retention_;
    TimePoint before_for_size_ = TimePoint::min();  ///< what is older is dropped whatever its age
    TimePoint next_size_line_{};
};

}  // namespace ferry::app
