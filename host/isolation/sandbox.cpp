#include "isolation/sandbox.h"

#include "isolation/protocol.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace ferry::isolation {
namespace {

/// Those that it is given, and a few for the loader.
constexpr rlim_t kDescriptorsMax = 16;

struct SystemCall {
    int number;
    std::string_view name;
};

/// What no plugin does by accident: the process ends with it, and the hub is told its name. All
/// else that is not allowed fails with EPERM.
constexpr std::array kForbidden{
    SystemCall{SYS_execve, "execve"},
    SystemCall{SYS_execveat, "execveat"},
    SystemCall{SYS_clone, "clone"},
    SystemCall{SYS_clone3, "clone3"},
#ifdef SYS_fork
    SystemCall{SYS_fork, "fork"},
    SystemCall{SYS_vfork, "vfork"},
#endif
    SystemCall{SYS_ptrace, "ptrace"},
    SystemCall{SYS_process_vm_readv, "process_vm_readv"},
    SystemCall{SYS_process_vm_writev, "process_vm_writev"},
    SystemCall{SYS_kill, "kill"},
    SystemCall{SYS_socket, "socket"},
    SystemCall{SYS_socketpair, "socketpair"},
    SystemCall{SYS_connect, "connect"},
    SystemCall{SYS_bind, "bind"},
    SystemCall{SYS_listen, "listen"},
    SystemCall{SYS_bpf, "bpf"},
    SystemCall{SYS_io_uring_setup, "io_uring_setup"},
};

/// Memory, time, waiting, signals to itself, and descriptors that are open already.
constexpr std::array kAllowed{
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(membarrier),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getcpu),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(uname),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/// Besides, while libraries are loaded.
constexpr std::array kLoading{
    SCMP_SYS(pread64),
    SCMP_SYS(stat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(access),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(getcwd),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(fcntl),
    SCMP_SYS(prlimit64),
    SCMP_SYS(prctl),
    SCMP_SYS(seccomp),
};

class Filter {
  public:
    Filter() : filter_(::seccomp_init(SCMP_ACT_ERRNO(EPERM))) {}
    ~Filter() {
        if (filter_ != nullptr) ::seccomp_release(filter_);
    }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;

    void allow(int number, std::initializer_list<scmp_arg_cmp> where = {}) {
        add(SCMP_ACT_ALLOW, number, where);
    }
    void forbid(int number) { add(SCMP_ACT_TRAP, number, {}); }
    Status load() {
        if (filter_ == nullptr) error_ = -ENOMEM;
        if (error_ == 0) error_ = ::seccomp_load(filter_);
        if (error_ == 0) return {};
        return fail(
            ErrorCode::Unsupported,
            fmt::format("the kernel takes no seccomp filter: {}", std::strerror(-error_))
        );
    }

  private:
    void add(std::uint32_t action, int number, std::initializer_list<scmp_arg_cmp> where) {
        // What this machine does not have, nobody can call.
        if (filter_ == nullptr || error_ != 0 || number < 0) return;
        error_ = ::seccomp_rule_add_array(
            filter_, action, number, static_cast<unsigned>(where.size()), where.begin()
        );
    }

    scmp_filter_ctx filter_;
    int error_ = 0;
};

scmp_arg_cmp noneOf(unsigned argument, std::uint64_t bits) {
    return {argument, SCMP_CMP_MASKED_EQ, bits, 0};
}

void addCommon(Filter& filter) {
    for (const SystemCall& call : kForbidden)
        filter.forbid(call.number);
    for (const int number : kAllowed)
        filter.allow(number);
    // abort() and raise().
    const auto own = static_cast<std::uint64_t>(::getpid());
    filter.allow(SCMP_SYS(tgkill), {{0, SCMP_CMP_EQ, own, 0}});
    // Sanitizers look at memory through a pipe. What was given stays open.
    filter.allow(SCMP_SYS(pipe));
    filter.allow(SCMP_SYS(pipe2));
    filter.allow(SCMP_SYS(close), {{0, SCMP_CMP_GT, kLifelineDescriptor, 0}});
}

/// Tells the hub which call it was. Runs in place of the call, so nothing is half done.
void onForbidden(int, siginfo_t* info, void*) {
    std::string_view name = "unknown";
    for (const SystemCall& call : kForbidden)
        if (call.number == info->si_syscall) name = call.name;
    std::array<char, 64> frame{};
    const std::size_t content = 1 + 4 + name.size();
    frame[0] = static_cast<char>(content);
    frame[kLengthBytes] = static_cast<char>(Report::Forbidden);
    frame[kLengthBytes + 1] = static_cast<char>(name.size());
    std::memcpy(&frame[kLengthBytes + 5], name.data(), name.size());
    const ssize_t written = ::write(kSocketDescriptor, frame.data(), kLengthBytes + content);
    ::_exit(written > 0 ? 1 : 2);
}

Status failed(const char* what) {
    return fail(ErrorCode::Unsupported, fmt::format("{}: {}", what, std::strerror(errno)));
}

/// Memory that counts against RLIMIT_DATA, in bytes; 0: unknown.
std::uint64_t dataBytes() {
    std::ifstream in("/proc/self/statm");
    std::uint64_t pages = 0;
    for (int field = 0; field < 6; ++field)
        in >> pages;  // size, resident, shared, text, lib, data
    return in ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

Status beginSandbox() {
    const rlimit none{0, 0};
    const rlimit few{kDescriptorsMax, kDescriptorsMax};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_NOFILE, &few);
    ::close_range(kLifelineDescriptor + 1, ~0U, 0);
    // The kernel sends SIGKILL when the other end of the pipe is closed. PR_SET_PDEATHSIG would
    // send it when the thread has ended that started this process.
    if (::fcntl(kLifelineDescriptor, F_SETOWN, ::getpid()) != 0 ||
        ::fcntl(kLifelineDescriptor, F_SETSIG, SIGKILL) != 0 ||
        ::fcntl(kLifelineDescriptor, F_SETFL, O_RDONLY | O_ASYNC) != 0)
        return failed("the end of the hub can't be waited for");
    pollfd lifeline{kLifelineDescriptor, POLLIN, 0};
    if (::poll(&lifeline, 1, 0) != 0) ::_exit(0);  // it has ended already
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no_new_privs");
    std::ofstream("/proc/self/oom_score_adj") << 1000;  // rather this one than the hub
    struct sigaction action {};
    action.sa_sigaction = &onForbidden;
    action.sa_flags = SA_SIGINFO;
    if (::sigaction(SIGSYS, &action, nullptr) != 0) return failed("SIGSYS");
    sigset_t signals;
    ::sigfillset(&signals);
    ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
    // Those of a terminal or a service manager are for the hub, which ends this process.
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        ::signal(number, SIG_IGN);
    return {};
}

Status enterLoading() {
    Filter filter;
    addCommon(filter);
    for (const int number : kLoading)
        filter.allow(number);
    filter.allow(SCMP_SYS(openat), {noneOf(2, O_ACCMODE | O_CREAT | O_TRUNC)});
    return filter.load();
}

Status enterServing(std::uint64_t memory_bytes) {
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    // Relative: sanitizers have mapped terabytes before anything begins.
    const std::uint64_t limit = dataBytes() + memory_bytes;
    const rlimit memory{limit, limit};
    if (::setrlimit(RLIMIT_DATA, &memory) != 0) return failed("the limit of memory");
    Filter filter;
    addCommon(filter);
    filter.allow(SCMP_SYS(mmap), {noneOf(2, PROT_EXEC)});
    filter.allow(SCMP_SYS(mprotect), {noneOf(2, PROT_EXEC)});
    return filter.load();
}

}  // namespace ferry::isolation
