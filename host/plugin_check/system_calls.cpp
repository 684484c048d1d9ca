#include "plugin_check/system_calls.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>

namespace ferry::plugin_check {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "name the audit architecture of this platform"
#endif

struct Call {
    std::uint32_t number;
    const char* name;
};

#define FERRY_CALL(name) \
    { __NR_##name, #name }
// What memory, locks and the end of a process need is left out.
constexpr Call kRefused[] = {
    FERRY_CALL(openat),        FERRY_CALL(read),         FERRY_CALL(readv),
    FERRY_CALL(pread64),       FERRY_CALL(write),        FERRY_CALL(writev),
    FERRY_CALL(pwrite64),      FERRY_CALL(sendfile),     FERRY_CALL(socket),
    FERRY_CALL(socketpair),    FERRY_CALL(connect),      FERRY_CALL(bind),
    FERRY_CALL(listen),        FERRY_CALL(accept4),      FERRY_CALL(sendto),
    FERRY_CALL(sendmsg),       FERRY_CALL(recvfrom),     FERRY_CALL(recvmsg),
    FERRY_CALL(clone),         FERRY_CALL(clone3),       FERRY_CALL(execve),
    FERRY_CALL(wait4),         FERRY_CALL(nanosleep),    FERRY_CALL(clock_nanosleep),
    FERRY_CALL(ppoll),         FERRY_CALL(pselect6),     FERRY_CALL(epoll_pwait),
    FERRY_CALL(epoll_create1), FERRY_CALL(eventfd2),     FERRY_CALL(timerfd_create),
    FERRY_CALL(inotify_init1), FERRY_CALL(memfd_create), FERRY_CALL(pipe2),
    FERRY_CALL(mkdirat),       FERRY_CALL(unlinkat),     FERRY_CALL(renameat2),
    FERRY_CALL(linkat),        FERRY_CALL(symlinkat),    FERRY_CALL(readlinkat),
    FERRY_CALL(faccessat),     FERRY_CALL(newfstatat),   FERRY_CALL(statx),
    FERRY_CALL(getdents64),    FERRY_CALL(kill),         FERRY_CALL(ptrace),
#if defined(__x86_64__)
    FERRY_CALL(open),          FERRY_CALL(creat),        FERRY_CALL(fork),
    FERRY_CALL(vfork),         FERRY_CALL(poll),         FERRY_CALL(select),
    FERRY_CALL(epoll_wait),    FERRY_CALL(pause),        FERRY_CALL(pipe),
    FERRY_CALL(accept),        FERRY_CALL(stat),         FERRY_CALL(lstat),
    FERRY_CALL(access),        FERRY_CALL(readlink),     FERRY_CALL(unlink),
    FERRY_CALL(mkdir),         FERRY_CALL(rename),       FERRY_CALL(alarm),
#endif
};
#undef FERRY_CALL

constexpr std::size_t kNotedMax = 16;
std::array<std::atomic<int>, kNotedMax> noted{};  // numbers + 1, so that 0 is none

/// Runs in place of the refused call, so it may do no more than note it.
extern "C" void onRefused(int, siginfo_t* info, void* context) {
    for (std::atomic<int>& place : noted) {
        int none = 0;
        if (place.compare_exchange_strong(none, info->si_syscall + 1)) break;
        if (none == info->si_syscall + 1) break;
    }
    auto* machine = static_cast<ucontext_t*>(context);
#if defined(__x86_64__)
    machine->uc_mcontext.gregs[REG_RAX] = -EPERM;
#else
    machine->uc_mcontext.regs[0] = static_cast<unsigned long long>(-EPERM);
#endif
}

sock_filter statement(unsigned code, std::uint32_t value) {
    return {static_cast<std::uint16_t>(code), 0, 0, value};
}
/// Goes on `if_true` or `if_false` statements further.
sock_filter jump(std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    return {BPF_JMP | BPF_JEQ | BPF_K, if_true, if_false, value};
}

}  // namespace

bool refuseSystemCalls(int free_descriptor) {
    struct sigaction action {};
    action.sa_sigaction = &onRefused;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    if (::sigaction(SIGSYS, &action, nullptr) != 0) return false;

    std::vector<sock_filter> filter{
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        jump(kArchitecture, 1, 0),
        statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        // Writing the answer is ours.
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        jump(__NR_write, 0, 3),
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
        jump(static_cast<std::uint32_t>(free_descriptor), 0, 1),
        statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const Call& call : kRefused) {
        filter.push_back(jump(call.number, 0, 1));
        filter.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
    }
    filter.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

std::vector<std::string> refusedSystemCalls() {
    std::vector<std::string> names;
    for (const std::atomic<int>& place : noted) {
        if (place == 0) break;
        const auto number = static_cast<std::uint32_t>(place - 1);
        for (const Call& call : kRefused)
            if (call.number == number) names.emplace_back(call.name);
    }
    return names;
}

}  // namespace ferry::plugin_check
