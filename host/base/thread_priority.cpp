#include "base/thread_priority.h"

#include <sys/resource.h>

namespace ferry {

namespace {
constexpr int kLowNice = 10;
}

void setThreadPriority(ThreadPriority priority) {
    if (priority == ThreadPriority::Normal) return;
    // On Linux a nice value is of a thread, and 0 is the caller. A refusal changes nothing that
    // anybody relies on.
    (void)::setpriority(PRIO_PROCESS, 0, kLowNice);
}

}  // namespace ferry
