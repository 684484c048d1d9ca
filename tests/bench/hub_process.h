#pragma once
// A real hub as a process of its own: `ferry serve` on a folder that the benchmark filled.

#include "base/result.h"
#include "bench/process.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace ferry::bench {

/// What callers of the hub's REST API present.
inline constexpr const char* kApiUserSecret = "bench-user-secret-0123456789abcdef";
inline constexpr const char* kApiOrganizationSecret = "bench-organization-secret-0123456789";

struct HubSetup {
    std::filesystem::path folder;      ///< of ferry.yaml and data
    std::string provider_url;          ///< base URL of everything of Dropbox
    std::filesystem::path instances;   ///< file or folder; empty: none
    int concurrency_per_callback = 4;  ///< the default
};

/// Where the programs and plugins are: the build folder.
std::filesystem::path buildFolder();
/// Writes ferry.yaml; gives its path.
std::filesystem::path writeConfig(const HubSetup& setup);

/// Threads: one.
class HubProcess {
  public:
    /// Starts it and waits until it answers /readyz.
    /// Errors: Unavailable with the end of its log.
    static Result<std::unique_ptr<HubProcess>> start(const HubSetup& setup);

    std::uint16_t port() const { return port_; }
    double startSeconds() const { return start_seconds_; }
    const Process& process() const { return process_; }
    /// Value of a metric without labels; -1 if it is not there.
    double metric(const std::string& name) const;
    /// Waits until the metric is at least `value`. False after `seconds`.
    bool waitFor(const std::string& name, double value, double seconds) const;

  private:
    HubProcess(Process process, std::filesystem::path log)
        : process_(std::move(process)), log_(std::move(log)) {}

    Process process_;
    std::filesystem::path log_;
    std::uint16_t port_ = 0;
    double start_seconds_ = 0;
};

}  // namespace ferry::bench
