#pragma once
// Why a delivery that is due has not gone out: of callbacks that are left alone, for people.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "store/store.h"

#include <map>
#include <string>

namespace ferry::cli {

/// Reads the store when it is asked for the first time. Lifetime: the store outlives it.
class HeldCallbacks {
  public:
    HeldCallbacks(store::Store& store, TimePoint now) : store_(store), now_(now) {}

    /// "waits: its callback is switched off since ...", or another reason; empty: none is known. If
    /// the store fails, its error.
    std::string reasonOf(CallbackId callback);

  private:
    Status load();
    Result<std::string> limitReasonOf(CallbackId callback) const;

    store::Store& store_;
    TimePoint now_;
    bool is_loaded_ = false;
    std::map<CallbackId, std::string> reasons_;
};

}  // namespace ferry::cli
