#pragma once
// A connector without code, tried with its samples: what webhooks give, without a hub around it.

#include "base/result.h"
#include "pipeline/stages.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ferry::cli {

/// What became of one sample.
struct SampleOutcome {
    std::vector<std::string> events;  ///< each a JSON object, as callbacks carry it
    std::vector<std::string> notes;   ///< what gave no event, and why; what a challenge is answered
    std::vector<std::string> problems;  ///< where it differs from what the sample wants
};

/// Runs one sample: its webhook is parsed, as if its signature were right, and its records are
/// normalised. Errors: Corrupt if the sample is none; those of the plugin.
Result<SampleOutcome> runSample(pipeline::Provider& provider, const std::filesystem::path& sample);

}  // namespace ferry::cli
