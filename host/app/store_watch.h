#pragma once
// Says when the store can't be written, and when it can again.

#include "base/clock.h"
#include "base/worker.h"
#include "observe/log.h"
#include "store/store.h"

#include <filesystem>

namespace ferry::app {

class StoreWatch final : public Steppable {
  public:
    /// All of it outlives this; `folder` is named to people as where the store lies.
    StoreWatch(
        store::MetaStore& meta,
        const Clock& clock,
        observe::Log& log,
        const std::filesystem::path& folder
    )
        : meta_(meta), clock_(clock), log_(log), folder_(folder) {}

    TimePoint step() override;

  private:
    store::MetaStore& meta_;
    const Clock& clock_;
    observe::Log& log_;
    const std::filesystem::path& folder_;
    bool is_failing_ = false;
    TimePoint failing_since_{};
};

}  // namespace ferry::app
