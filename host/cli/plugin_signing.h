#pragma once
// ferry plugin key, sign and verify: who vouches for a plugin folder.

#include "cli/command.h"

namespace ferry::cli {

/// Adds the three to `ferry plugin`.
void addPluginSigning(CLI::App& plugin, const GlobalOptions& globals, Run& run);

}  // namespace ferry::cli
