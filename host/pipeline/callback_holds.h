#pragma once
// Why a callback is left alone just now, for people who wonder where its deliveries are.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ferry::pipeline {

enum class HoldKind : std::uint8_t {
    None = 0,  ///< none is known
    SwitchedOff,
    NoPermission,  ///< its receiver was asked for it, and has not given it
    RetryAfter,    ///< its receiver asked for nothing before a time
    Rate,          ///< its rate is used up
    Failing,       ///< deliveries that it did not take wait for another attempt
    InstanceOff,   ///< its instances are disabled, or their events are
};

struct CallbackHold {
    HoldKind kind = HoldKind::None;
    std::string reason;  ///< "waits: its callback is switched off since ...": of what is for it
};

/// What a caller of the REST API does about it; empty: nothing is needed.
std::string_view holdAdvice(HoldKind kind) noexcept;

/// Reads the store when it is asked for the first time. Lifetime: the store outlives it. Threads:
/// one at a time.
class CallbackHolds {
  public:
    CallbackHolds(store::Store& store, TimePoint now) : store_(store), now_(now) {}

    /// Errors: as the store.
    Result<CallbackHold> of(CallbackId callback);

    /// The reason alone, empty if none is known; if the store fails, its error.
    std::string reasonOf(CallbackId callback);

  private:
    Status load();
    Result<CallbackHold> limitsOf(CallbackId callback) const;

    store::Store& store_;
    TimePoint now_;
    bool is_loaded_ = false;
    std::map<CallbackId, CallbackHold> holds_;
};

}  // namespace ferry::pipeline
