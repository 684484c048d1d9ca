#pragma once
// ferry deliveries redeliver.

#include "cli/command.h"

namespace ferry::cli {

/// Adds it below `ferry deliveries`.
void addRedeliver(CLI::App& deliveries, const GlobalOptions& globals, Run& run);

}  // namespace ferry::cli
