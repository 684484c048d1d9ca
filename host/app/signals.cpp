#include "app/signals.h"

#include "base/check.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace ferry::app {

Signals::Signals() : descriptor_(-1) {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&set, number);
    FERRY_CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0, "can't block signals");
    std::signal(SIGPIPE, SIG_IGN);
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    FERRY_CHECK(descriptor_ >= 0, "can't make a signal descriptor");
}

Signals::~Signals() {
    ::close(descriptor_);
}

Signal Signals::wait(Milliseconds timeout) {
    pollfd waiting{descriptor_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(timeout.count())) <= 0) return Signal::None;
    signalfd_siginfo info{};
    if (::read(descriptor_, &info, sizeof info) != sizeof info) return Signal::None;
    return info.ssi_signo == SIGHUP ? Signal::Reload : Signal::Stop;
}

bool Signals::isStopPending() {
    sigset_t pending;
    sigemptyset(&pending);
    ::sigpending(&pending);
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

}  // namespace ferry::app
