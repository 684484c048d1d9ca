#pragma once
// A connector without code, tried with its samples: what webhooks give, without a hub around it.

#include "base/clock.h"
#include "base/result.h"
#include "pipeline/stages.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ferry::cli {

/// The time at which a sample came, which signatures with a time are verified at; the machine's own
/// if the sample names none. One thread.
class SampleClock final : public Clock {
  public:
    TimePoint now() const override { return at_ ? *at_ : clock_.now(); }
    TimePoint wallNow() const override { return at_ ? *at_ : clock_.wallNow(); }
    void set(std::optional<TimePoint> at) { at_ = at; }

  private:
    SystemClock clock_;
    std::optional<TimePoint> at_;
};

/// What became of one sample.
struct SampleOutcome {
    std::vector<std::string> events;  ///< each a JSON object, as callbacks carry it
    std::vector<std::string> notes;   ///< what gave no event, and why; what a challenge is answered
    std::vector<std::string> problems;  ///< where it differs from what the sample wants
    /// Its signature is good, and refused with another secret.
    bool is_verified = false;
};

/// The samples in a folder, in the order of their names; none if it can't be read.
std::vector<std::filesystem::path> sampleFiles(const std::filesystem::path& folder);

/// Runs one sample: its webhook is verified if it is a signed one, and parsed, and its records are
/// normalised. `clock` is the provider's. Errors: Corrupt if the sample is none; those of the
/// plugin.
Result<SampleOutcome> runSample(
    pipeline::Provider& provider, SampleClock& clock, const std::filesystem::path& sample
);

}  // namespace ferry::cli
