// ferry-plugin-probe: loads the plugin on descriptor 3, calls its entry, and answers on descriptor
// 4. Started by the hub for each plugin; a crash or a hang stays in here.

#include "plugin/probe_protocol.h"

#include <ferry/ferry.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace {

using namespace ferry::plugin;

const void* getService(const ferry_host*, const char*) noexcept {
    return nullptr;
}

[[noreturn]] void answer(std::string_view rule, std::string_view text) {
    const std::string line = std::string(rule) + " " + std::string(text);
    const ssize_t written = ::write(kChildAnswerDescriptor, line.data(), line.size());
    // Not exit(): what the plugin registered to run at the end is not ours to run.
    ::_exit(written == static_cast<ssize_t>(line.size()) ? 0 : 1);
}

}  // namespace

int main() {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::fcntl(kChildAnswerDescriptor, F_SETFD, FD_CLOEXEC);
    ::close_range(kChildAnswerDescriptor + 1, ~0u, 0);

    const std::string path = "/proc/self/fd/" + std::to_string(kChildImageDescriptor);
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) answer("load-failed", ::dlerror());
    const auto entry =
        reinterpret_cast<ferry_plugin_entry_v1_fn>(::dlsym(library, FERRY_PLUGIN_ENTRY_V1));
    if (entry == nullptr) answer("entry-missing", "no symbol " FERRY_PLUGIN_ENTRY_V1);

    ferry_host host{};
    host.struct_size = sizeof host;
    host.abi_major = FERRY_ABI_MAJOR;
    host.abi_minor = FERRY_ABI_MINOR;
    host.name = {"ferry-plugin-probe", 18};
    host.version = {"1", 1};
    host.get_service = &getService;
    const ferry_module* module = entry(&host);
    if (module == nullptr) answer("entry-refused", "the entry gave no module");
    if (FERRY_HAS(module, ferry_module, get_extension) && module->get_extension != nullptr)
        for (const char* id :
             {FERRY_EXT_AUTH,
              FERRY_EXT_WEBHOOK,
              FERRY_EXT_CHANGES,
              FERRY_EXT_NORMALIZE,
              FERRY_EXT_DOCUMENTS,
              FERRY_EXT_SUBSCRIPTION})
            (void)module->get_extension(id);
    answer(kProbeOk, "");
}
