#pragma once
// Which threads get the processor first when there is not enough of it.

namespace ferry {

enum class ThreadPriority {
    Normal,
    /// Gives way: about a tenth of the processor while others want all of it, all of it otherwise.
    Low,
};

/// Sets the priority of the calling thread. A thread that was Low may have to stay so: the system
/// lets processes give up priority, but not take it.
void setThreadPriority(ThreadPriority priority);

}  // namespace ferry
