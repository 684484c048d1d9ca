#pragma once
// What ferry-plugin-host takes from itself before a plugin has its turn.

#include "base/result.h"

#include <cstdint>

namespace ferry::isolation {

/// First of all: no core files, no descriptors but those agreed on, no new privileges, and an end
/// as soon as the hub has ended, whatever runs here. Errors: what the kernel refused.
Status beginSandbox();

/// For the loader, which opens and maps libraries: no network, no other programs, nothing written.
Status enterLoading();

/// For all that comes after: no files either, no new code, and `memory_bytes` more than now.
/// Can't be undone, as all of this.
Status enterServing(std::uint64_t memory_bytes);

}  // namespace ferry::isolation
