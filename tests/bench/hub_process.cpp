#include "bench/hub_process.h"

#include "bench/http_load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace ferry::bench {

namespace fs = std::filesystem;

fs::path buildFolder() {
    return fs::read_symlink("/proc/self/exe").parent_path().parent_path();
}

fs::path writeConfig(const HubSetup& setup) {
    const fs::path path = setup.folder / "ferry.yaml";
    std::ofstream out(path);
    out << "listen: 127.0.0.1:0\ndata_dir: ./data\nstorage: sqlite\n"
        << "plugins: ['" << (buildFolder() / "plugins").string() << "']\nconnectors: []\n"
        << "instances: [" << (setup.instances.empty() ? "" : "'" + setup.instances.string() + "'")
        << "]\nencryption:\n  key_file: ./data/master.key\n"
        << "delivery:\n  allow_networks: [127.0.0.0/8]\n  concurrency_per_callback: "
        << setup.concurrency_per_callback << "\nproviders:\n  dropbox:\n    poll_interval: 24h\n"
        << "    base_urls:\n";
    for (const char* name : {"www", "api", "content", "notify"})
        out << "      " << name << ": '" << setup.provider_url << "'\n";
    out << "api:\n  user_secret: " << kApiUserSecret
        << "\n  organization_secret: " << kApiOrganizationSecret << "\n  requests_per_second: 0\n";
    return path;
}

Result<std::unique_ptr<HubProcess>> HubProcess::start(const HubSetup& setup) {
    const fs::path config = writeConfig(setup);
    const fs::path log = setup.folder / "hub.log";
    const auto begin = Steady::now();
    FERRY_TRY_ASSIGN(
        Process process,
        Process::start(
            {(buildFolder() / "bin" / "ferry").string(), "--config", config.string(), "serve"}, log
        )
    );
    std::unique_ptr<HubProcess> hub(new HubProcess(std::move(process), log));
    constexpr std::string_view kAddress = "address=127.0.0.1:";
    while (hub->process_.isRunning() && Steady::now() - begin < std::chrono::seconds(60)) {
        const std::string text = readFile(log);
        const auto at = text.find(kAddress);
        if (at == std::string::npos || text.find('\n', at) == std::string::npos) {
            ::usleep(2'000);
            continue;
        }
        hub->port_ = static_cast<std::uint16_t>(std::atoi(text.c_str() + at + kAddress.size()));
        if (fetch(hub->port_, "/readyz").empty()) continue;
        hub->start_seconds_ = std::chrono::duration<double>(Steady::now() - begin).count();
        return hub;
    }
    const std::string text = readFile(log);
    return fail(
        ErrorCode::Unavailable,
        "the hub did not start: " +
            text.substr(text.size() - std::min<std::size_t>(800, text.size()))
    );
}

double HubProcess::metric(const std::string& name) const {
    const std::string text = "\n" + fetch(port_, "/metrics");
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
}

bool HubProcess::waitFor(const std::string& name, double value, double seconds) const {
    const auto end = Steady::now() + std::chrono::duration<double>(seconds);
    while (Steady::now() < end) {
        if (metric(name) >= value) return true;
        ::usleep(20'000);
    }
    return false;
}

}  // namespace ferry::bench
