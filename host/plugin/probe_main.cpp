// ferry-plugin-probe: forks a child for each plugin that the hub sends it, which loads the plugin,
// calls its entry and says how that went. A crash or a hang stays in there.

#include "plugin/probe_protocol.h"

#include <ferry/ferry.h>

#include <dlfcn.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using namespace ferry::plugin;

const void* getService(const ferry_host*, const char*) noexcept {
    return nullptr;
}

/// What the hub sends for a trial.
struct Trial {
    int image = -1;
    int answer = -1;
};

[[noreturn]] void answer(const Trial& trial, std::string_view rule, std::string_view text) {
    const std::string line = std::string(rule) + " " + std::string(text);
    const ssize_t written = ::write(trial.answer, line.data(), line.size());
    // Not exit(): what the plugin registered to run at the end is not ours to run.
    ::_exit(written == static_cast<ssize_t>(line.size()) ? 0 : 1);
}

[[noreturn]] void run(const Trial& trial) {
    const std::string path = "/proc/self/fd/" + std::to_string(trial.image);
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) answer(trial, "load-failed", ::dlerror());
    const auto entry =
        reinterpret_cast<ferry_plugin_entry_v1_fn>(::dlsym(library, FERRY_PLUGIN_ENTRY_V1));
    if (entry == nullptr) answer(trial, "entry-missing", "no symbol " FERRY_PLUGIN_ENTRY_V1);

    ferry_host host{};
    host.struct_size = sizeof host;
    host.abi_major = FERRY_ABI_MAJOR;
    host.abi_minor = FERRY_ABI_MINOR;
    host.name = {"ferry-plugin-probe", 18};
    host.version = {"1", 1};
    host.get_service = &getService;
    const ferry_module* module = entry(&host);
    if (module == nullptr) answer(trial, "entry-refused", "the entry gave no module");
    if (FERRY_HAS(module, ferry_module, get_extension) && module->get_extension != nullptr)
        for (const char* id :
             {FERRY_EXT_AUTH,
              FERRY_EXT_WEBHOOK,
              FERRY_EXT_CHANGES,
              FERRY_EXT_NORMALIZE,
              FERRY_EXT_DOCUMENTS,
              FERRY_EXT_SUBSCRIPTION})
            (void)module->get_extension(id);
    answer(trial, kProbeOk, "");
}

/// False: the hub asks for no more.
bool receive(Trial& trial) {
    char kind = 0;
    iovec content{&kind, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    do {
        got = ::recvmsg(kTrialsDescriptor, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    const cmsghdr* const given = CMSG_FIRSTHDR(&message);
    if (got != 1 || kind != kTrialRequest || given == nullptr || given->cmsg_type != SCM_RIGHTS ||
        given->cmsg_len != CMSG_LEN(2 * sizeof(int)))
        return false;
    std::array<int, 2> descriptors{};
    std::memcpy(descriptors.data(), CMSG_DATA(given), sizeof descriptors);
    trial = {descriptors[0], descriptors[1]};
    return true;
}

template <typename T>
bool tell(T value) {
    return ::send(kTrialsDescriptor, &value, sizeof value, MSG_NOSIGNAL) == sizeof value;
}

}  // namespace

int main() {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::close_range(kTrialsDescriptor + 1, ~0u, 0);
    const pid_t self = ::getpid();
    for (Trial trial; receive(trial);) {
        const pid_t child = ::fork();
        if (child == 0) {
            // The hub ends a trial that hangs by ending this program.
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != self) ::_exit(1);
            ::close(kTrialsDescriptor);
            run(trial);
        }
        ::close(trial.image);
        ::close(trial.answer);
        if (!tell(child)) return 1;
        if (child < 0) continue;
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        if (!tell(status)) return 1;
    }
    return 0;
}
