#pragma once
// Memory that is not needed any more, back to the system.

namespace ferry {

/// After work that held much for a moment, and left holes: what is free goes back to the system, as
/// far as the C library can do that. Takes milliseconds. Threads: any.
void returnFreeMemory() noexcept;

}  // namespace ferry
