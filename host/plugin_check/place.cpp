#include "plugin_check/place.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace ferry::plugin_check {
namespace {

constexpr std::size_t kPlaceBytesMax = 200;

struct Text {
    char bytes[kPlaceBytesMax];
    std::size_t size;

    void set(std::string_view text) noexcept {
        size = 0;
        add(text);
    }
    void add(std::string_view text) noexcept {
        const std::size_t count = std::min(text.size(), kPlaceBytesMax - size);
        std::memcpy(bytes + size, text.data(), count);
        size += count;
    }
};

// A crash is reported by the thread that crashes. Plain data, so that a signal handler may read it.
thread_local constinit Text place{};
thread_local constinit Text round_text{};
int report_descriptor = -1;

extern "C" void onFatalSignal(int number) {
    Text line{};
    line.set("crash in ");
    line.add({place.bytes, place.size});
    line.add({round_text.bytes, round_text.size});
    const ssize_t written = ::write(report_descriptor, line.bytes, line.size);
    (void)written;  // nobody is left to tell
    ::signal(number, SIG_DFL);
    ::raise(number);
}

}  // namespace

void setPlace(std::string_view what, std::string_view step) noexcept {
    place.set(what);
    if (!step.empty()) {
        place.add(", ");
        place.add(step);
    }
}

void setRound(std::string_view round) noexcept {
    round_text.set(round);
}

void reportCrashes(int descriptor) noexcept {
    report_descriptor = descriptor;
    // A stack that has overflowed has no room for a handler.
    static char own_stack[64u << 10];
    stack_t stack{};
    stack.ss_sp = own_stack;
    stack.ss_size = sizeof own_stack;
    ::sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_handler = &onFatalSignal;
    action.sa_flags = SA_ONSTACK | SA_RESETHAND;
    for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP})
        ::sigaction(number, &action, nullptr);
}

}  // namespace ferry::plugin_check
