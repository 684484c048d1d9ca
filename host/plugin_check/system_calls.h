#pragma once
// Refuses system calls that do I/O, wait or start something, and tells which were tried.

#include <string>
#include <vector>

namespace ferry::plugin_check {

/// From now on, for this thread and for ever: such a call fails with EPERM and is noted. Writing to
/// `free_descriptor` stays possible. False if the kernel has no such filter.
bool refuseSystemCalls(int free_descriptor);
/// Names of the calls that were tried, each once, in the order of the first.
std::vector<std::string> refusedSystemCalls();

}  // namespace ferry::plugin_check
