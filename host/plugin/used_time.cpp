#include "plugin/used_time.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace ferry::plugin {

UsedTime::UsedTime(pid_t process) : stat_("/proc/" + std::to_string(process) + "/stat") {}

std::chrono::milliseconds UsedTime::count() {
    std::ifstream in(stat_);
    std::string text;
    std::getline(in, text);
    // "pid (name) state ppid ... utime stime ..."; the name may hold anything.
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return slept_ + computed_;
    std::istringstream fields(text.substr(name_end + 1));
    std::string state;
    std::string skipped;
    fields >> state;
    for (int i = 0; i < 10; ++i)
        fields >> skipped;
    long user_ticks = 0;
    long system_ticks = 0;
    fields >> user_ticks >> system_ticks;
    static const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
    computed_ = std::chrono::milliseconds((user_ticks + system_ticks) * 1'000 / ticks_per_second);
    // R waits for a processor or has one, D waits for the disk.
    if (state != "R" && state != "D") slept_ += kLook;
    return slept_ + computed_;
}

}  // namespace ferry::plugin
